"""Crafting: upgrading and disassembling items."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from msgspec import Struct

from community.catalog.content import Item, items
from community.crafting.content import Disassemble, Upgrade
from community.inventory.models import Quality, Slot
from kernel.errors import NotAllowed, NotFound, Refused


class Batch(Struct, frozen=True):
    """The result of an upgrade recipe, with all dice rolled.

    Attributes:
        units: how often the recipe was applied.
        masterworks: units that produced double.
        consumed: the stacks that were used up.
        quality: of the product.
    """

    recipe: Upgrade
    units: int
    masterworks: int
    consumed: tuple[Slot, ...]
    quality: Quality

    @property
    def item(self) -> Item:
        return items.by_name[self.recipe.target_item]

    @property
    def certain(self) -> int:
        """How many are produced without any masterwork."""
        return self.units * self.recipe.output_quantity

    @property
    def bonus(self) -> int:
        return self.masterworks * self.recipe.output_quantity

    @property
    def produced(self) -> int:
        return self.certain + self.bonus


class Salvage(Struct, frozen=True):
    """The result of taking items apart, with all dice rolled.

    Attributes:
        units: how often the recipe was applied.
        perfect: units that produced more.
        outputs: {internal name: quantity}.
        quality: of the outputs, except money.
    """

    recipe: Disassemble
    units: int
    perfect: int
    outputs: Mapping[str, int]
    quality: Quality

    @property
    def item(self) -> Item:
        return items.by_name[self.recipe.recipe_key]


class CraftingJob(Struct, frozen=True):
    """A batch being crafted. Its bonus stays hidden until it is done.

    Attributes:
        quantity: how many it produces at least; for a batch that waits for room, how many still wait.
        waiting_for_room: it is done, but does not fit into the inventory.
    """

    job_id: UUID
    recipe_key: str
    item: Item
    quantity: int
    started_at: datetime
    due_at: datetime
    waiting_for_room: bool = False


class Crafted(Struct, frozen=True):
    """The result of a request to craft.

    Attributes:
        job: the job of a recipe that takes time; None when the batch is done.
    """

    batch: Batch
    job: CraftingJob | None = None


class RecipeNotFound(Refused):
    code = "recipe_not_found"
    message = "There is no recipe for {item}."


class NotDisassembled(RecipeNotFound):
    message = "There is no recipe for taking {item} apart."


class NoSuchRecipe(NotFound):
    """The key names no recipe; for administrators."""

    code = "not_found"
    message = "There is no recipe with the key {key}."


class RecipeLocked(NotAllowed):
    code = "recipe_locked"
    message = "You do not know how to make {item} yet: it must be learned first."


class RecipeNeedsJob(RecipeLocked):
    message = "You do not know how to make {item} yet: it takes level {level} as {job}."


class RecipeNeedsNode(RecipeLocked):
    message = "You do not know how to make {item} yet: the community has not unlocked {node}."


class NotEnoughIngredients(Refused):
    code = "not_enough_items"
    message = "You do not have enough: it takes {needed}, and you have {held}."


class WorkshopFull(Refused):
    code = "inventory_full"
    message = "Your workshop is full: {most} batches are in the works. Wait for one, or call one off."


class NoCraftingJobs(NotFound):
    code = "not_found"
    message = "You have nothing in the works."


class NoSuchJob(NotFound):
    code = "not_found"
    message = "Nothing of yours with that job_id is in the works: it is done, was called off, or never was."
