"""Bringing the rooms of the content into the database."""

from __future__ import annotations

from kernel.database import Tx
from personas.rooms import queries
from personas.rooms.content import rooms


def sync_rooms(tx: Tx) -> None:
    """Create the rooms of the content, and give those that exist the content's name and description."""
    for room in rooms.document.rooms:
        queries.upsert_room(tx, room.slug, room.name, room.description)
