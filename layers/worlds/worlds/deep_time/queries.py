"""SQL on worlds.deep_time, worlds.deep_moments and worlds.deep_marks, and those who hear of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

from psycopg.types.json import Jsonb

from kernel.database import Cursor, Tx
from worlds.deep_time.models import MOST_MARKS, PER_MAP, DeepMark, DeepMoment, grid_of


def find_checkpoint(tx: Tx, world_id: UUID) -> Cursor:
    """Return a row of `run`, `year` and `content`."""
    return tx.execute("SELECT run, year, content FROM worlds.deep_time WHERE world_id = %s", (world_id,))


def save_checkpoint(tx: Tx, world_id: UUID, run: int, year: int, content: bytes) -> None:
    tx.execute(
        """
        INSERT INTO worlds.deep_time (world_id, run, year, content) VALUES (%s, %s, %s, %s)
        ON CONFLICT (world_id) DO UPDATE SET run = excluded.run, year = excluded.year, content = excluded.content
        """,
        (world_id, run, year, content),
    )


def delete_history(tx: Tx, world_id: UUID) -> None:
    """Forget the moments and the marks of a world that begins anew."""
    tx.execute("DELETE FROM worlds.deep_moments WHERE world_id = %s", (world_id,))
    tx.execute("DELETE FROM worlds.deep_marks WHERE world_id = %s", (world_id,))


def save_history(tx: Tx, world_id: UUID, year: int, moments: Sequence[DeepMoment], marks: Iterable[DeepMark]) -> None:
    """Add to what is kept of a world's history up to a year, and drop what is no longer on the grid."""
    tx.insert(
        "INSERT INTO worlds.deep_moments (world_id, year, celsius, sea_level, land, species, extinctions, map)",
        [
            (
                *(world_id, each.year, each.celsius, each.sea_level, each.land, each.species, each.extinctions),
                None if each.map is None else Jsonb(dict(each.map)),
            )
            for each in moments
        ],
        # Where years go on without any having passed, the last one is there already.
        "ON CONFLICT (world_id, year) DO UPDATE SET map = coalesce(excluded.map, deep_moments.map)",
    )
    grid = grid_of(year)
    tx.execute(
        "DELETE FROM worlds.deep_moments WHERE world_id = %s AND year < %s AND year %% %s <> 0", (world_id, year, grid)
    )
    tx.execute(
        """
        UPDATE worlds.deep_moments SET map = NULL
        WHERE world_id = %s AND year < %s AND year %% %s <> 0 AND map IS NOT NULL
        """,
        (world_id, year, grid * PER_MAP),
    )
    tx.insert(
        "INSERT INTO worlds.deep_marks (world_id, year, kind, details)",
        [(world_id, each.year, each.kind, Jsonb(dict(each.details))) for each in marks],
    )
    tx.execute(
        """
        DELETE FROM worlds.deep_marks WHERE mark_id IN (
            SELECT mark_id FROM worlds.deep_marks WHERE world_id = %s ORDER BY year DESC, mark_id DESC OFFSET %s)
        """,
        (world_id, MOST_MARKS),
    )


def list_moments(tx: Tx, world_id: UUID) -> Cursor:
    """Return rows of what is kept of a world's moments, the first one first; `has_map` in place of the maps."""
    return tx.execute(
        """
        SELECT year, celsius, sea_level, land, species, extinctions, map IS NOT NULL AS has_map
        FROM worlds.deep_moments WHERE world_id = %s ORDER BY year
        """,
        (world_id,),
    )


def list_maps(tx: Tx, world_id: UUID) -> Cursor:
    """Return rows of `year` and `map`, the first one first."""
    return tx.execute(
        "SELECT year, map FROM worlds.deep_moments WHERE world_id = %s AND map IS NOT NULL ORDER BY year", (world_id,)
    )


def find_map(tx: Tx, world_id: UUID, year: int) -> Cursor:
    """Return a row with the `map` of a world in a year, if it was kept."""
    return tx.execute("SELECT map FROM worlds.deep_moments WHERE world_id = %s AND year = %s", (world_id, year))


def list_marks(tx: Tx, world_id: UUID) -> Cursor:
    """Return rows of `year`, `kind` and `details`, the first one first."""
    return tx.execute(
        "SELECT year, kind, details FROM worlds.deep_marks WHERE world_id = %s ORDER BY year, mark_id", (world_id,)
    )


def read_moment(row: Mapping[str, Any], drawn: Mapping[str, Any] | None = None) -> DeepMoment:
    """Return the moment of a row, with its map."""
    return DeepMoment(
        row["year"], row["celsius"], row["sea_level"], row["land"], row["species"], row["extinctions"], drawn
    )


def list_owner_present(tx: Tx, world_id: UUID) -> Cursor:
    """Return rows of `character_id` and `is_here`: the owner's characters that are somewhere."""
    return tx.execute(
        """
        SELECT c.character_id, c.world_id = w.world_id AS is_here
        FROM worlds.worlds AS w JOIN worlds.characters AS c ON c.account_id = w.owner_id AND c.is_present
        WHERE w.world_id = %s ORDER BY c.character_id
        """,
        (world_id,),
    )
