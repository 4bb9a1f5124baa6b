"""SQL on personas.rooms."""

from __future__ import annotations

from uuid import UUID, uuid4

from kernel.database import Cursor, Tx


def find_room(tx: Tx, room_id: UUID) -> Cursor:
    return tx.execute(
        "SELECT room_id, slug, name, description, created_at FROM personas.rooms WHERE room_id = %s", (room_id,)
    )


def find_oldest_room(tx: Tx) -> Cursor:
    """Return the room that was created first; of those of one moment, the first by name."""
    return tx.execute(
        """
        SELECT room_id, slug, name, description, created_at FROM personas.rooms
        ORDER BY created_at, name, room_id LIMIT 1
        """
    )


def list_rooms(tx: Tx) -> Cursor:
    return tx.execute(
        "SELECT room_id, slug, name, description, created_at FROM personas.rooms ORDER BY name, room_id LIMIT 500"
    )


def upsert_room(tx: Tx, slug: str, name: str, description: str) -> None:
    tx.execute(
        """
        INSERT INTO personas.rooms (room_id, slug, name, description, created_at)
        VALUES (%(room_id)s, %(slug)s, %(name)s, %(description)s, %(now)s)
        ON CONFLICT (slug) DO UPDATE SET name = excluded.name, description = excluded.description
        WHERE (rooms.name, rooms.description) IS DISTINCT FROM (excluded.name, excluded.description)
        """,
        {"room_id": uuid4(), "slug": slug, "name": name, "description": description, "now": tx.now},
    )
