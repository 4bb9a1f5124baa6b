"""The time of a world in words. Pure. Source: worlds 27."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from kernel.texts import to_translate, translate
from worlds.time.models import Moment, PartOfDay, Season, TimeChange
from worlds.time.rules import MINUTE

PARTS: Final[Mapping[PartOfDay, str]] = {
    PartOfDay.NIGHT: to_translate("Night"),
    PartOfDay.DAWN: to_translate("Dawn"),
    PartOfDay.MORNING: to_translate("Morning"),
    PartOfDay.NOON: to_translate("Noon"),
    PartOfDay.AFTERNOON: to_translate("Afternoon"),
    PartOfDay.DUSK: to_translate("Dusk"),
    PartOfDay.EVENING: to_translate("Evening"),
}
SEASONS: Final[Mapping[Season, tuple[str, str, str]]] = {
    Season.SPRING: (to_translate("early Spring"), to_translate("mid-Spring"), to_translate("late Spring")),
    Season.SUMMER: (to_translate("early Summer"), to_translate("midsummer"), to_translate("late Summer")),
    Season.AUTUMN: (to_translate("early Autumn"), to_translate("mid-Autumn"), to_translate("late Autumn")),
    Season.WINTER: (to_translate("early Winter"), to_translate("midwinter"), to_translate("late Winter")),
}
"""{season: its first, second and last third}"""
BEGINS: Final[Mapping[PartOfDay | Season, str]] = {
    PartOfDay.NIGHT: to_translate("Night falls."),
    PartOfDay.DAWN: to_translate("The sky grows pale: dawn."),
    PartOfDay.MORNING: to_translate("The sun is up: morning."),
    PartOfDay.NOON: to_translate("The sun stands high: noon."),
    PartOfDay.AFTERNOON: to_translate("The shadows grow longer: afternoon."),
    PartOfDay.DUSK: to_translate("The sun goes down: dusk."),
    PartOfDay.EVENING: to_translate("The first stars are out: evening."),
    Season.SPRING: to_translate("Spring begins, and with it a new year."),
    Season.SUMMER: to_translate("Summer begins."),
    Season.AUTUMN: to_translate("Autumn begins."),
    Season.WINTER: to_translate("Winter begins."),
}


def header(moment: Moment) -> str:
    """Return the time as the first words of what one sees: "[Dawn, early Spring]"."""
    third = min(2, int(moment.season_progress * 3))
    return f"[{translate(PARTS[moment.part])}, {translate(SEASONS[moment.season][third])}]"


def news(change: TimeChange) -> str:
    """Return what people are told of a change."""
    return translate(BEGINS[change.what])


def duration(milliseconds: int) -> str:
    """Return for how long something lasts, in hours and whole minutes."""
    whole, rest = divmod(milliseconds // MINUTE, 60)
    if not whole:
        return translate("{minutes} min", minutes=rest)
    return translate("{hours} h {minutes} min", hours=whole, minutes=rest)
