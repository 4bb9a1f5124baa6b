"""The contents of boxes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cached_property
from types import MappingProxyType
from typing import Annotated, Literal, Self

from pydantic import Field, PositiveInt, model_validator

from community.catalog.content import ItemsSection
from community.configs import shipped
from kernel.content.base import Document, Exact, Frozen, Key
from kernel.content.library import FileSection
from kernel.content.problems import Problem, retired, unknown

Chance = Annotated[Exact, Field(ge=0, le=1)]


class Range(Frozen):
    """A range of integers. Both ends are inclusive."""

    min: PositiveInt
    """The least."""
    max: PositiveInt
    """The most."""

    @model_validator(mode="after")
    def _is_a_range(self) -> Self:
        if self.min > self.max:
            raise ValueError(f"min {self.min} is above max {self.max}")
        return self


class LootEntry(Range):
    """Each box has this chance of the item, independent of other entries."""

    item_name: Key
    """The item's internal name."""
    chance: Chance
    """From 0 to 1, for each box."""


class Weighted(Frozen):
    item_name: Key
    """The item's internal name."""
    weight: PositiveInt
    """Its share of the pool."""


class Pool(Frozen):
    weight: PositiveInt
    """Its share of all pools."""
    items: tuple[Weighted, ...] = Field(min_length=1)
    """One of these is drawn."""


class GatedTable(Frozen):
    """Each box contains either one item of the pools, or money."""

    item_drop_rate: Chance
    """The chance of an item, from 0 to 1; else there is money."""
    fixed_money: Range
    """How much money."""
    pools: tuple[Pool, ...] = Field(min_length=1)
    """One of these is drawn, then an item from it."""


LootTable = tuple[LootEntry, ...] | GatedTable


class LootTablesFile(Document):
    document_type: Literal["loot-tables"] = Field(alias="schema")
    """What kind of file this is."""
    tables: Mapping[Key, LootTable]
    """What is in each box, by the box."""


class LootTablesSection(FileSection[LootTablesFile]):
    file = "loot_tables.json"
    model = LootTablesFile

    @cached_property
    def by_box(self) -> Mapping[str, LootTable]:
        """By internal name of the box."""
        return MappingProxyType(dict(self.document.tables))

    def problems(self) -> Iterator[Problem]:
        catalogue = self.library[ItemsSection]
        items = catalogue.by_name
        for box, table in self.by_box.items():
            field = f"tables.{box}"
            yield from unknown(self.file, field, "item", box, items)
            rows = (
                [(f"pools[{number}].items", row) for number, pool in enumerate(table.pools) for row in pool.items]
                if isinstance(table, GatedTable)
                else [("entries", row) for row in table]
            )
            for place, row in rows:
                yield from unknown(self.file, f"{field}.{place}", "item", row.item_name, items)
                if box not in catalogue.retired:
                    yield from retired(
                        self.file, f"{field}.{place}", "item", row.item_name, catalogue.retired, "remove this line"
                    )

    def summary(self) -> str:
        return f"{len(self.by_box)} loot tables"


loot_tables = shipped[LootTablesSection]
