"""What happens to things: each is made once, and is then in the ground or with someone, until it is used up."""

from __future__ import annotations

from typing import ClassVar
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from worlds.characters.events import Coordinates
from worlds.log.models import WorldEvent


class Stack(BaseModel):
    """A stack of equal things, as it is after an event."""

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)

    holding_id: UUID
    item: str
    quantity: int
    durability: int
    quality: int
    slot: str | None = None


class InventoryChanged(WorldEvent):
    """Base of the events that change what a character holds.

    Attributes:
        character_id: None once the character is forgotten (worlds.forgetting).
        item, quantity: what it is about.
        saved: the stacks that are new or differ.
        removed: the ids of those that are gone.
    """

    character_id: UUID | None = None
    item: str
    quantity: int = 1
    saved: tuple[Stack, ...] = ()
    removed: tuple[UUID, ...] = ()


class ItemPickedUp(InventoryChanged):
    """Something was taken from the ground. `left` is how many still lie there; 0 when nothing is left."""

    type: ClassVar[str] = "ItemPickedUp"
    entity_id: UUID
    left: int


class ItemDropped(InventoryChanged):
    """Something was put down, and lies there as `entity_id`."""

    type: ClassVar[str] = "ItemDropped"
    world_id: UUID
    entity_id: UUID
    durability: int
    quality: int
    position: Coordinates


class ItemHandedOver(InventoryChanged):
    """Something was given to another character, who has an ItemReceived for it."""

    type: ClassVar[str] = "ItemHandedOver"
    to_id: UUID


class ItemReceived(InventoryChanged):
    """Something came from another character."""

    type: ClassVar[str] = "ItemReceived"
    from_id: UUID


class ItemGathered(InventoryChanged):
    """Something was gathered from a resource ground, or dug out of a vein; its ResourceGathered says where."""

    type: ClassVar[str] = "ItemGathered"


class ItemConsumed(InventoryChanged):
    """Something was used up."""

    type: ClassVar[str] = "ItemUsed"


class ItemEquipped(InventoryChanged):
    """Something is worn or wielded."""

    type: ClassVar[str] = "ItemEquipped"
    slot: str


class ItemUnequipped(InventoryChanged):
    """Something is no longer worn or wielded."""

    type: ClassVar[str] = "ItemUnequipped"
    slot: str


class ItemDurabilityChanged(InventoryChanged):
    """Something has worn down, or was repaired."""

    type: ClassVar[str] = "ItemDurabilityChanged"
    old: int
    new: int
    reason: str
