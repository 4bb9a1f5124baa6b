"""Checks that achievements count events that exist, which their section cannot know."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from pydantic import TypeAdapter, ValidationError

from community.achievements.content import Achievement, AchievementsSection, AtLeast
from kernel.content.problems import Problem, unknown
from kernel.events.models import Event


def event_problems(achievements: Iterable[Achievement], events: Mapping[str, type[Event]]) -> Iterator[Problem]:
    """Find achievements that count an unknown event, or read a field that the event does not have.

    Args:
        achievements: in the order of their file; retired ones may count what no longer exists.
        events: {event type: the event class} for every event of a player.
    """
    for index, row in enumerate(achievements):
        if row.retired:
            continue
        place = f"achievements[{index}]"
        yield from unknown(AchievementsSection.file, f"{place}.event", "event of a player", row.event, events)
        if row.event not in events:
            continue
        event = events[row.event]
        if row.adds is not None:
            yield from _number(f"{place}.adds", event, row.adds, int)
        for field, wanted in row.where.items():
            if isinstance(wanted, AtLeast):
                yield from _number(f"{place}.where.{field}", event, field, int, float)
            else:
                yield from _value(f"{place}.where.{field}", event, field, wanted)


def _number(place: str, event: type[Event], field: str, *kinds: type) -> Iterator[Problem]:
    """Check that the field holds a number; an optional field does not, because None cannot be added or compared."""
    yield from _no_field(place, event, field)
    if field in event.model_fields and event.model_fields[field].annotation not in kinds:
        yield Problem(AchievementsSection.file, place, f'"{field}" of {event.type} is not a {_called(kinds)}')


def _value(place: str, event: type[Event], field: str, wanted: bool | int | str) -> Iterator[Problem]:
    """Check that the field can equal `wanted`, as `rules.amount_for` compares: a string never equals an id."""
    yield from _no_field(place, event, field)
    if field not in event.model_fields:
        return
    kind: Any = event.model_fields[field].annotation
    try:
        possible = TypeAdapter(kind).validate_python(wanted) == wanted
    except ValidationError:
        possible = False
    if not possible:
        yield Problem(AchievementsSection.file, place, f'"{field}" of {event.type} is never {json.dumps(wanted)}')


def _no_field(place: str, event: type[Event], field: str) -> Iterator[Problem]:
    return unknown(AchievementsSection.file, place, f"field of {event.type}", field, event.model_fields)


def _called(kinds: tuple[type, ...]) -> str:
    return "number" if float in kinds else "whole number"
