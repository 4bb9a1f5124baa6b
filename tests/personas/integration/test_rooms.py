"""The rooms of the content in the database. Source: personas 3, 5."""

from __future__ import annotations

from uuid import uuid4

import pytest

from kernel.database import Tx
from personas.rooms import service as rooms
from personas.rooms.models import RoomNotFound
from personas.rooms.sync import sync_rooms

SLUGS = ["ai-builders", "cybersecurity", "game-dev", "go-backend"]


def test_the_rooms_of_the_content_are_listed_by_name(tx: Tx):
    listed = rooms.list_all(tx)

    assert [room.slug for room in listed] == [room.name for room in listed] == SLUGS
    assert all(room.description for room in listed)


def test_syncing_twice_changes_nothing(tx: Tx):
    before = tx.execute("SELECT ctid::text, * FROM personas.rooms ORDER BY slug").fetchall()

    sync_rooms(tx)

    assert tx.execute("SELECT ctid::text, * FROM personas.rooms ORDER BY slug").fetchall() == before


def test_a_changed_description_is_updated_under_the_same_id(tx: Tx):
    [room, *_] = rooms.list_all(tx)
    tx.execute("UPDATE personas.rooms SET description = 'old' WHERE room_id = %s", (room.room_id,))

    sync_rooms(tx)

    assert rooms.existing(tx, room.room_id) == room


def test_an_unknown_room_is_not_found(tx: Tx):
    with pytest.raises(RoomNotFound):
        rooms.existing(tx, uuid4())
