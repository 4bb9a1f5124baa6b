"""Parsing rows of `queries` into models."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from community.catalog.content import items
from community.gambles.models import Bet, Gamble, Participant
from community.inventory.models import Quality, Slot


def gamble(row: Mapping[str, Any]) -> Gamble:
    """Parse a gamble, with participants if the row has them."""
    return Gamble(
        gamble_id=row["gamble_id"],
        initiator_id=row["initiator_id"],
        state=row["state"],
        bets=tuple(Bet(items.stored(item_id), quantity) for item_id, quantity in row["bets"]),
        created_at=row["created_at"],
        join_deadline=row["join_deadline"],
        participants=tuple(
            Participant(UUID(user_id), username, stake(bets))
            for user_id, username, bets in row.get("participants") or ()
        ),
        executed_at=row["executed_at"],
        winner_id=row["winner_id"],
        total_value=row["total_value"],
    )


def stake(bets: Sequence[Sequence[Any]]) -> tuple[Slot, ...]:
    return tuple(Slot(item_id, quantity, Quality(quality)) for item_id, quantity, quality in bets)
