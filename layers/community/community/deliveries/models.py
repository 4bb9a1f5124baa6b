"""What is on its way to a player: made for them, or won and too much to hold."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, ClassVar
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
        no_room: it was due once and did not fit in whole; these are the slots that are left.
    """

    delivery_id: UUID
    source: str
    slots: tuple[Slot, ...]
    sent_at: datetime
    due_at: datetime
    details: Mapping[str, Any] = field(default_factory=dict[str, Any])
    no_room: bool = False


class DeliveryArrived(Event):
    """The first time it is due, even if some of it must wait for room. For reactions: see `source`."""

    type: ClassVar[str] = "delivery.arrived"
    logged: ClassVar[bool] = False
    user_id: UUID
    delivery_id: UUID
    source: str
    details: dict[str, Any]
