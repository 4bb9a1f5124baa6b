"""Rooms: the places that people post in."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from msgspec import Struct

from kernel.errors import NotFound


class Room(Struct, frozen=True):
    """A room."""

    room_id: UUID
    slug: str
    name: str
    description: str
    created_at: datetime


class RoomNotFound(NotFound):
    code = "not_found"
    message = "There is no such room."
