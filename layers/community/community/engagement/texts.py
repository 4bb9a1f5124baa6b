"""Messages to administrators about engagement."""

from __future__ import annotations

from collections.abc import Mapping

from kernel.texts import translate_n


def reloaded(weights: Mapping[str, object]) -> str:
    return translate_n("{n} engagement weight reloaded.", "{n} engagement weights reloaded.", len(weights))


def recorded(value: int, metric: str, score: int) -> str:
    return translate_n(
        "Recorded {value} × {metric}, worth {n} contribution point.",
        "Recorded {value} × {metric}, worth {n} contribution points.",
        score,
        value=value,
        metric=metric,
    )
