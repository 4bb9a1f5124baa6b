"""What is kept of a world's deep time for those who look back. Without numpy."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any
from uuid import UUID

from msgspec import Struct

from kernel.database import Tx
from worlds.deep_time import queries
from worlds.deep_time.models import DeepMark, DeepMoment, standing_of
from worlds.ground import queries as ground_sql
from worlds.maps.rules import SHORT_SIDE
from worlds.world.models import World


class DeepHistory(Struct, frozen=True):
    """A world's deep time, as far as it is kept.

    Attributes:
        moments: the first one first, without their maps.
        mapped: the years whose maps are kept.
    """

    moments: Sequence[DeepMoment]
    marks: Sequence[DeepMark]
    mapped: Sequence[int]


def ask(tx: Tx, world_id: UUID) -> Callable[[World], DeepHistory]:
    """Ask for a world's history; the answer comes with the next round trip."""
    moments, marks = queries.list_moments(tx, world_id), queries.list_marks(tx, world_id)

    def history(world: World) -> DeepHistory:
        last = standing_of(world.generation).year  # after a reset, what was before it is there until years pass again
        rows = [row for row in moments if row["year"] <= last] if last else []
        return DeepHistory(
            [queries.read_moment(row) for row in rows],
            [DeepMark(row["year"], row["kind"], row["details"]) for row in marks if row["year"] <= last],
            [row["year"] for row in rows if row["has_map"]],
        )

    return history


def ask_map(tx: Tx, world_id: UUID, year: int | None) -> Callable[[], Mapping[str, Any] | None]:
    """Ask for the map of a world in a year of its deep time, or of its ground; the answer comes with the next round
    trip. None: it was not kept, or not drawn yet.
    """
    found = ground_sql.find_map(tx, world_id, SHORT_SIDE) if year is None else queries.find_map(tx, world_id, year)

    def drawn() -> Mapping[str, Any] | None:
        row = found.fetchone()
        return row and row["content" if year is None else "map"]

    return drawn
