"""Reading the rooms."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

from kernel.database import Cursor, Tx
from personas.rooms import queries, texts
from personas.rooms.models import Room, RoomNotFound


def list_all(tx: Tx) -> list[Room]:
    """Return all rooms, by name, in the reader's language."""
    return [texts.shown(Room(**row)) for row in queries.list_rooms(tx)]


def ask_existing(tx: Tx, room_id: UUID) -> Callable[[], Room]:
    """Ask for a room; the answer comes with the next round trip.

    Returns:
        Returns the room, or raises RoomNotFound.
    """
    return _room_in(queries.find_room(tx, room_id))


def _room_in(found: Cursor) -> Callable[[], Room]:
    def room() -> Room:
        row = found.fetchone()
        if row is None:
            raise RoomNotFound
        return Room(**row)

    return room


def ask_first(tx: Tx) -> Callable[[], Room]:
    """Ask for the oldest room, for what belongs into none in particular; it comes with the next round trip.

    Returns:
        Returns the room, or raises RoomNotFound.
    """
    return _room_in(queries.find_oldest_room(tx))


def existing(tx: Tx, room_id: UUID) -> Room:
    """Return a room.

    Raises:
        RoomNotFound
    """
    return ask_existing(tx, room_id)()
