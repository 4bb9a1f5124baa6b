"""Blasts that wait for a quiet moment in the chat."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from msgspec import Struct

from kernel.errors import Refused


class Blast(Struct, frozen=True):
    """A delayed blast that has been armed on a platform.

    Attributes:
        seconds: length of the timeout for everyone who has written since it was armed.
        chatters: how many must have written before it can explode.
    """

    platform: str
    blast_id: UUID
    setter_id: UUID
    item_id: int
    seconds: int
    chatters: int
    armed_at: datetime


class AlreadyArmed(Refused):
    code = "no_effect"
    message = "A fuse is burning here already: wait for that bang before you light the next {item}."
