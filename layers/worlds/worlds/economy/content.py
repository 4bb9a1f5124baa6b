"""What things are worth, and what people in villages make a living of: market.json."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from enum import StrEnum
from functools import cached_property
from types import MappingProxyType
from typing import Annotated, Final

from pydantic import Field, PositiveInt

from kernel.content.base import Document, Frozen, Key
from kernel.content.library import FileSection
from kernel.content.problems import Problem, repeated, unknown
from worlds.configs import shipped
from worlds.crafting.content import RecipesSection
from worlds.items.content import WorldItemsSection

COIN: Final = "coin"
"""The key of the item that everything is paid with."""


class Use(StrEnum):
    """What people in villages buy something for."""

    STAPLE = "staple"
    """Eaten at each meal."""
    RELISH = "relish"
    """Eaten with the staple."""
    DRINK = "drink"
    """Drunk at each meal, by who can afford it: there is water in the well."""
    LIGHT = "light"
    """Burnt every evening, by who can afford it."""
    FUEL = "fuel"
    """Burnt every day."""
    WARE = "ware"
    """Used up now and then."""
    TOOL = "tool"
    """Wears out with work."""
    MATERIAL = "material"
    """Made into something else."""


class Good(Frozen):
    """Something that is bought and sold."""

    item: Key
    """The key of a kind of thing."""
    value: PositiveInt
    """Coins for one where there is as much of it as people want."""
    use: Use | None = None
    """What people in villages buy it for; null for what they do not trade among themselves."""
    keeps_days: PositiveInt | None = None
    """Days after which half of it has gone bad; null for what keeps."""


class Gathering(Frozen):
    """Something that people bring home from the land around."""

    item: Key
    """The key of a good."""
    amount: PositiveInt
    """What someone of middling skill brings home at once."""


class Craft(Frozen):
    """Something that people make at home."""

    item: Key
    """The key of a good."""
    amount: PositiveInt
    """How many are made at once."""
    of: dict[Key, PositiveInt]
    """{good: how many it takes}"""


class Occupation(Frozen):
    """A way to make a living."""

    key: Key
    """As it stands with a character."""
    share: PositiveInt
    """How many of a hundred people live of it."""
    reach: PositiveInt = 200
    """Metres that they go to gather. Source: worlds 23.3."""
    primary: tuple[Key, ...] = ()
    """Goods that they gather at full speed."""
    secondary: tuple[Key, ...] = ()
    """Goods that they gather at 70 %. Everything else goes at 40 %."""
    crafts: tuple[Key, ...] = ()
    """Goods that they make."""
    trades: bool = False
    """Whether they buy goods of all kinds to sell them again."""


class MarketFile(Document):
    goods: tuple[Good, ...] = Field(min_length=1)
    """Everything that has a price."""
    gathering: tuple[Gathering, ...] = Field(min_length=1)
    """What the land gives."""
    crafts: tuple[Craft, ...] = Field(min_length=1)
    """What is made of it."""
    occupations: tuple[Occupation, ...] = Field(min_length=1)
    """What people do."""
    opening_coins: Annotated[int, Field(ge=1)]
    """Coins that each person of a village has when it is settled, in the mean."""


class MarketSection(FileSection[MarketFile]):
    file = "market.json"
    model = MarketFile

    @cached_property
    def goods(self) -> Mapping[str, Good]:
        """By item, in the order of the file."""
        return MappingProxyType({each.item: each for each in self.document.goods})

    @cached_property
    def traded(self) -> Mapping[str, Good]:
        """Those of the goods that people in villages trade among themselves."""
        return MappingProxyType({item: good for item, good in self.goods.items() if good.use is not None})

    @cached_property
    def values(self) -> Mapping[str, int]:
        """What things are worth, as they are listed here or their recipes say: {item: coins}, without the priceless."""
        recipes = self.library[RecipesSection].by_key
        made = {key: max(1, each.value // each.quantity) for key, each in recipes.items()}
        priced = {**made, **{item: good.value for item, good in self.goods.items()}}
        items = self.library[WorldItemsSection].by_key
        return MappingProxyType({item: value for item, value in priced.items() if item in items})

    @cached_property
    def gathering(self) -> Mapping[str, int]:
        """What someone brings home at once: {good: units}."""
        return MappingProxyType({each.item: each.amount for each in self.document.gathering})

    @cached_property
    def crafts(self) -> Mapping[str, Craft]:
        """By what is made."""
        return MappingProxyType({each.item: each for each in self.document.crafts})

    @cached_property
    def inputs(self) -> Mapping[str, Mapping[str, int]]:
        """What all crafts of an occupation take together, once each: {occupation: {good: units}}."""
        return MappingProxyType(
            {
                key: sum((Counter(self.crafts[item].of) for item in each.crafts), Counter[str]())
                for key, each in self.occupations.items()
            }
        )

    @cached_property
    def occupations(self) -> Mapping[str, Occupation]:
        """By key, in the order of the file."""
        return MappingProxyType({each.key: each for each in self.document.occupations})

    @cached_property
    def by_use(self) -> Mapping[Use, tuple[Good, ...]]:
        """The goods that serve each use."""
        return MappingProxyType({use: tuple(each for each in self.goods.values() if each.use is use) for use in Use})

    def problems(self) -> Iterator[Problem]:
        document = self.document
        known = self.library[WorldItemsSection].by_key
        for number, good in enumerate(document.goods):
            yield from unknown(self.file, f"goods.{number}.item", "item", good.item, known)
        yield from repeated(self.file, "goods", "item", (each.item for each in document.goods))
        yield from repeated(self.file, "gathering", "item", (each.item for each in document.gathering))
        yield from repeated(self.file, "crafts", "item", (each.item for each in document.crafts))
        yield from repeated(self.file, "occupations", "key", (each.key for each in document.occupations))
        for item in known:
            if item != COIN and item not in self.values:
                yield Problem(self.file, "goods", f"{item} has no price: neither here nor with a recipe")
        if COIN in self.goods:
            yield Problem(self.file, "goods", "coins have no price in coins")
        named = {
            "gathering": [each.item for each in document.gathering],
            "crafts": [item for each in document.crafts for item in (each.item, *each.of)],
            "occupations": [item for each in document.occupations for item in (*each.primary, *each.secondary)],
        }
        for field, items in named.items():
            for item in items:
                yield from unknown(self.file, field, "traded good", item, self.traded)
        for each in document.occupations:
            for item in (*each.primary, *each.secondary):
                yield from unknown(self.file, f"occupations.{each.key}", "gathered good", item, self.gathering)
            for item in each.crafts:
                yield from unknown(self.file, f"occupations.{each.key}.crafts", "craft", item, self.crafts)
        if sum(each.share for each in document.occupations) != 100:
            yield Problem(self.file, "occupations", "the shares do not add up to 100")

    def summary(self) -> str:
        return f"{len(self.goods)} goods, {len(self.occupations)} occupations"


market: Final = shipped[MarketSection]
