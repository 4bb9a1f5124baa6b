"""What is counted for which event. Source: rules 21."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from typing import Any

Counts = Mapping[tuple[str, str], int]
"""{(metric, label value): how many}; the label value is "" for a metric without one, and those of a metric with more
are joined by `BETWEEN_LABELS`."""

BETWEEN_LABELS = ","
"""In no name of an item or a recipe."""


def _sold(payload: Mapping[str, Any]) -> Counts:
    return {
        ("items_sold_total", payload["item_name"]): int(payload["quantity"]),
        ("money_earned_total", ""): int(payload["money_gained"]),
    }


def _bought(payload: Mapping[str, Any]) -> Counts:
    return {
        ("items_bought_total", payload["item_name"]): int(payload["quantity"]),
        ("money_spent_total", ""): int(payload["cost"]),
    }


def _used(payload: Mapping[str, Any]) -> Counts:
    return {("items_used_total", payload["item_name"]): int(payload["quantity"])}


def _upgraded(payload: Mapping[str, Any]) -> Counts:
    quantity = int(payload["quantity"])
    labels = BETWEEN_LABELS.join((payload["recipe_key"], payload["item_name"]))
    return {("items_upgraded_total", labels): quantity, ("items_crafted_total", ""): quantity}


def _disassembled(payload: Mapping[str, Any]) -> Counts:
    return {("items_disassembled_total", payload["item_name"]): int(payload["quantity"])}


def _level_up(payload: Mapping[str, Any]) -> Counts:
    return {("job_level_ups_total", payload["job_key"]): int(payload["new_level"]) - int(payload["old_level"])}


def _once(metric: str) -> Callable[[Mapping[str, Any]], Counts]:
    return lambda payload: {(metric, ""): 1}


COUNTED: Mapping[str, Callable[[Mapping[str, Any]], Counts]] = {
    "item.sold": _sold,
    "item.bought": _bought,
    "item.used": _used,
    "item.upgraded": _upgraded,
    "item.disassembled": _disassembled,
    "gamble.started": _once("gambles_started_total"),
    "gamble.complete": _once("gambles_completed_total"),
    "job.level_up": _level_up,
    "search.performed": _once("searches_performed_total"),
    "progression.vote_recorded": _once("votes_cast_total"),
}


def count(events: Iterable[tuple[str, Mapping[str, Any]]]) -> Counts:
    """Add up what (type, payload) pairs count for; the order does not matter."""
    total: Counter[tuple[str, str]] = Counter()
    for event_type, payload in events:
        rule = COUNTED.get(event_type)
        if rule is not None:
            total.update(rule(payload))
    return total
