"""What a comparison has measured, as rows for JSON and as a table for a person."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt
from statistics import median, quantiles
from typing import Any, TypeVar

from local.bench.against_sides import Sample
from local.bench.report import table

TOLERANCE = 1.10
"""A new / old above this is slower, unless noise alone may have made it so."""

T = TypeVar("T")
Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Batch:
    """The calls of one action that one side made in one round."""

    wall_us: float  # the median call
    cpu_us: float
    per_second: float  # of all clients together, if they never paused

    @classmethod
    def of(cls, samples: Sequence[Sample], clients: int) -> Batch:
        walls = [wall for wall, _ in samples]
        return cls(median(walls), median(cpu for _, cpu in samples), clients * len(walls) * 1e6 / sum(walls))


@dataclass(frozen=True, slots=True)
class Traffic:
    """What one call sends to the database."""

    round_trips: int
    statements: int


Sides = dict[str, T]
"""{"old": ..., "new": ...}"""


def rows_of(batches: dict[str, Sides[list[Batch]]], traffic: dict[str, Sides[Traffic]]) -> list[Row]:
    """One row per action, with a verdict where the new side is slower or its round trips differ."""
    rows: list[Row] = []
    for action, sides in batches.items():
        old, new = sides["old"], sides["new"]
        sent, sends = traffic[action]["old"], traffic[action]["new"]
        row: Row = {"action": action}
        for unit in ("wall_us", "cpu_us", "per_second"):
            row |= compared(unit, [getattr(batch, unit) for batch in old], [getattr(batch, unit) for batch in new])
        row |= {
            "old_round_trips": sent.round_trips,
            "new_round_trips": sends.round_trips,
            "old_statements": sent.statements,
            "new_statements": sends.statements,
        }
        row["verdict"] = " ".join(
            verdict
            for verdict, applies in (
                ("SLOWER", row["wall_us_ratio"] > TOLERANCE and row["wall_us_ratio"] - row["wall_us_noise"] > 1),
                ("ROUND TRIPS", sent.round_trips != sends.round_trips),
            )
            if applies
        )
        rows.append(row)
    return rows


def printed(rows: Sequence[Row], first: str, *, clients: int = 1) -> str:
    """The table that a person reads.

    Args:
        first: the column that names what was measured.
        clients: throughput is shown where there are several.
    """
    columns = [first, "old_us", "new_us", "ratio", "old_cpu_us", "new_cpu_us", "cpu_ratio"]
    if clients > 1:
        columns += ["old_per_second", "new_per_second"]
    if "old_round_trips" in rows[0]:
        columns += ["round_trips", "statements", "verdict"]
    return table([_shown(row) for row in rows], columns)


def _shown(row: Row) -> Row:
    shown = row | {
        "old_us": row["old_wall_us"],
        "new_us": row["new_wall_us"],
        "ratio": f"{row['wall_us_ratio']:.2f} ±{row['wall_us_noise']:.2f}",
        "cpu_ratio": f"{row['cpu_us_ratio']:.2f} ±{row['cpu_us_noise']:.2f}",
    }
    for name in ("round_trips", "statements"):
        if f"old_{name}" in row:
            shown[name] = _change(row[f"old_{name}"], row[f"new_{name}"])
    return shown


def compared(unit: str, old: Sequence[float], new: Sequence[float]) -> Row:
    """The medians of both sides, the median of new / old over the rounds, and how far noise may have moved that."""
    ratios = [after / before for before, after in zip(old, new, strict=True)]
    return {
        f"old_{unit}": round(median(old)),
        f"new_{unit}": round(median(new)),
        f"{unit}_ratio": round(median(ratios), 3),
        f"{unit}_noise": round(_noise(ratios), 3),
    }


def _noise(values: Sequence[float]) -> float:
    """Two standard errors of the median, from the quartiles; 0 for a single value."""
    if len(values) < 2:
        return 0.0
    lower, _, upper = quantiles(values, n=4, method="inclusive")
    return 2 * 1.253 * (upper - lower) / 1.349 / sqrt(len(values))


def _change(old: int, new: int) -> str:
    return f"{old}" if old == new else f"{old} -> {new}"
