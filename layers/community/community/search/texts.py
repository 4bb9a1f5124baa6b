"""Messages about searches."""

from __future__ import annotations

from community.catalog.rules import plural
from community.search.models import Luck, Outcome

_NOTHING = {
    Luck.NEAR_MISS: "So close! Something glittered, and was gone before you could reach it.",
    Luck.FAILURE: "You searched high and low, and found nothing.",
    Luck.CRITICAL_FAIL: "You found a hole in the ground, with both feet.",
}


def describe(outcome: Outcome, item_name: str) -> str:
    """Describe the outcome of a search.

    Args:
        item_name: the display name of one found item.
    """
    return " ".join((_find(outcome, item_name) if outcome.success else _NOTHING[outcome.luck], *_remarks(outcome)))


def _find(outcome: Outcome, item_name: str) -> str:
    quality = outcome.quality.lower()
    found = f"You found {outcome.quantity} × {plural(item_name, outcome.quantity)} ({quality})."
    return f"What a find! {found}" if outcome.luck is Luck.CRITICAL_SUCCESS else found


def _remarks(outcome: Outcome) -> list[str]:
    remarks: list[str] = []
    if outcome.streak_days:
        remarks.append(f"A streak of {outcome.streak_days} days made it a finer one.")
    if outcome.exhausted:
        remarks.append("You are exhausted: until you have rested, there is little to be found.")
    return remarks
