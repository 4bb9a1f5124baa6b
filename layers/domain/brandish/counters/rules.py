"""What is counted for which event. Source: rules 21."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from typing import Any

Counts = Mapping[tuple[str, str], int]
"""{(metric, label value): how many}; the label value is "" for a metric without one."""


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


def _level_up(payload: Mapping[str, Any]) -> Counts:
    return {("job_level_ups_total", payload["job_key"]): int(payload["new_level"]) - int(payload["old_level"])}


def _once(metric: str) -> Callable[[Mapping[str, Any]], Counts]:
    return lambda payload: {(metric, ""): 1}


COUNTED: Mapping[str, Callable[[Mapping[str, Any]], Counts]] = {
    "item.sold": _sold,
    "item.bought": _bought,
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
