"""Items on their way to a player: crafted for them, or won without enough room in the inventory."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from datetime import datetime
from typing import Any, ClassVar, Self
from uuid import UUID

from msgspec import Struct, field

from community.inventory.models import Slot
from kernel.events.models import Event


class Delivery(Struct, frozen=True):
    """Items on their way to a player.

    Attributes:
        source: the feature that sent it.
        slots: what will be delivered, as far as there is room.
        details: what the feature needs to know when it arrives or is withdrawn; JSON.
        due_at: the earliest time of delivery.
        overflow: it was due and did not fit completely; these are the remaining slots.
    """

    delivery_id: UUID
    source: str
    slots: tuple[Slot, ...]
    sent_at: datetime
    due_at: datetime
    details: Mapping[str, Any] = field(default_factory=dict)
    overflow: bool = False


@dataclasses.dataclass(frozen=True, slots=True)
class Deliveries:
    """The changes to a player's deliveries in this action.

    Attributes:
        sent: new deliveries to the player.
        received: {delivery id: remaining slots} of those that were due; the inventory has the rest.
        due: as loaded, before any has been delivered.
    """

    sent: tuple[Delivery, ...] = ()
    received: Mapping[UUID, tuple[Slot, ...]] = dataclasses.field(default_factory=dict[UUID, tuple[Slot, ...]])
    due: tuple[Delivery, ...] = dataclasses.field(default=(), compare=False)

    def merge(self, other: Deliveries) -> Self:
        """Combine the changes. Deliveries that were due to the other player are already in that player's inventory."""
        return dataclasses.replace(self, sent=self.sent + other.sent, received={**self.received, **other.received})


class DeliveryArrived(Event):
    """A delivery is due for the first time, even if part of it must wait for room. Reactions check `source`."""

    type: ClassVar[str] = "delivery.arrived"
    logged: ClassVar[bool] = False
    user_id: UUID
    delivery_id: UUID
    source: str
    details: dict[str, Any]
