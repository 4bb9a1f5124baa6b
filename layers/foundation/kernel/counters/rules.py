"""Counting events by rules that a product gives."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from typing import Any

Counts = Mapping[tuple[str, str], int]
"""{(metric, label value): how many}; the label value is "" for a metric without one, and those of a metric with more
are joined by `BETWEEN_LABELS`."""

BETWEEN_LABELS = ","
"""In no name of an item or a recipe."""

CountRule = Callable[[Mapping[str, Any]], Counts]
"""What an event counts for, by its payload."""


def count(events: Iterable[tuple[str, Mapping[str, Any]]], rules: Mapping[str, CountRule]) -> Counts:
    """Add up what (type, payload) pairs count for; the order does not matter.

    Args:
        rules: {type: its rule}. Other types count for nothing.
    """
    total: Counter[tuple[str, str]] = Counter()
    for event_type, payload in events:
        rule = rules.get(event_type)
        if rule is not None:
            total.update(rule(payload))
    return total
