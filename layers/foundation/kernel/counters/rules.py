"""Counting events by rules that a product supplies."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from typing import Any

Counts = Mapping[tuple[str, str], int]
"""Counts by (metric, label value). A metric without labels has the value ""; several labels are joined by
`BETWEEN_LABELS`."""

BETWEEN_LABELS = ","
"""The separator; no name of an item or a recipe contains it."""

CountRule = Callable[[Mapping[str, Any]], Counts]
"""Returns the counts that an event adds, given its payload."""


def count(events: Iterable[tuple[str, Mapping[str, Any]]], rules: Mapping[str, CountRule]) -> Counts:
    """Add up the counts of events, given as (type, payload) pairs in any order.

    Args:
        rules: {type: its rule}. Events of other types are not counted.
    """
    total: Counter[tuple[str, str]] = Counter()
    for event_type, payload in events:
        rule = rules.get(event_type)
        if rule is not None:
            total.update(rule(payload))
    return total
