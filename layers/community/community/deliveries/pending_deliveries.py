"""What is still on its way: looking at it, and calling it back."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import LiteralString

from community.deliveries import queries
from community.deliveries.models import Deliveries, Delivery
from community.deliveries.part import parse
from community.players.models import Fact, Player

_NAME: LiteralString = "pending_deliveries"


def sent_by(source: str) -> Fact:
    """For `pending`: all that a feature has sent to a player, due or not."""
    return Fact(
        _NAME,
        "SELECT " + queries.COLUMNS + " FROM deliveries d WHERE d.user_id = u.user_id AND d.source = %s",
        (source,),
    )


def pending(player: Player, now: datetime) -> list[Delivery]:
    """What has not arrived yet, the earliest first. Of what waits for room: what is left of it by now.

    Args:
        player: loaded with `sent_by`.
    """
    received = player[Deliveries].received
    found: list[Delivery] = []
    for delivery in parse(player.facts.get(_NAME)):
        if delivery.due_at > now:
            found.append(delivery)
        elif rest := received.get(delivery.delivery_id, delivery.slots):
            found.append(replace(delivery, slots=rest, overflow=True))
    return found


def withdraw(player: Player, delivery: Delivery) -> Player:
    """It will not arrive. Its player is locked, and it is not due yet."""
    deliveries = player[Deliveries]
    return player.having(replace(deliveries, received={**deliveries.received, delivery.delivery_id: ()}))
