"""Battles as lists show them, to everyone."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from msgspec import Struct

from personas.battles.models import Status, Winner
from personas.posts.models import Sides


class ShownBattle(Struct, frozen=True, kw_only=True):
    """A public battle.

    Attributes:
        winner: None before the verdict.
        replies: from its audience, as far as they can be seen.
        remixes: public battles that took its topic up again.
        account_id: of its author.
        person: of its author; the same for all accounts of an address.
        is_author_new: whether its author's account is less than a day old.
        echo: replies and remixes by others than its author.
    """

    battle_id: UUID
    room_id: UUID
    room_name: str
    topic: str
    sides: Sides
    published_at: datetime
    status: Status
    turn_count: int
    turns_done: int
    winner: Winner | None
    replies: int
    remixes: int
    account_id: UUID
    person: str
    is_author_new: bool
    echo: int


class Showcase(Struct, frozen=True):
    """What someone sees first who has no account.

    Attributes:
        latest: newest first.
        discussed: those of the newest that others than their authors reply to and remix most.
    """

    latest: Sequence[ShownBattle]
    discussed: Sequence[ShownBattle]
