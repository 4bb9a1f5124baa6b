"""Crediting imported balances: a delivery and an event for each, in the statement that marks it as credited."""

from __future__ import annotations

from typing import Any, LiteralString
from uuid import UUID

from community.catalog.content import items
from community.imports import queries
from community.imports.events import BalanceImported
from community.players.models import Link
from kernel.database import Tx
from kernel.events import service as events

_FILLED_IN = UUID(int=0)
_EVENT = BalanceImported(user_id=_FILLED_IN, batch_id=_FILLED_IN, amount=0)
"""Its statement fills in all fields."""


def credit_account(tx: Tx, user_id: UUID, platform: str, link: Link) -> None:
    """Queue the credit of what waits for a player's account."""
    params = queries.crediting_account(user_id, platform, link, items.money.item_id, tx.now)
    # Every new player is looked up, and very few were imported.
    _credit(tx, queries.CREDIT_ACCOUNT, params, rarely=True)


def credit_known(tx: Tx, batch_id: UUID) -> None:
    """Queue the credit of a batch's entries whose accounts are known."""
    _credit(tx, queries.CREDIT_KNOWN, queries.crediting_known(batch_id, items.money.item_id, tx.now))


def _credit(tx: Tx, steps: LiteralString, params: tuple[Any, ...], *, rarely: bool = False) -> None:
    events.announce_each(tx, _EVENT, queries.CREDITED_PAYLOADS, params, steps=steps, rarely=rarely)
