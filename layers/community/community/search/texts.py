"""Messages about searches."""

from __future__ import annotations

from typing import Final

from community.catalog.texts import counted_name, quality_name
from community.search.models import Luck, Outcome
from kernel.texts import to_translate, translate, translate_n

_NOTHING: Final = {
    Luck.NEAR_MISS: to_translate("So close! Something glittered, and was gone before you could reach it."),
    Luck.FAILURE: to_translate("You searched high and low, and found nothing."),
    Luck.CRITICAL_FAIL: to_translate("You found a hole in the ground, with both feet."),
}


def describe(outcome: Outcome, item_name: str) -> str:
    """Describe the outcome of a search.

    Args:
        item_name: one of the names of the found item.
    """
    found = _find(outcome, item_name) if outcome.success else translate(_NOTHING[outcome.luck])
    return " ".join((found, *_remarks(outcome)))


def _find(outcome: Outcome, item_name: str) -> str:
    things = counted_name(item_name, outcome.quality, outcome.quantity)
    quality = quality_name(outcome.quality)
    if outcome.luck is Luck.CRITICAL_SUCCESS:
        return translate("What a find! You found {things} ({quality}).", things=things, quality=quality)
    return translate("You found {things} ({quality}).", things=things, quality=quality)


def _remarks(outcome: Outcome) -> list[str]:
    remarks: list[str] = []
    if outcome.streak_days:
        remarks.append(
            translate_n(
                "A streak of {n} day made it a finer one.",
                "A streak of {n} days made it a finer one.",
                outcome.streak_days,
            )
        )
    if outcome.exhausted:
        remarks.append(translate("You are exhausted: until you have rested, there is little to be found."))
    return remarks
