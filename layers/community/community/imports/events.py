"""The events of imported points."""

from __future__ import annotations

from typing import ClassVar, Literal
from uuid import UUID

from kernel.events.models import Event

Format = Literal["csv", "streamlabs", "streamelements", "phantombot", "firebot"]
"""Whose file it is; `csv` for any table of names and points."""


class BalanceImported(Event):
    """A player has got the balance that they had in another bot. Its use case announces it."""

    type: ClassVar[str] = "balance.imported"
    logged: ClassVar[bool] = False
    user_id: UUID
    batch_id: UUID
    amount: int


class ImportUndone(Event):
    """An import was undone, and a player's imported money taken back; `missing` is what they no longer had."""

    type: ClassVar[str] = "balance.import_undone"
    user_id: UUID
    batch_id: UUID
    amount: int
    missing: int
