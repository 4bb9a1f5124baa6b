"""What species of a world are made after."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cached_property
from types import MappingProxyType
from typing import Annotated, Final, Self

from pydantic import Field, model_validator

from kernel.content.base import Document, Frozen, Key, Text
from kernel.content.library import FileSection
from kernel.content.problems import Problem, repeated
from kernel.content.text_ids import TextId
from kernel.texts import term
from worlds.configs import shipped
from worlds.ecosystem.models import FEEDING, Feeding
from worlds.generation.biomes import Biome, BiomeName
from worlds.text_contexts import CREATURE

Number = Annotated[float, Field(ge=0)]
Range = tuple[Number, Number]


class WayOfLife(Frozen):
    """A way of life that species of a world have; each is somewhere within its ranges."""

    key: Key
    """Identifies it."""
    written_name: Text = Field(alias="name")
    """What players read; translated."""
    kind: Feeding
    """What it lives on."""
    written_diet: Text = Field(alias="diet")
    """What exactly; translated."""
    biome_names: tuple[BiomeName, ...] = Field(alias="biomes", min_length=1)
    """Where it lives."""
    kilograms: Range
    """Of the smallest and of the largest."""
    speed: Range
    """Metres a second."""
    litter: Range
    """Young, or seedlings that come up, in a year."""
    maturity: Range
    """Years until it has young itself."""
    lifespan: Range
    """Years."""
    calories: Annotated[float, Field(gt=0)]
    """Kilocalories a day of one that weighs a kilogram; others need as much as their weight to the power of 3/4."""

    @property
    def name(self) -> str:
        return term(CREATURE, self.written_name)

    @property
    def diet(self) -> str:
        return term(CREATURE, self.written_diet)

    @cached_property
    def biomes(self) -> frozenset[Biome]:
        return frozenset(Biome[name.upper()] for name in self.biome_names)

    @model_validator(mode="after")
    def _ranges_are_in_order(self) -> Self:
        for name in ("kilograms", "speed", "litter", "maturity", "lifespan"):
            low, high = getattr(self, name)
            if low > high:
                raise ValueError(f"{name}: the first number is the lower one")
        if self.maturity[1] >= self.lifespan[1] or self.maturity[0] >= self.lifespan[0]:
            raise ValueError("maturity: it has to live longer")
        return self


class CreaturesFile(Document):
    creatures: tuple[WayOfLife, ...] = Field(min_length=1)
    """All ways of life."""


class CreaturesSection(FileSection[CreaturesFile]):
    file = "creatures.json"
    model = CreaturesFile

    @cached_property
    def by_key(self) -> Mapping[str, WayOfLife]:
        """By key, in the order of the file."""
        return MappingProxyType({each.key: each for each in self.document.creatures})

    def living_in(self, biome: Biome, kind: Feeding) -> list[WayOfLife]:
        """Return the ways of life of a kind that there are in a biome."""
        return [each for each in self.document.creatures if each.kind == kind and biome in each.biomes]

    def problems(self) -> Iterator[Problem]:
        rows = self.document.creatures
        yield from repeated(self.file, "creatures", "key", (each.key for each in rows))
        yield from repeated(self.file, "creatures", "name", (each.written_name.lower() for each in rows))
        for biome in Biome:
            for kind in FEEDING:
                if not self.living_in(biome, kind):
                    yield Problem(self.file, "creatures", f"there is no {kind} in {biome.name.lower()}")

    def texts(self) -> Iterator[TextId]:
        for each in self.document.creatures:
            yield TextId(CREATURE, each.written_name)
            yield TextId(CREATURE, each.written_diet)

    def summary(self) -> str:
        return f"{len(self.by_key)} kinds of creatures"


creatures: Final = shipped[CreaturesSection]
