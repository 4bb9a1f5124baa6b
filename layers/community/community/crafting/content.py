"""The recipes for upgrading and disassembling items."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from functools import cached_property
from types import MappingProxyType
from typing import Literal, Self

from pydantic import Field, PositiveInt, model_validator

from community.catalog.content import Ingredient, ItemsSection, ingredient_problems
from community.configs import shipped
from community.jobs.content import JobsSection
from community.progression.content import TreeSection
from kernel.content.base import Document, Frozen, Key
from kernel.content.library import FileSection
from kernel.content.problems import Problem, old_names, repeated, retired, unknown
from kernel.naming import NameIndex


class Upgrade(Frozen):
    recipe_key: Key
    """Identifies it in the database and in other files."""
    target_item: Key
    """What it makes."""
    costs: tuple[Ingredient, ...] = Field(min_length=1)
    """What it takes for one."""
    output_quantity: PositiveInt = 1
    """How many it makes at once."""
    duration_seconds: PositiveInt | None = None
    """How long it takes; null: made at once."""
    job_key: Key | None = None
    """The job that gains experience, and whose level may be needed."""
    xp_reward: PositiveInt | None = None
    """Experience in that job for one."""
    unlock_type: Literal["auto", "job_level", "node", "manual"] = "auto"
    """How players come to know it."""
    unlock_threshold: PositiveInt | None = None
    """The level of the job, for `job_level`."""
    node_key: Key | None = None
    """The node of the tree, for `node`."""
    renamed_from: tuple[Key, ...] = ()
    """Earlier keys, so that what players have follows it."""
    retired: bool = False
    """No one can use it; players who have learned it know it again if it returns."""

    @model_validator(mode="after")
    def _knows_its_condition(self) -> Self:
        if self.unlock_type == "job_level" and (self.job_key is None or self.unlock_threshold is None):
            raise ValueError('unlock_type "job_level" needs job_key and unlock_threshold')
        if self.unlock_type == "node" and self.node_key is None:
            raise ValueError('unlock_type "node" needs node_key')
        return self

    @property
    def required_job_level(self) -> int:
        """The level that unlocks the recipe; 0 when no level is needed."""
        return (self.unlock_threshold or 0) if self.unlock_type == "job_level" else 0


class Disassemble(Frozen):
    recipe_key: Key
    """The item that is taken apart."""
    quantity_consumed: PositiveInt
    """How many of it at once."""
    outputs: tuple[Ingredient, ...] = Field(min_length=1)
    """What is left of them."""
    associated_upgrade: Key
    """The upgrade that a player has to know."""


class UpgradesFile(Document):
    recipes: tuple[Upgrade, ...]
    """All upgrades."""


class DisassemblesFile(Document):
    recipes: tuple[Disassemble, ...]
    """All disassemblies."""


class UpgradesSection(FileSection[UpgradesFile]):
    file = "recipes/upgrade.json"
    model = UpgradesFile

    @cached_property
    def by_key(self) -> Mapping[str, Upgrade]:
        """By recipe key, in the order of the file, without retired ones."""
        return MappingProxyType({recipe.recipe_key: recipe for recipe in self.document.recipes if not recipe.retired})

    @cached_property
    def by_target(self) -> Mapping[str, Upgrade]:
        """By internal name of the product; of several recipes for one, the first."""
        return MappingProxyType({recipe.target_item: recipe for recipe in reversed(tuple(self.by_key.values()))})

    @cached_property
    def known_keys(self) -> Collection[str]:
        """All keys that the database may contain: current, earlier and retired ones."""
        return frozenset(key for row in self.document.recipes for key in (row.recipe_key, *row.renamed_from))

    def stored(self, recipe_key: str) -> Upgrade | None:
        """Find a recipe by a key from the database: its key, or one that it had before."""
        return self.by_key.get(recipe_key) or self._by_old_key.get(recipe_key)

    @cached_property
    def _by_old_key(self) -> Mapping[str, Upgrade]:
        return {key: recipe for recipe in self.by_key.values() for key in recipe.renamed_from}

    @cached_property
    def retired(self) -> Collection[str]:
        """Keys of the retired recipes."""
        return frozenset(recipe.recipe_key for recipe in self.document.recipes if recipe.retired)

    @cached_property
    def keys(self) -> NameIndex[Upgrade]:
        """What people type for a recipe, if not the name of its item."""
        return NameIndex(
            lambda recipe: recipe.recipe_key,
            self.by_key.items(),
            [(key, recipe) for recipe in self.by_key.values() for key in recipe.renamed_from],
        )

    def problems(self) -> Iterator[Problem]:
        items = self.library[ItemsSection]
        jobs = self.library[JobsSection]
        tree = self.library[TreeSection]
        rows = self.document.recipes
        yield from repeated(self.file, "recipes", "recipe_key", (row.recipe_key for row in rows))
        yield from old_names(self.file, "recipes", [(row.recipe_key, row.renamed_from) for row in rows])
        for index, recipe in enumerate(rows):
            field = f"recipes[{index}]"
            advice = None if recipe.retired else 'mark this recipe "retired": true as well'
            yield from unknown(self.file, f"{field}.target_item", "item", recipe.target_item, items.by_name)
            yield from ingredient_problems(self.file, f"{field}.costs", recipe.costs, items, advice)
            yield from unknown(self.file, f"{field}.job_key", "job", recipe.job_key, jobs.entries)
            yield from unknown(self.file, f"{field}.node_key", "node", recipe.node_key, tree.entries)
            if advice:
                target = f"{field}.target_item"
                yield from retired(self.file, target, "item", recipe.target_item, items.retired, advice)
                advice = f"name another one, or {advice}"
                yield from retired(self.file, f"{field}.job_key", "job", recipe.job_key, jobs.retired, advice)
                yield from retired(self.file, f"{field}.node_key", "node", recipe.node_key, tree.retired, advice)

    def summary(self) -> str:
        return f"{len(self.by_key)} upgrades"


class DisassemblesSection(FileSection[DisassemblesFile]):
    file = "recipes/disassemble.json"
    model = DisassemblesFile

    @cached_property
    def by_item(self) -> Mapping[str, Disassemble]:
        """By internal name of the item taken apart, in the order of the file."""
        return MappingProxyType({recipe.recipe_key: recipe for recipe in self.document.recipes})

    def problems(self) -> Iterator[Problem]:
        items = self.library[ItemsSection]
        upgrades = self.library[UpgradesSection]
        advice = "remove this recipe"
        rows = self.document.recipes
        yield from repeated(self.file, "recipes", "recipe_key", (row.recipe_key for row in rows))
        for index, recipe in enumerate(rows):
            field = f"recipes[{index}]"
            yield from unknown(self.file, f"{field}.recipe_key", "item", recipe.recipe_key, items.by_name)
            yield from retired(self.file, f"{field}.recipe_key", "item", recipe.recipe_key, items.retired, advice)
            yield from ingredient_problems(self.file, f"{field}.outputs", recipe.outputs, items, advice)
            upgrade, place = recipe.associated_upgrade, f"{field}.associated_upgrade"
            yield from retired(self.file, place, "upgrade recipe", upgrade, upgrades.retired, advice)
            yield from unknown(self.file, place, "upgrade recipe", upgrade, upgrades.by_key)

    def summary(self) -> str:
        return f"{len(self.by_item)} disassembles"


upgrades = shipped[UpgradesSection]
disassembles = shipped[DisassemblesSection]
