"""What someone holds, as values that are always valid, and the refusals about things."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Final
from uuid import UUID

from msgspec import Struct
from msgspec.structs import replace

from kernel.errors import NotFound, Refused
from worlds.items.content import Fit, WorldItem

COMMON: Final = 1
"""The quality of things that no one made with special skill; 0 is poor, 4 legendary. Source: worlds 22."""
HIGHEST_QUALITY: Final = 4


class WearSlot(StrEnum):
    """Where something is worn."""

    MAIN_HAND = "main_hand"
    OFF_HAND = "off_hand"
    HEAD = "head"
    CHEST = "chest"
    LEGS = "legs"
    FEET = "feet"
    NECK = "neck"
    RING1 = "ring1"
    RING2 = "ring2"

    @property
    def words(self) -> str:
        """The slot as a player reads and types it."""
        return self.replace("_", " ")


SLOTS_OF: Final[Mapping[Fit, tuple[WearSlot, ...]]] = {
    "main_hand": (WearSlot.MAIN_HAND,),
    "off_hand": (WearSlot.OFF_HAND,),
    "head": (WearSlot.HEAD,),
    "chest": (WearSlot.CHEST,),
    "legs": (WearSlot.LEGS,),
    "feet": (WearSlot.FEET,),
    "neck": (WearSlot.NECK,),
    "ring": (WearSlot.RING1, WearSlot.RING2),
}
"""{fit: the slots that it fits, the first to be filled first}"""


class Wear(StrEnum):
    """What wears things out."""

    HIT = "hit"
    HEAVY_HIT = "heavy_hit"
    FUMBLE = "fumble"
    HIT_TAKEN = "hit_taken"
    WORK = "work"


WEAR: Final[Mapping[Wear, int]] = {Wear.HIT: 1, Wear.HEAVY_HIT: 2, Wear.FUMBLE: 3, Wear.HIT_TAKEN: 1, Wear.WORK: 1}
"""{what happened: the durability that it costs}: a weapon's or a tool's, or of armour that was hit."""


class Held(Struct, frozen=True):
    """A stack of equal things, wherever it is: in a bag, worn, or on the ground.

    Attributes:
        quantity: at least 1.
        durability: 0 for broken.
        quality: 0 to 4.
        slot: where it is worn; None for a bag or the ground.
    """

    holding_id: UUID
    item: WorldItem
    quantity: int = 1
    durability: int = 100
    slot: WearSlot | None = None
    quality: int = COMMON

    def __post_init__(self) -> None:
        if not 1 <= self.quantity <= self.item.max_stack or not 0 <= self.durability <= self.item.durability:
            raise ValueError(f"not a stack: {self.quantity} × {self.item.key}, durability {self.durability}")

    @classmethod
    def new(cls, holding_id: UUID, item: WorldItem, quantity: int = 1, quality: int = COMMON) -> Held:
        """Make things that are as good as new."""
        return cls(holding_id, item, quantity, item.durability, None, quality)

    @property
    def grams(self) -> int:
        return self.quantity * self.item.grams

    @property
    def is_broken(self) -> bool:
        return self.durability == 0

    @property
    def name(self) -> str:
        """The item's name, for this many."""
        return self.item.name_of(self.quantity)

    def stacks_with(self, other: Held) -> bool:
        """Return whether both could lie in one stack: nothing tells them apart, and neither is worn."""
        return self._kind == other._kind and self.slot is None and other.slot is None

    def of(self, quantity: int) -> Held:
        """Return the same stack with another number of things."""
        return replace(self, quantity=quantity)

    @property
    def _kind(self) -> tuple[str, int, int]:
        return self.item.key, self.durability, self.quality


class Belongings(Struct, frozen=True):
    """What someone holds, in the order in which it came. Every change makes a new inventory."""

    held: tuple[Held, ...] = ()

    def __post_init__(self) -> None:
        slots = [each.slot for each in self.held if each.slot]
        ids = {each.holding_id for each in self.held}
        if len(slots) != len(set(slots)) or len(ids) != len(self.held):
            raise ValueError("two things in one slot, or with one id")

    @property
    def grams(self) -> int:
        """The weight of everything, worn things included."""
        return sum(each.grams for each in self.held)

    def worn(self, slot: WearSlot) -> Held | None:
        """Return what is worn there."""
        return next((each for each in self.held if each.slot == slot), None)

    def count(self, item: WorldItem) -> int:
        """Return how many of a kind there are, of any quality and condition."""
        return sum(each.quantity for each in self.held if each.item.key == item.key)


class InventoryChange(Struct, frozen=True):
    """What to write so that what is stored becomes another inventory.

    Attributes:
        saved: the stacks that are new or differ.
        removed: the ids of those that are gone.
    """

    saved: tuple[Held, ...]
    removed: tuple[UUID, ...]


class ItemNotHeld(NotFound):
    code = "item_not_found"
    message = "You do not have {typed}. Write inventory to see what you carry."


class TooFewHeld(Refused):
    code = "invalid_input"
    message = "You asked for {wanted}, but there is no more than {there} {item}."


class CarryLimitReached(Refused):
    code = "inventory_full"
    message = "Too heavy: {item} would bring you to {weight} kg, and your limit is {limit} kg. Drop something first."


class NotWearable(Refused):
    code = "cannot_equip"
    message = "This can be neither worn nor wielded: {item}."


class WrongSlot(Refused):
    code = "cannot_equip"
    message = "This does not fit there: {item}. It fits: {slots}."


class UnknownSlot(Refused):
    code = "cannot_equip"
    message = "{typed} is not a place to wear something. These are: {names}."


class SlotTaken(Refused):
    code = "cannot_equip"
    message = "That place is taken by: {worn}. Take it off first: unequip {worn}"


class AlreadyWorn(Refused):
    code = "cannot_equip"
    message = "You are wearing this already: {item}."


class NotWorn(Refused):
    code = "cannot_equip"
    message = "You are not wearing this: {item}."


class NotUsable(Refused):
    code = "invalid_input"
    message = "This cannot be used up: {item}. Look at it to see what it is for."
