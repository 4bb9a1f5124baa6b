"""A promise: things that someone has said they will bring, and until when."""

from __future__ import annotations

from typing import Final
from uuid import UUID

from msgspec import Struct

AGGREGATE: Final = "promise"
OPEN, KEPT, BROKEN = "open", "kept", "broken"
DAYS: Final = 7
"""Days of the world within which a promise has to be kept."""


class Promise(Struct, frozen=True, kw_only=True):
    """Things that someone has promised to one of the game's own people.

    Attributes:
        version: of its aggregate in the log.
        character_id: who has promised.
        given: how many of the `quantity` have been handed over since.
        due: milliseconds of the world's own time; `made_at`, too.
    """

    promise_id: UUID
    npc_id: UUID
    character_id: UUID
    world_id: UUID
    version: int
    item: str
    quantity: int
    given: int = 0
    made_at: int
    due: int
    status: str = OPEN
