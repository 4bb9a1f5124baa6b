"""What the offline provider says in threads: a pure function of what the prompt was made of. Source: personas 6."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from personas.people.models import Language, Persona
from personas.people.offline import allowed, choice_of, inline, named
from personas.safety.rules import cut, cut_at_sentence, first_sentence
from personas.threads.rules import MAX_REPLY, MAX_SUMMARY

_LONGEST_QUOTE: Final = 110

_REPLIES: Final[dict[Language, tuple[str, ...]]] = {
    "en": (
        "{name} answers in a {tone} tone, {size}: take the one case where this would fail, and try that first.",
        "{name} answers in a {tone} tone, {size}: the claim holds if someone else can repeat it with less effort.",
        "{name} answers in a {tone} tone, {size}: name the number that would change your mind, then go and look at it.",
        "{name} answers in a {tone} tone, {size}: a smaller version by Friday would settle most of this.",
    ),
    "tr": (
        "{name}, {tone} bir tonla, {size}: önce bunun bozulacağı tek durumu bulup onu denemek gerek.",
        "{name}, {tone} bir tonla, {size}: başkası daha az emekle tekrarlayabiliyorsa bu iddia sağlamdır.",
        "{name}, {tone} bir tonla, {size}: fikrini değiştirecek sayıyı söyle, sonra gidip o sayıya bak.",
        "{name}, {tone} bir tonla, {size}: cumaya kadar küçük bir deneme bunun çoğunu çözer.",
    ),
}
_SIZES: Final[dict[Language, tuple[str, str, str]]] = {
    "en": ("as the first reply", "after 1 reply", "after {n} replies"),
    "tr": ("ilk yanıt olarak", "1 yanıtın ardından", "{n} yanıtın ardından"),
}
_NEUTRAL_TONES: Final[dict[Language, str]] = {"en": "neutral", "tr": "sakin"}

_SUMMARIES: Final[dict[Language, tuple[str, str]]] = {
    "en": (
        'One reply so far to "{topic}". {who} says: "{last}"',
        '{n} replies so far to "{topic}". The latest comes from {who}: "{last}"',
    ),
    "tr": (
        "“{topic}” gönderisine şu ana kadar bir yanıt var. {who} şöyle diyor: “{last}”",
        "“{topic}” gönderisine şu ana kadar {n} yanıt var. Sonuncusu {who} tarafından yazıldı: “{last}”",
    ),
}
_SOMEONE: Final[dict[Language, str]] = {"en": "someone", "tr": "biri"}


def reply(persona: Persona, replies: int) -> str:
    """Return a persona's reply, which mentions the persona, its tone and the size of the thread."""
    language = persona.preferred_language
    none, one, many = _SIZES[language]
    size = none if replies == 0 else one if replies == 1 else many.format(n=replies)
    # The tone that every persona has by default is a word of ours, so it is translated.
    tone = _NEUTRAL_TONES[language] if persona.tone == "neutral" else inline(persona.tone)
    texts = [text.format(name=named(persona), tone=tone, size=size) for text in _REPLIES[language]]
    return cut_at_sentence(allowed(texts, choice_of(persona.name, str(replies)), persona.do_not_say), MAX_REPLY)


def summary(post: str, replies: Sequence[tuple[str, str]], count: int, language: Language) -> str:
    """Return the summary of a thread.

    Args:
        replies: (author, text), oldest first; at least one.
    """
    author, last = replies[-1]
    text = _SUMMARIES[language][count > 1].format(
        n=count,
        topic=inline(first_sentence(post, _LONGEST_QUOTE)),
        who=inline(author) or _SOMEONE[language],
        last=first_sentence(last, _LONGEST_QUOTE),
    )
    return cut(text, MAX_SUMMARY)
