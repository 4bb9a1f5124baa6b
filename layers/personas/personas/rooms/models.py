"""Rooms: the places that people post in."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from kernel.errors import NotFound


@dataclass(frozen=True, slots=True)
class Room:
    """A room."""

    room_id: UUID
    slug: str
    name: str
    description: str
    created_at: datetime


class RoomNotFound(NotFound):
    code = "not_found"
    message = "There is no such room."
