"""What was done in a world's deep time, from its log: enough to compute a lost checkpoint again. Without numpy."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from msgspec import Struct
from msgspec.structs import replace

from worlds.log.models import WorldEvent
from worlds.world.events import DeepTimeAdvanced, DeepTimeReset, DeepTimeStarted, Intervened, WorldCreated


class Stretch(Struct, frozen=True):
    """Years that have passed in one way.

    Attributes:
        run: the first that belongs to it.
        start, to: years.
        interventions: [name, number of a species], of those that it begins with.
    """

    run: int
    start: int
    to: int
    parts: Sequence[str]
    interventions: Sequence[tuple[str, int | None]] = ()


EVENTS = (WorldCreated, DeepTimeStarted, DeepTimeAdvanced, DeepTimeReset, Intervened)
"""What stretches follow from."""


def stretches_of(events: Iterable[WorldEvent]) -> list[Stretch]:
    """Return how a world has come to the year where it is, since it was reset last or came as a file.

    In a file, years have passed already; the first stretch begins with them, and how they passed no one knows.
    """
    found: list[Stretch] = []
    waiting: list[tuple[str, int | None]] = []
    parts: Sequence[str] = ()
    year = 0
    for event in events:
        match event:
            case WorldCreated():
                year = event.generation.get("deep_time", {}).get("year", 0)
            case DeepTimeReset():
                found, waiting, year = [], [], 0
            case DeepTimeStarted():
                parts = event.parts
            case Intervened():
                waiting.append((event.intervention, event.species))
            case DeepTimeAdvanced():
                done, waiting = waiting[: event.intervened], waiting[event.intervened :]
                if found and not done and found[-1].parts == parts:
                    found[-1] = replace(found[-1], to=event.year)
                else:
                    found.append(Stretch(event.run, year, event.year, parts, tuple(done)))
                year = event.year
            case _:
                pass
    return found


def after(stretches: Iterable[Stretch], year: int) -> list[Stretch]:
    """Return what is left of stretches after a year that a checkpoint has: what they begin with is done."""
    return [
        replace(each, start=year, interventions=()) if each.start < year else each
        for each in stretches
        if each.to > year
    ]
