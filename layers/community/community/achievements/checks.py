"""What the content cannot tell by itself: whether its achievements count something that happens."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from pydantic import TypeAdapter, ValidationError

from community.content import Achievement, ContentError
from community.content.achievements import AtLeast
from community.content.checks import ACHIEVEMENTS
from community.reactions import REACTIONS
from kernel.content.problems import Problem, unknown
from kernel.events.models import Event

EVENTS: Mapping[str, type[Event]] = {event.type: event for event in REACTIONS}
"""{event type: the event} of all that can happen to a player."""


def check(achievements: Iterable[Achievement], directory: str = "configs/community") -> None:
    """
    Args:
        achievements: in the order of their file.
        directory: the name of the one the file lies in.

    Raises:
        ContentError: one of them counts an event that never happens to a player, or reads from it what is not there.
    """
    for problem in problems(achievements):
        raise ContentError(f"{directory}/{problem.file}", problem.field, problem.text)


def problems(achievements: Iterable[Achievement]) -> Iterator[Problem]:
    for index, row in enumerate(achievements):
        place = f"achievements[{index}]"
        yield from unknown(ACHIEVEMENTS, f"{place}.event", "event of a player", row.event, EVENTS)
        if row.event not in EVENTS:
            continue
        event = EVENTS[row.event]
        if row.adds is not None:
            yield from _number(f"{place}.adds", event, row.adds, int)
        for field, wanted in row.where.items():
            if isinstance(wanted, AtLeast):
                yield from _number(f"{place}.where.{field}", event, field, int, float)
            else:
                yield from _value(f"{place}.where.{field}", event, field, wanted)


def _number(place: str, event: type[Event], field: str, *kinds: type) -> Iterator[Problem]:
    """A field that may be empty is none: nothing cannot be added or compared."""
    yield from _no_field(place, event, field)
    if field in event.model_fields and event.model_fields[field].annotation not in kinds:
        yield Problem(ACHIEVEMENTS, place, f'"{field}" of {event.type} is not a {_called(kinds)}')


def _value(place: str, event: type[Event], field: str, wanted: bool | int | str) -> Iterator[Problem]:
    """Compared as `rules.worth` does: a text is never equal to an id or a moment, whatever it looks like."""
    yield from _no_field(place, event, field)
    if field not in event.model_fields:
        return
    kind: Any = event.model_fields[field].annotation
    try:
        possible = TypeAdapter(kind).validate_python(wanted) == wanted
    except ValidationError:
        possible = False
    if not possible:
        yield Problem(ACHIEVEMENTS, place, f'"{field}" of {event.type} is never {json.dumps(wanted)}')


def _no_field(place: str, event: type[Event], field: str) -> Iterator[Problem]:
    return unknown(ACHIEVEMENTS, place, f"field of {event.type}", field, event.model_fields)


def _called(kinds: tuple[type, ...]) -> str:
    return "number" if float in kinds else "whole number"
