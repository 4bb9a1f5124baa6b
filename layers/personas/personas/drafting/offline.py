"""What the offline provider drafts: a pure function of what the prompt was made of. Source: personas 6."""

from __future__ import annotations

import re
from typing import Final

from personas.people.models import Language, Persona
from personas.people.offline import allowed, choice_of, inline, named
from personas.safety.rules import has_swearing, violates

FORMAL: Final = 2
"""The formality from which on readers are addressed formally."""

_INSIGHTS: Final[dict[Language, tuple[str, ...]]] = {
    "en": (
        "{name} has learned in {room} that the smallest change that can be measured beats the big plan.",
        "{name} writes down in {room} what was expected before looking at what happened.",
        "{name} keeps one boring, well-known tool in {room} for every new one that gets tried.",
        "{name} removes one step in {room} before adding the next one.",
    ),
    "tr": (
        "{name}, {room} odasında ölçülebilen en küçük değişikliğin büyük plandan iyi olduğunu öğrendi.",
        "{name}, {room} odasında sonuca bakmadan önce ne beklediğini yazıyor.",
        "{name}, {room} odasında denenen her yeni araca karşılık bilinen, sıkıcı bir aracı elinde tutuyor.",
        "{name}, {room} odasında yeni bir adım eklemeden önce bir adımı çıkarıyor.",
    ),
}
_CASUAL_QUESTIONS: Final[dict[Language, tuple[str, ...]]] = {
    "en": (
        "What did you drop last, and did anyone miss it?",
        "What would you try first if you had only one day?",
        "Which number told you that it worked?",
        "Where did that go wrong for you?",
    ),
    "tr": (
        "Sen en son neyi bıraktın, eksikliğini duyan oldu mu?",
        "Tek bir günün olsa önce neyi denerdin?",
        "İşe yaradığını sana hangi sayı gösterdi?",
        "Bu sende nerede ters gitti?",
    ),
}
_FORMAL_QUESTIONS: Final[dict[Language, tuple[str, ...]]] = {
    "en": (
        "May I ask what has worked in your own practice?",
        "Which evidence would convince you of the opposite?",
        "How do you measure this where you work?",
        "What would you advise someone to attempt first?",
    ),
    "tr": (
        "Sizin uygulamanızda neyin işe yaradığını sorabilir miyim?",
        "Sizi tersine hangi kanıt ikna ederdi?",
        "Çalıştığınız yerde bunu nasıl ölçüyorsunuz?",
        "Bir başkasına önce neyi denemesini önerirdiniz?",
    ),
}
_LINK: Final = re.compile(r"https?:|www\.|#", re.IGNORECASE)


def draft(persona: Persona, room_name: str, variant: int) -> str:
    """Return a post: an insight that mentions the persona, the room and the first catchphrase, then a question.

    Args:
        variant: neighbouring ones differ in both sentences.
    """
    language = persona.preferred_language
    catchphrase = _catchphrase(persona)
    opening = f"{catchphrase}: " if catchphrase else ""
    insights = [opening + text.format(name=named(persona), room=inline(room_name)) for text in _INSIGHTS[language]]
    questions = (_FORMAL_QUESTIONS if persona.formality >= FORMAL else _CASUAL_QUESTIONS)[language]
    choice = choice_of(persona.name, room_name) + variant
    first, then = allowed(insights, choice, persona.do_not_say), allowed(questions, choice, persona.do_not_say)
    return f"{first} {then}"


def _catchphrase(persona: Persona) -> str:
    """Return the persona's first catchphrase as it can open a sentence; "" if there is none that may be said."""
    first = inline(persona.catchphrases[0]) if persona.catchphrases else ""
    if _LINK.search(first) or has_swearing(first) or violates(first, persona.do_not_say):
        return ""
    return first
