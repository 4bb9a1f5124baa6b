"""A player's inventory, as a value that is always valid."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from random import Random
from typing import Any, NamedTuple, Self

from community.catalog.content import Item
from kernel.errors import Refused

STACK_LIMIT = 999_999


class NotInInventory(Refused):
    code = "not_in_inventory"
    message = "You do not have any {item}."


class NotEnoughItems(Refused):
    code = "not_enough_items"
    message = "You need {wanted} × {item} in one stack and have {held}."


class InventoryFull(Refused):
    code = "inventory_full"
    message = "There is no room for that many: a stack holds at most 999999."


class Quality(StrEnum):
    """The quality of items, from worst to best."""

    CURSED = "CURSED"
    JUNK = "JUNK"
    POOR = "POOR"
    COMMON = "COMMON"
    UNCOMMON = "UNCOMMON"
    RARE = "RARE"
    EPIC = "EPIC"
    LEGENDARY = "LEGENDARY"

    @property
    def rank(self) -> int:
        """The index that the rules calculate with: 0 for CURSED to 7 for LEGENDARY."""
        return _RANKS[self]


_RANKS = {quality: rank for rank, quality in enumerate(Quality)}


class Slot(NamedTuple):
    """A stack of one item in one quality."""

    item_id: int
    quantity: int
    quality: Quality = Quality.COMMON


@dataclass(frozen=True, slots=True)
class Inventory:
    """A player's stacks in the order in which they were added, one per (item, quality), each of 1 to 999 999.

    Every change returns a new inventory; none can make a stack negative or exceed the limit.
    """

    slots: tuple[Slot, ...] = ()

    @classmethod
    def from_json(cls, document: Mapping[str, Any]) -> Self:
        """Read an inventory from its stored document.

        Source: rules 3.2; a missing or empty quality reads as COMMON.
        """
        return cls(
            tuple(
                Slot(slot["item_id"], slot["quantity"], Quality(slot.get("quality") or Quality.COMMON))
                for slot in document["slots"]
            )
        )

    def as_json(self) -> dict[str, list[dict[str, Any]]]:
        return {"slots": [slot._asdict() for slot in self.slots]}

    def of(self, item_id: int) -> list[Slot]:
        return [slot for slot in self.slots if slot.item_id == item_id]

    def count(self, item_id: int, quality: Quality | None = None) -> int:
        """Return how many of the item there are, in all qualities or in one."""
        return sum(slot.quantity for slot in self.slots if slot.item_id == item_id and quality in (None, slot.quality))

    def total(self) -> int:
        """Return how many items there are in total."""
        return sum(slot.quantity for slot in self.slots)

    def pick_slot(self, item_id: int, rng: Random) -> Slot | None:
        """Choose one of the item's stacks at random; None when there is none."""
        slots = self.of(item_id)
        return rng.choice(slots) if slots else None

    def pick_stack(self, item: Item, quantity: int, rng: Random) -> Slot:
        """Choose one of the item's stacks at random; it must hold at least `quantity`.

        Raises:
            NotInInventory, NotEnoughItems
        """
        slot = self.pick_slot(item.item_id, rng)
        if slot is None:
            raise NotInInventory(item=item.public_name)
        if slot.quantity < quantity:
            raise NotEnoughItems(item=item.public_name, wanted=quantity, held=slot.quantity)
        return slot

    def give(self, item_id: int, quantity: int, quality: Quality = Quality.COMMON) -> Self:
        """Add items to the stack of that item and quality.

        Raises:
            InventoryFull: the stack would hold more than 999 999.
        """
        if quantity < 0:
            raise ValueError(f"cannot give {quantity}")
        if quantity == 0:
            return self
        held = self.count(item_id, quality)
        if held + quantity > STACK_LIMIT:
            raise InventoryFull
        return self._with(Slot(item_id, held + quantity, quality))

    def take(self, slot: Slot, quantity: int) -> Self:
        """Take from this one stack. Taking more than it holds is a programming error, not the player's mistake."""
        if slot not in self.slots or not 0 <= quantity <= slot.quantity:
            raise ValueError(f"cannot take {quantity} from {slot}")
        return self._with(slot._replace(quantity=slot.quantity - quantity))

    def spend(self, item_id: int, quantity: int) -> Self:
        """Take from the COMMON stack, which always holds the money."""
        return self.take(Slot(item_id, self.count(item_id, Quality.COMMON)), quantity) if quantity else self

    def merge(self, other: Inventory) -> Self:
        """Combine two inventories; stacks are capped at the limit.

        Source: rules 1.1, with qualities kept.
        """
        merged = self
        for slot in other.slots:
            held = merged.count(slot.item_id, slot.quality)
            merged = merged._with(slot._replace(quantity=min(held + slot.quantity, STACK_LIMIT)))
        return merged

    def _with(self, changed: Slot) -> Self:
        """Replace the stack with the same key, append it if there is none, and drop it if it is empty."""
        slots: list[Slot] = []
        found = False
        for slot in self.slots:
            if slot.item_id == changed.item_id and slot.quality is changed.quality:
                found = True
                if changed.quantity:
                    slots.append(changed)
            else:
                slots.append(slot)
        if not found and changed.quantity:
            slots.append(changed)
        return type(self)(tuple(slots))
