"""Messages to administrators about engagement weights."""

from __future__ import annotations

from collections.abc import Mapping


def reloaded(weights: Mapping[str, object]) -> str:
    return f"Engagement weights reloaded: {len(weights)} of them."
