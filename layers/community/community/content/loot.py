from collections.abc import Mapping
from typing import Annotated, Literal, Self

from pydantic import Field, PositiveInt, model_validator

from kernel.content.base import Document, Exact, Frozen, Key

Chance = Annotated[Exact, Field(ge=0, le=1)]


class Range(Frozen):
    """Both ends are inclusive."""

    min: PositiveInt
    max: PositiveInt

    @model_validator(mode="after")
    def _is_a_range(self) -> Self:
        if self.min > self.max:
            raise ValueError(f"min {self.min} is above max {self.max}")
        return self


class LootEntry(Range):
    """Each box has the same chance of this item, whatever else is in it."""

    item_name: Key
    chance: Chance


class Weighted(Frozen):
    item_name: Key
    weight: PositiveInt


class Pool(Frozen):
    weight: PositiveInt
    items: tuple[Weighted, ...] = Field(min_length=1)


class GatedTable(Frozen):
    """Each box has either one item of the pools, or money."""

    item_drop_rate: Chance
    fixed_money: Range
    pools: tuple[Pool, ...] = Field(min_length=1)


LootTable = tuple[LootEntry, ...] | GatedTable


class LootTablesFile(Document):
    document_type: Literal["loot-tables"] = Field(alias="schema")
    tables: Mapping[Key, LootTable]  # {box: what is in it}
