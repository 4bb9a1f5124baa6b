"""The rooms that an installation has."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated

from pydantic import Field, StringConstraints

from kernel.content.base import Document, Frozen, Text
from kernel.content.library import FileSection
from kernel.content.problems import Problem, repeated
from kernel.content.text_ids import TextId
from personas.configs import shipped
from personas.rooms.texts import DESCRIPTION, NAME

Slug = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=64)]


class SeedRoom(Frozen):
    """A room. Its slug identifies it: another slug is another room."""

    slug: Slug
    """Its address, and what identifies it."""
    name: Text
    """What people read; translated."""
    description: Text
    """What people read about it; translated."""


class RoomsFile(Document):
    rooms: tuple[SeedRoom, ...] = Field(min_length=1)
    """The rooms that every installation has."""


class RoomsSection(FileSection[RoomsFile]):
    file = "rooms.json"
    model = RoomsFile

    def problems(self) -> Iterator[Problem]:
        return repeated(self.file, "rooms", "slug", (room.slug for room in self.document.rooms))

    def texts(self) -> Iterator[TextId]:
        for room in self.document.rooms:
            yield TextId(NAME, room.name)
            yield TextId(DESCRIPTION, room.description)

    def summary(self) -> str:
        return f"{len(self.document.rooms)} rooms"


rooms = shipped[RoomsSection]
