"""What rooms are called and about, in the reader's language: what is stored is the content's English."""

from __future__ import annotations

from typing import Final

from msgspec.structs import replace

from kernel.texts import term
from personas.rooms.models import Room

NAME: Final = "room"
DESCRIPTION: Final = "room: description"


def room_name(name: str) -> str:
    """Return the name of a room, as it is stored, in the current language."""
    return term(NAME, name)


def shown(room: Room) -> Room:
    """Return a room in the current language."""
    return replace(room, name=room_name(room.name), description=term(DESCRIPTION, room.description))
