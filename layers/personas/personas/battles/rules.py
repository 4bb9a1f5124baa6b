"""The order of a debate, its limits and its topic. Pure. Source: personas 9.1 to 9.4."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Final

from kernel.texts import to_translate, translate
from personas.battles.models import Phase, Side, Speaker, Status
from personas.safety.rules import cut, first_sentence

MIN_TOPIC: Final = 3
MAX_TOPIC: Final = 180
MAX_STYLE: Final = 80
PRO_STYLE: Final = "bold + practical"
CON_STYLE: Final = "sceptical + evidence first"
SUGGESTED_PRO_STYLE: Final = to_translate("bold, practical, concise")
SUGGESTED_CON_STYLE: Final = to_translate("sceptical, evidence-first, concise")
MOST_RUNNING: Final = 10
"""Battles of an account that go on at the same time: all wait for the same few providers.

Those that a channel watches do not count: a channel has one at a time, and who begins them waits in between.
"""
RUNNING_SECONDS: Final = 30
"""After which it is worth asking again."""

HOUSE: Final[dict[Side, str]] = {
    "PRO": to_translate("House Pro", "speaker"),
    "CON": to_translate("House Con", "speaker"),
}

DEADLINE: Final = timedelta(minutes=10)
REPLIES_AFTER: Final = timedelta(minutes=10)
"""When the audience replies at the latest; it is called when the debate ends."""

POOL: Final = 3
"""The audience's replies come from so many of the owner's oldest personas."""
TURNS_FOR_A_LARGE_AUDIENCE: Final = 8

TOPIC_LINE: Final = 96
_MAX_SENTENCE: Final = 90
_LABEL: Final = re.compile(r"^(?:topic\s*:\s*)+", re.IGNORECASE)

LETTERS_PER_WORD: Final = 10
"""A turn may have so many characters per word of its limit."""

_ID: Final = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[1-5][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}", re.IGNORECASE)
_SENTENCE_END: Final = re.compile(r"(?:(?<!\d)\.|\.(?!\d)|[!?])[\"'”’»)]*(?=\s|$)")


def is_id(text: str) -> bool:
    """Whether a text has the form of our ids. Source: personas 4.1."""
    return _ID.fullmatch(text) is not None


def side_of(turn: int) -> Side:
    """Return who speaks in a turn; the first is 1."""
    return "PRO" if turn % 2 else "CON"


def phase_of(turn: int, turn_count: int) -> Phase:
    """Return the phase of a turn. The opening has both sides, even in the shortest debates."""
    if turn <= 2:
        return "OPENING"
    return "CLOSING" if turn > turn_count - 2 else "REBUTTAL"


def halted_status(turns_done: int) -> Status:
    """Return the status of a battle that stops early: it has failed if a side has not spoken."""
    return "HALTED" if turns_done >= 2 else "FAILED"


def audience_size(turn_count: int) -> int:
    """Return how many personas may reply to a battle. Source: personas 9.2."""
    return 3 if turn_count >= TURNS_FOR_A_LARGE_AUDIENCE else 2


def cast(oldest: Sequence[Speaker], pro: Speaker | None, con: Speaker | None) -> tuple[Speaker, Speaker]:
    """Return the speakers of both sides: those asked for, else the owner's oldest personas, else the house.

    Args:
        oldest: the owner's personas, the oldest first; at least three of them if there are.
    """
    taken = {each.persona_id for each in (pro, con) if each is not None}
    free = iter([each for each in oldest if each.persona_id not in taken])
    return (
        pro or next(free, Speaker(None, HOUSE["PRO"])),
        con or next(free, Speaker(None, HOUSE["CON"])),
    )


def count_words(text: str) -> int:
    return len(text.split())


def fits(text: str, word_limit: int) -> bool:
    """Whether a turn keeps its limit of words, and the one of characters that guards against endless words."""
    return count_words(text) <= word_limit and len(text) <= word_limit * LETTERS_PER_WORD


def fitted(text: str, word_limit: int) -> str:
    """Return a turn that keeps its limits, cut at the last sentence end inside them if there is one."""
    if fits(text, word_limit):
        return text
    inside = " ".join(text.split()[:word_limit])[: word_limit * LETTERS_PER_WORD].rstrip()
    ends = [match.end() for match in _SENTENCE_END.finditer(inside)]
    return inside[: ends[-1]] if ends else inside


def sentences(text: str) -> list[str]:
    """Return the sentences of a text; a dot between digits ends none."""
    flat = " ".join(text.split())
    ends = [0, *(match.end() for match in _SENTENCE_END.finditer(flat)), len(flat)]
    parts = (flat[start:end].strip() for start, end in pairwise(ends))
    return [part for part in parts if part]


def bare_topic(text: str, room_name: str = "") -> str:
    """Return a topic without the label and the room that a topic line may have added."""
    topic = " ".join(text.split())
    suffix = f"({room_name})"
    while True:
        shorter = _LABEL.sub("", topic)
        if room_name and shorter.casefold().endswith(suffix.casefold()):
            shorter = shorter[: -len(suffix)]
        shorter = shorter.strip()
        if shorter == topic:
            return topic
        topic = shorter


def topic_line(topic: str, room_name: str) -> str:
    """Return the topic as cards show it: one sentence, with the room behind it, 96 characters at most.

    Args:
        topic: a battle's topic, or a post.
    """
    sentence = first_sentence(bare_topic(topic, room_name), _MAX_SENTENCE) or translate("An open debate")
    if not room_name:
        return sentence
    return f"{cut(sentence, max(1, TOPIC_LINE - len(room_name) - 3))} ({room_name})"


def is_over(status: Status, replies_done: int, replies_expected: int, ended_at: datetime, now: datetime) -> bool:
    """Whether nothing more is to come: a reply that fails never comes, and after ten minutes no one waits for it."""
    if status in ("SCHEDULED", "RUNNING"):
        return False
    return replies_done >= replies_expected or now - ended_at >= REPLIES_AFTER
