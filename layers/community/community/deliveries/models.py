"""What is on its way to a player: made for them, or won and too much to hold."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, ClassVar, Self
from uuid import UUID

from community.inventory.models import Slot
from kernel.events.models import Event


@dataclass(frozen=True, slots=True)
class Delivery:
    """
    Attributes:
        source: the feature that sent it.
        slots: what will be handed over, as far as there is room.
        details: what the feature wants to know when it arrives, or is called back; JSON.
        due_at: not before.
        overflow: it was due once and did not fit in whole; these are the slots that are left.
    """

    delivery_id: UUID
    source: str
    slots: tuple[Slot, ...]
    sent_at: datetime
    due_at: datetime
    details: Mapping[str, Any] = field(default_factory=dict[str, Any])
    overflow: bool = False


@dataclass(frozen=True, slots=True)
class Deliveries:
    """What has happened to a player's deliveries in this action.

    Attributes:
        sent: those that set out to the player.
        received: {delivery: what is left of it} of those that were due; the inventory has the rest.
        due: as just loaded, when none has been handed over yet.
    """

    sent: tuple[Delivery, ...] = ()
    received: Mapping[UUID, tuple[Slot, ...]] = field(default_factory=dict[UUID, tuple[Slot, ...]])
    due: tuple[Delivery, ...] = field(default=(), compare=False)

    def merge(self, other: Deliveries) -> Self:
        """What was due to the other is among their things by now."""
        return replace(self, sent=self.sent + other.sent, received={**self.received, **other.received})


class DeliveryArrived(Event):
    """The first time it is due, even if some of it must wait for room. For reactions: see `source`."""

    type: ClassVar[str] = "delivery.arrived"
    logged: ClassVar[bool] = False
    user_id: UUID
    delivery_id: UUID
    source: str
    details: dict[str, Any]
