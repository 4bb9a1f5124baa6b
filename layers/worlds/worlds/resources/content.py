"""The kinds of resource grounds."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from enum import StrEnum
from functools import cached_property
from types import MappingProxyType
from typing import Annotated, Final, Self

from pydantic import Field, NonNegativeInt, PositiveInt, model_validator

from kernel.content.base import Document, Frozen, Key, Text
from kernel.content.library import FileSection
from kernel.content.problems import Problem, repeated, unknown
from kernel.content.text_ids import TextId
from kernel.texts import term
from worlds.configs import shipped
from worlds.generation.biomes import Biome, BiomeName
from worlds.generation.goods import Good
from worlds.items.content import WorldItemsSection
from worlds.skills.models import Skill
from worlds.text_contexts import DESCRIPTION, RESOURCE


class Group(StrEnum):
    PLANT = "plant"
    ANIMAL = "animal"
    SPECIAL = "special"


class Rarity(StrEnum):
    COMMON = "common"
    UNCOMMON = "uncommon"
    RARE = "rare"


class ResourceKind(Frozen):
    """A kind of place where something can be gathered."""

    key: Key
    """Identifies it in the database and in other files."""
    written_name: Text = Field(alias="name")
    """What players read; translated."""
    written_description: Text = Field(alias="description")
    """What players read about it; translated."""
    biome_names: tuple[BiomeName, ...] = Field(alias="biomes", min_length=1)
    """Where it is found."""
    group: Group
    """Plants and special ones grow in clusters; animals are as many as live there."""
    rarity: Rarity
    """How many there are in a square kilometre."""
    quantity: tuple[PositiveInt, PositiveInt]
    """The least and the most that one has when no one has been there."""
    regrowth: Annotated[float, Field(gt=0)]
    """Units that grow again in 24 hours of the world's time."""
    rest_hours: NonNegativeInt
    """Hours of the world's time after gathering in which nothing grows."""
    skill: Skill
    """What one gathers with."""
    level: Annotated[int, Field(ge=0, le=100)]
    """Of the skill, that one should have."""
    product: Key
    """The key of the item that one gets."""

    goods: tuple[Good, ...] = ()
    """What it counts as where the makers of a world say what their people need: there are more of it then."""

    @property
    def name(self) -> str:
        return term(RESOURCE, self.written_name)

    @property
    def description(self) -> str:
        return term(DESCRIPTION, self.written_description)

    @cached_property
    def biomes(self) -> frozenset[Biome]:
        return frozenset(Biome[name.upper()] for name in self.biome_names)

    @model_validator(mode="after")
    def _quantities_are_in_order(self) -> Self:
        if self.quantity[0] > self.quantity[1]:
            raise ValueError("quantity: the first number is the lower one")
        return self


class ResourcesFile(Document):
    resources: tuple[ResourceKind, ...] = Field(min_length=1)
    """All kinds of resource grounds."""


class ResourcesSection(FileSection[ResourcesFile]):
    file = "resources.json"
    model = ResourcesFile

    @cached_property
    def by_key(self) -> Mapping[str, ResourceKind]:
        """By key, in the order of the file."""
        return MappingProxyType({each.key: each for each in self.document.resources})

    def problems(self) -> Iterator[Problem]:
        rows = self.document.resources
        yield from repeated(self.file, "resources", "key", (each.key for each in rows))
        yield from repeated(self.file, "resources", "name", (each.written_name.lower() for each in rows))
        items = self.library[WorldItemsSection].by_key
        for number, each in enumerate(rows):
            yield from unknown(self.file, f"resources[{number}].product", "item", each.product, items)
        for biome in Biome:
            if not any(biome in each.biomes for each in rows):
                yield Problem(self.file, "resources", f"there is nothing in {biome.name.lower()}")

    def texts(self) -> Iterator[TextId]:
        for each in self.document.resources:
            yield TextId(RESOURCE, each.written_name)
            yield TextId(DESCRIPTION, each.written_description)

    def summary(self) -> str:
        return f"{len(self.by_key)} resources"


resources: Final = shipped[ResourcesSection]
