"""Showing battles to everyone: what is new, and what is talked of."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from uuid import UUID

from kernel.database import Cursor, Tx
from personas.posts.models import Sides
from personas.rooms.texts import room_name
from personas.showcase import queries, rules
from personas.showcase.models import Showcase, ShownBattle


def ask_public(tx: Tx, room_id: UUID | None = None) -> Callable[[], Showcase]:
    """Ask for the battles that are shown to strangers; they come with the next round trip.

    Args:
        room_id: None for those of all rooms.
    """
    found = queries.list_newest(tx, room_id, rules.LOOKED_AT, rules.LOOKED_AT_PER_PERSON)
    return lambda: rules.choose(_battles(found))


def ask_of_persona(tx: Tx, slug: str) -> Callable[[], Sequence[ShownBattle]]:
    """Ask for the newest battles of a public persona; they come with the next round trip."""
    found = queries.list_newest_of(tx, slug, rules.OF_A_PERSONA)
    return lambda: _battles(found)


def _battles(found: Cursor) -> Sequence[ShownBattle]:
    return [
        ShownBattle(**{**row, "room_name": room_name(row["room_name"]), "sides": Sides.of(row["sides"])})
        for row in found
    ]
