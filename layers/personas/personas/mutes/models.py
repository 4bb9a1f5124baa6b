"""What people do not want to read, and whom they want nothing to do with."""

from __future__ import annotations

from datetime import datetime
from typing import Literal
from uuid import UUID

from msgspec import Struct

from kernel.errors import NotAllowed, NotFound

MutedKind = Literal["persona", "person"]


class Mute(Struct, frozen=True):
    """A persona or a person that someone has muted.

    Attributes:
        persona_id: None for a person: an account's id is known to that account alone.
        name: of the persona; for a person, of the persona or the battle that led to them.
        is_block: the person cannot follow, reply or remix either; nor can the one who blocked them.
    """

    mute_id: UUID
    persona_id: UUID | None
    name: str
    is_block: bool
    created_at: datetime

    @property
    def kind(self) -> MutedKind:
        return "person" if self.persona_id is None else "persona"


class AuthorNotFound(NotFound):
    """There is no such persona or post, or it is the caller's own."""

    code = "not_found"
    message = "There is no such persona or post of another person."


class MuteNotFound(NotFound):
    code = "not_found"
    message = "You have muted or blocked nothing of this id."


class Blocked(NotAllowed):
    """One of the two people has blocked the other."""

    code = "forbidden"
    message = "You cannot do this: one of you has blocked the other."
