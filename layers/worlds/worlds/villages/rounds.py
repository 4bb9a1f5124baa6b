"""Where people of a village are by the hour. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from msgspec import Struct

from worlds.generation.portable import cosine, sine
from worlds.npcs.models import Npc
from worlds.npcs.needs import Need, pressing
from worlds.npcs.rounds import Habit, next_change
from worlds.npcs.wellbeing import needs_of, usual_day, usual_habit
from worlds.space.models import METRE, Position, Space
from worlds.space.rules import place_at
from worlds.villages.models import VillageSite

ASIDE: Final = 15
"""Decimetres from the middle of a place at which people stand, so that no one stands on anyone's feet."""
TURN: Final = 0.381966
"""Of a circle, from one to the next: no two are in the same direction."""


URGED: Final[Mapping[Need, Habit]] = {
    Need.SAFETY: Habit.RESTS,
    Need.THIRST: Habit.EATS,
    Need.HUNGER: Habit.EATS,
    Need.SLEEP: Habit.SLEEPS,
}
"""{what someone cannot wait with: what they do about it}, the first one first; the house is the safest place."""


class StandingVillager(Struct, frozen=True):
    """Where someone is and what they do there, until they go on."""

    position: Position
    doing: str
    until: int


def standing(
    npc: Npc, species: str, occupation: str, site: VillageSite, space: Space, at: int, hours_per_day: int
) -> StandingVillager:
    """Return where someone is at a time of the world, in its milliseconds."""
    activity = _urged(npc, species, at, hours_per_day) or usual_habit(npc, species, at, hours_per_day)
    return StandingVillager(
        position=_beside(space, _middle(npc, occupation, site, activity), npc.number),
        doing=f"{activity}:{occupation}" if activity is Habit.WORKS else str(activity),
        until=next_change(usual_day(npc, species, at, hours_per_day), at, hours_per_day),
    )


def _urged(npc: Npc, species: str, at: int, hours_per_day: int) -> Habit | None:
    """Return what someone does who cannot wait; None for who can, as those whose days no one has disturbed."""
    if npc.needs is None:
        return None
    felt = pressing(needs_of(npc, species, at, hours_per_day))
    return next((URGED[each] for each in URGED if each in felt), None)


def _middle(npc: Npc, occupation: str, site: VillageSite, activity: Habit) -> Position:
    match activity:
        case Habit.WORKS:
            return site.places.get(occupation, site.centre)
        case Habit.MEETS | Habit.PLAYS:
            return site.centre
        case Habit.STROLLS:
            places = sorted(site.places.items())
            return places[npc.number % len(places)][1] if places else site.centre
        case _:
            return Position(*npc.home, 0)


def _beside(space: Space, middle: Position, number: int) -> Position:
    turn = number * TURN % 1
    east, north = (round((ASIDE + number % 3 * METRE) * each) for each in (cosine(turn), sine(turn)))
    return place_at(space, middle.x + east, middle.y + north) or middle
