"""What a line feels like, what it does to two who talk, and what is on someone's mind. Pure. Source: worlds 17, 20."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Final

from msgspec import Struct

from kernel.naming import folded
from worlds.memories.feelings import Felt
from worlds.memories.models import Feeling, NpcMemory, Occurrence
from worlds.npcs.needs import Need, Needs
from worlds.relationships.models import Opinion

LONGEST_TOPIC: Final = 100
MOVED: Final = 0.6
"""Weight of a memory of today from which it makes a mood."""
ENDANGERED: Final = 60
"""The need for safety of someone who was threatened or hurt within a day."""
_WORD: Final = re.compile(r"[^\W\d_]+")

_KEYWORDS: Final[Mapping[Feeling, frozenset[str]]] = {
    Feeling.JOY: frozenset(
        {"happy", "glad", "joy", "delighted", "wonderful", "lovely", "love", "thank", "thanks", "pleased", "laugh"}
    ),
    Feeling.ANGER: frozenset({"angry", "furious", "rage", "hate", "damn", "liar", "thief", "fool", "scoundrel"}),
    Feeling.FEAR: frozenset({"afraid", "fear", "scared", "terrified", "frightened", "tremble", "help"}),
    Feeling.SADNESS: frozenset({"sad", "sorry", "grief", "mourn", "weep", "tears", "lost", "lonely", "miss"}),
}
_WEIGHTS: Final[Mapping[Feeling, float]] = {
    Feeling.JOY: 0.7,
    Feeling.ANGER: 0.8,
    Feeling.FEAR: 0.7,
    Feeling.SADNESS: 0.6,
}
EXCITED, CONFUSED, NEUTRAL = 0.6, 0.5, 0.1
_EFFECTS: Final[Mapping[Feeling, Opinion]] = {
    Feeling.JOY: Opinion(2, 1),
    Feeling.ANGER: Opinion(-3, -2),
    Feeling.FEAR: Opinion(0, -1),
}
_MOODS: Final[Mapping[Feeling, str]] = {
    Feeling.JOY: "cheerful",
    Feeling.FEAR: "anxious",
    Feeling.ANGER: "angry",
    Feeling.SADNESS: "melancholy",
    Feeling.SURPRISE: "excited",
    Feeling.DISGUST: "angry",
}


class LineFeeling(Struct, frozen=True):
    """What a line feels like.

    Attributes:
        name: a feeling, or excited, confused or neutral.
        effect: on what the one who says it thinks of the other.
    """

    name: str
    felt: Felt
    effect: Opinion

    @property
    def is_friendly(self) -> bool:
        """Whether it was good to talk."""
        return self.effect.affection > 0


def feeling_of(line: str) -> LineFeeling:
    """Return what a line feels like, by its words: the strongest of what fits."""
    words = {folded(each) for each in _WORD.findall(line)}
    found = [each for each, keywords in _KEYWORDS.items() if keywords & words]
    if found:
        feeling = max(found, key=lambda each: _WEIGHTS[each])
        weight = _WEIGHTS[feeling]
        return LineFeeling(feeling, Felt({feeling: weight}, weight), _EFFECTS.get(feeling, Opinion()))
    if "!!" in line:
        felt = Felt({Feeling.JOY: EXCITED, Feeling.SURPRISE: EXCITED}, EXCITED)
        return LineFeeling("excited", felt, _EFFECTS[Feeling.JOY])
    if "??" in line:
        return LineFeeling("confused", Felt({Feeling.SURPRISE: CONFUSED}, CONFUSED), Opinion())
    return LineFeeling("neutral", Felt({Feeling.JOY: NEUTRAL}, NEUTRAL), Opinion())


def topic_of(said: str) -> str:
    """Return what a player talks about, as one compares it: their words in lower case, without marks."""
    return " ".join(folded(each) for each in _WORD.findall(said))[:LONGEST_TOPIC]


def words_of(said: str) -> frozenset[str]:
    """Return the words that a player has used."""
    return frozenset(topic_of(said).split())


def mood_of(today: Iterable[NpcMemory]) -> str:
    """Return the mood that the strongest memory of the last day makes."""
    moving = [each for each in today if each.weight >= MOVED and each.dominant is not None]
    if not moving:
        return "calm"
    strongest = max(moving, key=lambda each: (each.weight, each.formed_at, each.memory_id.int))
    return _MOODS[strongest.dominant] if strongest.dominant else "calm"


def needs_after(needs: Needs, today: Iterable[NpcMemory]) -> dict[str, float]:
    """Return the needs of someone after what happened within the last day: who was attacked wants to be safe."""
    hostile = {Occurrence.THREAT, Occurrence.VIOLENCE}
    endangered = any(each.occurrence in hostile and each.told_by is None for each in today)
    return {**needs, Need.SAFETY: max(needs.get(Need.SAFETY, 0.0), ENDANGERED)} if endangered else {**needs}
