"""The text of a bundle: who reached what, each kind of event in an embed of its own."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from msgspec import Struct

from doors.discord.messages import Embed, clip
from doors.outbound import Envelope
from functions.community.notify_discord.bundles import Bundle, BundledEvent, BundledEvents
from functions.community.notify_discord.texts import GREEN, TEXTS, YELLOW, Payload, achieved, reached_level
from kernel.texts import number, translate_n

MOST_TEXT: Final = 4096
MOST_SHARED_TEXT: Final = 2900
"""Characters for the text of an embed that shares its message with others: 6,000 is the limit for all together."""
KEPT_FOR_THE_END: Final = 30
"""Characters for "and 1,234 more"."""
MOST_WORDS: Final = 200


class BundledType(Struct, frozen=True):
    """How the events of a type are told together.

    Attributes:
        title: for how many there are.
        parts: returns what happened, without the player, and the player.
    """

    title: Callable[[int], str]
    color: int
    parts: Callable[[Payload], tuple[str, str]]


def _level_ups(count: int) -> str:
    return translate_n("{n} level-up", "{n} level-ups", count, n=number(count))


def _achievements(count: int) -> str:
    return translate_n("{n} achievement", "{n} achievements", count, n=number(count))


BUNDLED: Mapping[str, BundledType] = {
    "job.level_up": BundledType(_level_ups, GREEN, reached_level),
    "achievement.unlocked": BundledType(_achievements, YELLOW, achieved),
}


def bundled_event(envelope: Envelope, id: str) -> BundledEvent:
    """Return an event in the words of a bundle."""
    kind, payload = envelope["type"], envelope["payload"]
    what, name = BUNDLED[kind].parts(payload)
    return BundledEvent(id, kind, envelope["timestamp"], payload, clip(what, MOST_WORDS), name)


def embeds_of(bundle: Bundle) -> list[Embed]:
    """Return the message. An event that is the only one of its type has the same text as if it had come alone."""
    most = MOST_TEXT if len(bundle.events) == 1 else MOST_SHARED_TEXT
    return [
        TEXTS[kind](events.first) if events.count == 1 else _together(BUNDLED[kind], events, most)
        for kind, events in bundle.events.items()
    ]


def _together(kind: BundledType, events: BundledEvents, most: int) -> Embed:
    lines, shown = _fitting(events.names, most - KEPT_FOR_THE_END)
    if more := events.count - shown:
        lines.append(translate_n("and {n} more", "and {n} more", more, n=number(more)))
    return Embed(kind.title(events.count), "\n".join(lines), color=kind.color)


def _fitting(names: Mapping[str, tuple[str, ...]], most: int) -> tuple[list[str], int]:
    """Return the lines that fit, and how many names are in them."""
    lines: list[str] = []
    shown = 0
    for what, reached in names.items():
        fitting = len(reached)
        while fitting and len(_line(what, reached[:fitting])) + 1 > most:
            fitting -= 1
        if fitting:
            line = _line(what, reached[:fitting])
            lines.append(line)
            shown += fitting
            most -= len(line) + 1
        if fitting < len(reached):
            break  # the rest is counted
    return lines, shown


def _line(what: str, names: tuple[str, ...]) -> str:
    return f"**{what}**: {', '.join(names)}"
