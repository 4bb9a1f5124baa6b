"""Exports of players, and players who are forgotten."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from msgspec import Struct, field

from kernel.errors import NotFound, Refused


class PlayerExport(Struct, frozen=True):
    """Everything that is stored about a player.

    Attributes:
        records: {table: rows}.
        more: {table: cursor} of tables with more rows than a page holds.
    """

    user_id: UUID
    username: str
    exported_at: datetime
    records: Mapping[str, Sequence[Mapping[str, Any]]]
    more: Mapping[str, int] = field(default_factory=dict[str, int])


class CommunityExport(Struct, frozen=True):
    """A page of the export of a community.

    Attributes:
        community: {table: rows} of what belongs to no player; on the first page only.
        players: their exports, without the tables that have many rows per player.
        next: the cursor of the next page; None on the last one.
    """

    exported_at: datetime
    community: Mapping[str, Sequence[Mapping[str, Any]]]
    players: Sequence[PlayerExport]
    next: UUID | None


class NothingStored(NotFound):
    code = "not_found"
    message = "Nothing is stored about you."


class StillPlaying(Refused):
    code = "validation"
    message = "{name} is in a gamble. Try again when it is over."


class WrongConfirmation(Refused):
    code = "validation"
    message = "That is not the code that confirms it."


class NoSuchTable(Refused):
    code = "validation"
    message = "There are no further pages of {table}."
