"""The items, and their names in messages."""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Collection, Iterator, Mapping
from functools import cached_property
from types import MappingProxyType
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, NonNegativeInt, PlainSerializer, PositiveInt, model_validator

from community.catalog.english import article, plural
from community.configs import shipped
from community.text_contexts import DESCRIPTION, ITEM, ONE_ITEM
from kernel.content.base import Document, Frozen, Key, Text
from kernel.content.library import FileSection
from kernel.content.po_files import TextId
from kernel.content.problems import Problem, repeated, unknown
from kernel.naming import NameIndex, key

Tag = Literal[
    "buyable",
    "can_open",
    "compostable",
    "consumable",
    "currency",
    "disassembleable",
    "material",
    "no-use",
    "sellable",
    "tradeable",
    "upgradeable",
]
ContentType = Literal["container", "defense", "explosive", "healing", "magical", "material", "utility", "weapon"]
HandlerName = Literal[
    "delayed_blast",
    "generator",
    "lootbox",
    "revive",
    "shield",
    "trap",
    "utility",
    "video_effect",
    "weapon",
    "xp",
]
# Other handlers have defaults for every field: a weapon without seconds lasts a minute.
REQUIRED_BY_HANDLER = {"delayed_blast": "chatters", "generator": "item", "video_effect": "effects", "xp": "xp"}


class HandlerConfig(Frozen):
    """The parameters of an item's effect; each handler reads the fields that concern it."""

    seconds: PositiveInt = 60  # length of a timeout, or the reduction by a revive
    target: Literal["named", "random", "crowd"] = "named"
    min_targets: PositiveInt = 1  # of a crowd
    max_targets: PositiveInt = 1
    chatters: PositiveInt | None = None  # a delayed blast waits for this many
    kind: Literal["block", "reflect"] = "block"  # of a shield
    item: Key | None = None  # the item that a generator produces
    quantity: PositiveInt = 1  # per unit used
    xp: PositiveInt | None = None  # per unit used
    effects: tuple[Key, ...] = ()  # the video effects to choose from

    @model_validator(mode="after")
    def _crowd_has_a_size(self) -> Self:
        if self.min_targets > self.max_targets:
            raise ValueError(f"min_targets {self.min_targets} is above max_targets {self.max_targets}")
        return self


class Item(Frozen):
    item_id: PositiveInt
    internal_name: Key
    public_name: Text
    description: Text
    default_display: Text
    max_stack: PositiveInt  # for display; never enforced
    base_value: NonNegativeInt  # money
    tags: Annotated[frozenset[Tag], PlainSerializer(sorted, return_type=list[Tag], when_used="json")]
    types: tuple[ContentType, ...] = Field(alias="type", min_length=1)
    handler: HandlerName | None = None
    handler_config: HandlerConfig = Field(default_factory=HandlerConfig)
    node_key: Key | None = None  # an item without a node is never locked

    @model_validator(mode="after")
    def _handler_has_what_it_needs(self) -> Self:
        needed = REQUIRED_BY_HANDLER.get(self.handler or "")
        if needed and not getattr(self.handler_config, needed):
            raise ValueError(f'handler "{self.handler}" needs handler_config.{needed}')
        return self

    @property
    def category(self) -> ContentType:
        return self.types[0]

    @property
    def is_money(self) -> bool:
        return self.internal_name == "money"

    @property
    def is_currency(self) -> bool:
        return "currency" in self.tags

    @property
    def sellable(self) -> bool:
        return "sellable" in self.tags

    @property
    def buyable(self) -> bool:
        return "buyable" in self.tags

    @property
    def tradeable(self) -> bool:
        return "tradeable" in self.tags

    @property
    def upgradeable(self) -> bool:
        return "upgradeable" in self.tags

    @property
    def consumable(self) -> bool:
        return "consumable" in self.tags

    @property
    def compostable(self) -> bool:
        return "compostable" in self.tags


class ItemsFile(Document):
    description: str = ""
    items: tuple[Item, ...]


class Ingredient(Frozen):
    item: Key
    quantity: PositiveInt


LEAP_YEAR = 2000


def _month_day(text: str) -> str:
    match = re.fullmatch(r"(\d\d)-(\d\d)", text, re.ASCII)
    if match and 1 <= int(match[1]) <= 12 and 1 <= int(match[2]) <= monthrange(LEAP_YEAR, int(match[1]))[1]:
        return text
    raise ValueError(f'"{text}" is not a day of the year, written MM-DD')


MonthDay = Annotated[str, AfterValidator(_month_day), Field(json_schema_extra={"pattern": r"^\d\d-\d\d$"})]


class ItemAliases(Frozen):
    default: tuple[Text, ...] = ()
    themes: Mapping[Key, tuple[Text, ...]] = {}


class Theme(Frozen):
    """A period of the year. Both days are inclusive; a start after the end wraps over New Year."""

    start: MonthDay
    end: MonthDay


class AliasesFile(Document):
    document_type: Literal["item-aliases"] = Field(alias="schema")
    aliases: Mapping[Key, ItemAliases]


class ThemesFile(Document):
    document_type: Literal["item-themes"] = Field(alias="schema")
    themes: Mapping[Key, Theme]


class ItemsSection(FileSection[ItemsFile]):
    file = "items.json"
    model = ItemsFile

    @cached_property
    def by_name(self) -> Mapping[str, Item]:
        """By internal name, in the order of the file."""
        return MappingProxyType({item.internal_name: item for item in self.document.items})

    @cached_property
    def by_id(self) -> Mapping[int, Item]:
        return MappingProxyType({item.item_id: item for item in self.document.items})

    @cached_property
    def money(self) -> Item:
        return self.by_name["money"]

    def find(self, text: str) -> Item | None:
        """Find an item by its own names, as people type them. `catalog.service` also knows its aliases."""
        return self._by_typed_name.find(text)

    @cached_property
    def _by_typed_name(self) -> NameIndex[Item]:
        rows = self.document.items
        return NameIndex(
            lambda item: item.public_name,
            [(name, item) for item in rows for name in (item.public_name, item.internal_name, item.default_display)],
        )

    def problems(self) -> Iterator[Problem]:
        rows = self.document.items
        yield from repeated(self.file, "items", "item_id", (item.item_id for item in rows))
        yield from repeated(self.file, "items", "internal_name", (item.internal_name for item in rows))
        yield from repeated(self.file, "items", "public_name", (key(item.public_name) for item in rows))
        yield from unknown(self.file, "items", "item", "money", self.by_name)
        internal = {key(item.internal_name): item for item in rows}
        public = {key(item.public_name): item for item in rows}
        for index, item in enumerate(rows):
            # A name that stands for two items would find neither.
            for field, names, kind in (
                ("public_name", internal, "internal"),
                ("default_display", internal, "internal"),
                ("default_display", public, "public"),
            ):
                name = str(getattr(item, field))
                if names.get(key(name), item) is not item:
                    text = f'"{name}" is the {kind} name of another item'
                    yield Problem(self.file, f"items[{index}].{field}", text)
            made = item.handler_config.item
            yield from unknown(self.file, f"items[{index}].handler_config.item", "item", made, self.by_name)

    def texts(self) -> Iterator[TextId]:
        for item in self.document.items:
            name = item.public_name
            yield TextId(ITEM, name, plural(name, 2))
            yield TextId(ONE_ITEM, f"{article(name)} {name}")
            yield TextId(DESCRIPTION, item.description)

    def summary(self) -> str:
        return f"{len(self.by_name)} items"


class ThemesSection(FileSection[ThemesFile]):
    file = "item_themes.json"
    model = ThemesFile
    empty = MappingProxyType({"version": "1.0", "schema": "item-themes", "themes": {}})

    @cached_property
    def by_key(self) -> Mapping[str, Theme]:
        """By key, in the order of the file: the first theme that includes the date is active."""
        return MappingProxyType(dict(self.document.themes))

    def summary(self) -> str:
        return f"{len(self.by_key)} themes"


class AliasesSection(FileSection[AliasesFile]):
    file = "item_aliases.json"
    model = AliasesFile
    empty = MappingProxyType({"version": "1.0", "schema": "item-aliases", "aliases": {}})

    @cached_property
    def by_item(self) -> Mapping[str, ItemAliases]:
        """By internal item name."""
        return MappingProxyType(dict(self.document.aliases))

    def problems(self) -> Iterator[Problem]:
        themes = self.library[ThemesSection]
        known = themes.by_key if themes.exists else None
        return alias_problems(self.by_item, self.library[ItemsSection].by_name, known)

    def texts(self) -> Iterator[TextId]:
        for names in self.by_item.values():
            for name in (*names.default, *(each for theme in names.themes.values() for each in theme)):
                yield TextId(ITEM, name, plural(name, 2))

    def summary(self) -> str:
        return f"{len(self.by_item)} aliases"


def alias_problems(
    aliases: Mapping[str, ItemAliases], items: Collection[str], themes: Collection[str] | None
) -> Iterator[Problem]:
    """Find aliases of unknown items and unknown themes. `themes` is None when there is no theme file."""
    for item, names in aliases.items():
        yield from unknown(AliasesSection.file, f"aliases.{item}", "item", item, items)
        if themes is not None:
            for theme in names.themes:
                yield from unknown(AliasesSection.file, f"aliases.{item}.themes.{theme}", "theme", theme, themes)


def ingredient_problems(
    file: str, field: str, rows: tuple[Ingredient, ...], items: Collection[str]
) -> Iterator[Problem]:
    """Find items that are unknown or listed twice."""
    yield from repeated(file, field, "item", (row.item for row in rows))
    for index, row in enumerate(rows):
        yield from unknown(file, f"{field}[{index}].item", "item", row.item, items)


items = shipped[ItemsSection]
themes = shipped[ThemesSection]
aliases = shipped[AliasesSection]
