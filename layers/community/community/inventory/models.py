"""A player's inventory, as a value that is always valid."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import Any, NamedTuple, Self

from msgspec import Struct

from community.catalog.content import Item
from community.catalog.texts import names_of, quality_name
from kernel.errors import Refused

STACK_LIMIT = 999_999


class NotInInventory(Refused):
    code = "not_in_inventory"
    message = "You do not have any {item}."


class NotInQuality(NotInInventory):
    """The player has none of that quality."""

    message = "You do not have any {item} of the quality {quality}."


class NotEnoughItems(Refused):
    code = "not_enough_items"
    message = "You need {wanted} × {item} and have {held}."


class NotEnoughInQuality(NotEnoughItems):
    """The player has too few of that quality."""

    message = "You need {wanted} × {item} of the quality {quality} and have {held}."


class InventoryFull(Refused):
    code = "inventory_full"
    message = "There is no room for that many: a stack holds at most 999999."


class UnknownQuality(Refused):
    code = "validation"
    message = "{typed} is not a quality. These are: {names}."


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


_BY_RANK = tuple(Quality)
_RANKS = {quality: rank for rank, quality in enumerate(Quality)}


class Slot(NamedTuple):
    """A stack of one item in one quality."""

    item_id: int
    quantity: int
    quality: Quality = Quality.COMMON


class Inventory(Struct, frozen=True):
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

    def give_all(self, slots: Iterable[Slot]) -> Self:
        """Add items to the stacks of their qualities.

        Raises:
            InventoryFull: a stack would hold more than 999 999.
        """
        inventory = self
        for slot in slots:
            inventory = inventory.give(*slot)
        return inventory

    def take(self, slot: Slot, quantity: int) -> Self:
        """Take from this one stack. Taking more than it holds is a programming error, not the player's mistake."""
        if slot not in self.slots or not 0 <= quantity <= slot.quantity:
            raise ValueError(f"cannot take {quantity} from {slot}")
        return self._with(slot._replace(quantity=slot.quantity - quantity))

    def take_lowest(self, item: Item, quantity: int, quality: Quality | None = None) -> tuple[Self, tuple[Slot, ...]]:
        """Take items from as many stacks as needed, those of the lowest quality first.

        Args:
            quality: take only items of this quality; None for any.

        Returns:
            The remaining inventory, and what was taken, the lowest quality first.

        Raises:
            NotInInventory, NotEnoughItems
        """
        stacks = [slot for slot in self.of(item.item_id) if quality in (None, slot.quality)]
        held = sum(slot.quantity for slot in stacks)
        if held < max(quantity, 1):
            raise _too_few(item, quantity, held, quality)
        inventory = self
        taken: list[Slot] = []
        for slot in sorted(stacks, key=lambda slot: slot.quality.rank):
            here = min(slot.quantity, quantity)
            if here:
                inventory = inventory.take(slot, here)
                taken.append(slot._replace(quantity=here))
                quantity -= here
        return inventory, tuple(taken)

    def spend(self, item_id: int, quantity: int) -> Self:
        """Take from the COMMON stack, which always holds the money."""
        return self.take(Slot(item_id, self.count(item_id, Quality.COMMON)), quantity) if quantity else self

    def give_what_fits(self, slots: Iterable[Slot]) -> tuple[Self, tuple[Slot, ...]]:
        """Add as much as fits. Returns the inventory and the remainder, with one slot per item and quality."""
        inventory = self
        rest: Counter[tuple[int, Quality]] = Counter()
        for slot in slots:
            fits = min(slot.quantity, STACK_LIMIT - inventory.count(slot.item_id, slot.quality))
            inventory = inventory.give(slot.item_id, fits, slot.quality)
            if fits < slot.quantity:
                rest[slot.item_id, slot.quality] += slot.quantity - fits
        return inventory, tuple(Slot(item_id, quantity, quality) for (item_id, quality), quantity in rest.items())

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


def _too_few(item: Item, wanted: int, held: int, quality: Quality | None) -> Refused:
    name, several = item.public_name, names_of(item.written_name, wanted)
    if quality is None:
        return NotEnoughItems(item=several, wanted=wanted, held=held) if held else NotInInventory(item=name)
    asked = quality_name(quality)
    if held == 0:
        return NotInQuality(item=name, quality=asked)
    return NotEnoughInQuality(item=several, quality=asked, wanted=wanted, held=held)


def split(slots: Iterable[Slot], quantity: int) -> tuple[tuple[Slot, ...], tuple[Slot, ...]]:
    """Split stacks into their first `quantity` items and the others."""
    first: list[Slot] = []
    others: list[Slot] = []
    for slot in slots:
        here = min(slot.quantity, quantity)
        quantity -= here
        if here:
            first.append(slot._replace(quantity=here))
        if here < slot.quantity:
            others.append(slot._replace(quantity=slot.quantity - here))
    return tuple(first), tuple(others)


def average_quality(slots: Iterable[Slot]) -> Quality:
    """Return the average quality of items by rank, rounded half up; COMMON for none.

    Source: rules 3.3.
    """
    slots = tuple(slots)
    total = sum(slot.quantity for slot in slots)
    if total == 0:
        return Quality.COMMON
    ranks = sum(slot.quality.rank * slot.quantity for slot in slots)
    return _BY_RANK[(ranks + total // 2) // total]
