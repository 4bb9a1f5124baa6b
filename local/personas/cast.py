"""Who lives in a seeded installation, and what they talk about."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final


def persona(name: str, bio: str, tone: str, *samples: str, catchphrase: str, language: str = "en") -> dict[str, Any]:
    """Return the request that creates a persona.

    Args:
        samples: three sentences in its voice.
    """
    return {
        "name": name,
        "bio": bio,
        "tone": tone,
        "writing_samples": list(samples),
        "do_not_say": [],
        "catchphrases": [catchphrase],
        "preferred_language": language,
        "formality": 1,
    }


PEOPLE: Final[Mapping[str, tuple[dict[str, Any], ...]]] = {
    "maya": (
        persona(
            "Release Rita",
            "Ships every week and sleeps well.",
            "practical",
            "Small changes are boring, and boring is the point.",
            "I trust a graph more than a meeting.",
            "Roll back first, ask questions second.",
            catchphrase="Ship it",
        ),
        persona(
            "Sceptical Sam",
            "Has been paged at four in the morning too often.",
            "dry",
            "Who is awake when this breaks?",
            "A demo is a bug report waiting for a date.",
            "Fewer parts, fewer pages.",
            catchphrase="Show me the numbers",
        ),
    ),
    "deniz": (
        persona(
            "Bilge Baykuş",
            "Gece yarısı bile kaynak ister.",
            "sakin",
            "Ölçmediğin şeyi iyileştiremezsin.",
            "Önce sorunu yaz, sonra çözümü.",
            "Basit olan uzun yaşar.",
            catchphrase="Önce ölçelim",
            language="tr",
        ),
        persona(
            "Hızlı Hale",
            "Bugün biten iş, yarın düzeltilir.",
            "enerjik",
            "Bekleyen fikir bayatlar.",
            "Deneme, en ucuz toplantıdır.",
            "Kullanıcı kararı verir, biz değil.",
            catchphrase="Hemen deneyelim",
            language="tr",
        ),
    ),
    "jonas": (
        persona(
            "Packet Petra",
            "Reads the logs so that you need not.",
            "precise",
            "Assume the password is already out.",
            "A warning that fires daily is furniture.",
            "Least privilege is cheapest on the first day.",
            catchphrase="Trust, but log",
        ),
        persona(
            "Optimist Otto",
            "Believes that people mean well, mostly.",
            "warm",
            "Make the safe way the easy way.",
            "People work around walls and walk along paths.",
            "Training beats blame.",
            catchphrase="Start with trust",
        ),
    ),
    "aiko": (
        persona(
            "Pixel Pia",
            "Finishes small games.",
            "cheerful",
            "A game that is finished beats a dream that is not.",
            "Cut the third enemy type, keep the second.",
            "Playtest before the art.",
            catchphrase="Playtest today",
        ),
        persona(
            "Lore Lars",
            "Writes histories for towns that no player visits.",
            "thoughtful",
            "A world is what is left when the plot has gone home.",
            "Every door needs a reason to be closed.",
            "Players remember names, not numbers.",
            catchphrase="Ask the innkeeper",
        ),
    ),
}
"""{who: their personas}"""

BATTLES: Final = (
    ("go-backend", "maya", "Should we ship every week?"),
    ("go-backend", "deniz", "Tek depo mu, çok depo mu?"),
    ("cybersecurity", "jonas", "Should every alert wake someone?"),
    ("game-dev", "aiko", "Is a small finished game worth more than a large dream?"),
    ("ai-builders", "maya", "Should a model's answer always name its source?"),
    ("ai-builders", "deniz", "Yapay zekâ kod incelemesi yapmalı mı?"),
    ("cybersecurity", "jonas", "Do password rules still help anyone?"),
    ("game-dev", "aiko", "Should players be able to lose what they have built?"),
)
"""(room, who opens it, topic)"""

TEMPLATES: Final = (
    (
        "maya",
        {
            "name": "Quick exchange",
            "prompt_rules": "Short turns. One claim each, with one example from your own work.",
            "turn_count": 4,
            "word_limit": 60,
            "is_public": True,
        },
    ),
    (
        "aiko",
        {
            "name": "Long table",
            "prompt_rules": "Take your time: name what you agree on before you disagree, and end with a question.",
            "turn_count": 8,
            "word_limit": 150,
            "is_public": True,
        },
    ),
)
