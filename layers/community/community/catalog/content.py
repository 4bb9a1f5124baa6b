"""The items, and their names in messages."""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Collection, Iterator, Mapping
from functools import cache, cached_property
from types import MappingProxyType
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, NonNegativeInt, PlainSerializer, PositiveInt, model_validator

from community.catalog.english import article, plural
from community.configs import shipped
from community.text_contexts import DESCRIPTION, ITEM, ITEM_WORDS, ONE_ITEM
from kernel.content.base import Document, Frozen, Key, Text
from kernel.content.library import FileSection
from kernel.content.problems import Problem, old_names, repeated, retired, unknown
from kernel.content.text_ids import TextId
from kernel.naming import NameIndex, key
from kernel.texts import term

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


NEEDED = ("money", "lootbox_tier0")
"""Items that the code itself hands out: pay and rewards, and what a search finds."""


class HandlerConfig(Frozen):
    """The parameters of an item's effect; each handler reads the fields that concern it."""

    seconds: PositiveInt = 60
    """Length of a timeout, or by how much a revive shortens it."""
    target: Literal["named", "random", "crowd"] = "named"
    """Whom a weapon hits: the one who is named, one by chance, or several."""
    min_targets: PositiveInt = 1
    """The least number of targets in a crowd."""
    max_targets: PositiveInt = 1
    """The largest number of targets in a crowd."""
    chatters: PositiveInt | None = None
    """How many have to chat before a delayed blast goes off."""
    kind: Literal["block", "reflect"] = "block"
    """What a shield does with a weapon: stop it, or send it back."""
    item: Key | None = None
    """The item that a generator produces."""
    quantity: PositiveInt = 1
    """What a generator produces for each unit used."""
    xp: PositiveInt | None = None
    """Experience for each unit used."""
    effects: tuple[Key, ...] = ()
    """The video effects to choose from."""

    @model_validator(mode="after")
    def _crowd_has_a_size(self) -> Self:
        if self.min_targets > self.max_targets:
            raise ValueError(f"min_targets {self.min_targets} is above max_targets {self.max_targets}")
        return self


class Item(Frozen):
    item_id: PositiveInt
    """Identifies it in inventories. A number that has been used stays taken."""
    internal_name: Key
    """Identifies it in other files."""
    written_name: Text = Field(alias="public_name")
    """What players read and type; translated."""
    written_description: Text = Field(alias="description")
    """What players read about it; translated."""
    default_display: Text
    """The name in the first line of messages, without a theme."""
    max_stack: PositiveInt
    """For display; never enforced."""
    base_value: NonNegativeInt
    """Its worth in money, of which prices are made."""
    tags: Annotated[frozenset[Tag], PlainSerializer(sorted, return_type=list[Tag], when_used="json")]
    """What can be done with it."""
    types: tuple[ContentType, ...] = Field(alias="type", min_length=1)
    """Its categories; the first one is the one of the shop."""
    handler: HandlerName | None = None
    """What using it does; without one it cannot be used."""
    handler_config: HandlerConfig = Field(default_factory=HandlerConfig)
    """The parameters of that."""
    node_key: Key | None = None
    """The node of the tree that unlocks it; without one it is never locked."""
    words: str = ""
    """What else people type for it, in a list; translated, never shown."""
    renamed_from: tuple[Key, ...] = ()
    """Earlier internal names, so that other files and players may still use them."""
    retired: bool = False
    """Players who have it can only sell it or give it away (docs/changing-content.md)."""

    @model_validator(mode="after")
    def _handler_has_what_it_needs(self) -> Self:
        needed = REQUIRED_BY_HANDLER.get(self.handler or "")
        if needed and not getattr(self.handler_config, needed):
            raise ValueError(f'handler "{self.handler}" needs handler_config.{needed}')
        return self

    @property
    def public_name(self) -> str:
        """The name that players see and type, in the reader's language."""
        return term(ITEM, self.written_name)

    @property
    def description(self) -> str:
        return term(DESCRIPTION, self.written_description)

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
        return "sellable" in self.tags or (self.retired and not self.is_currency)

    @property
    def buyable(self) -> bool:
        return self._does("buyable")

    @property
    def tradeable(self) -> bool:
        return "tradeable" in self.tags

    @property
    def upgradeable(self) -> bool:
        return self._does("upgradeable")

    @property
    def consumable(self) -> bool:
        return self._does("consumable")

    @property
    def compostable(self) -> bool:
        return self._does("compostable")

    def _does(self, tag: Tag) -> bool:
        return tag in self.tags and not self.retired


@cache
def _missing_item(internal_name: str, item_id: int) -> Item:
    """Build what stands for an item that players may have and this content lacks.

    Preparation refuses such content. But while a new version is being deployed, the old one does not know the new
    items, and it may still hand out an item that the new one has just found to be unused.
    """
    return Item.model_construct(
        item_id=item_id,
        internal_name=internal_name,
        public_name=internal_name.replace("_", " "),
        description="It is not part of the game just now.",
        default_display=internal_name,
        max_stack=1,
        base_value=0,
        tags=frozenset(),
        types=("utility",),
        handler_config=HandlerConfig(),
        retired=True,
    )


class ItemsFile(Document):
    description: str = ""
    """For the file's authors."""
    items: tuple[Item, ...]
    """All items."""


class Ingredient(Frozen):
    item: Key
    """The item's internal name."""
    quantity: PositiveInt
    """How many."""


LEAP_YEAR = 2000


def _month_day(text: str) -> str:
    match = re.fullmatch(r"(\d\d)-(\d\d)", text, re.ASCII)
    if match and 1 <= int(match[1]) <= 12 and 1 <= int(match[2]) <= monthrange(LEAP_YEAR, int(match[1]))[1]:
        return text
    raise ValueError(f'"{text}" is not a day of the year, written MM-DD')


MonthDay = Annotated[str, AfterValidator(_month_day), Field(json_schema_extra={"pattern": r"^\d\d-\d\d$"})]


class ItemAliases(Frozen):
    default: tuple[Text, ...] = ()
    """Names to choose from when no theme runs."""
    themes: Mapping[Key, tuple[Text, ...]] = {}
    """Names to choose from while a theme runs, by the theme."""


class Theme(Frozen):
    """A period of the year. Both days are inclusive; a start after the end wraps over New Year."""

    start: MonthDay
    """The first day, MM-DD."""
    end: MonthDay
    """The last day, MM-DD."""


class AliasesFile(Document):
    document_type: Literal["item-aliases"] = Field(alias="schema")
    """What kind of file this is."""
    aliases: Mapping[Key, ItemAliases]
    """Names of items in messages, by the item."""


class ThemesFile(Document):
    document_type: Literal["item-themes"] = Field(alias="schema")
    """What kind of file this is."""
    themes: Mapping[Key, Theme]
    """Periods of the year, by name."""


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
    def _by_old_name(self) -> Mapping[str, Item]:
        return {name: item for item in self.document.items for name in item.renamed_from}

    @cached_property
    def retired(self) -> Collection[str]:
        """Internal names of the retired items."""
        return frozenset(item.internal_name for item in self.document.items if item.retired)

    @cached_property
    def money(self) -> Item:
        return self.by_name["money"]

    def stored(self, item_id: int) -> Item:
        """Return the item of an id from the database, even if this content lacks it."""
        return self.by_id.get(item_id) or _missing_item(f"item_{item_id}", item_id)

    def stored_by_name(self, internal_name: str) -> Item:
        """Return the item of an internal name from the database, even if it was renamed or this content lacks it."""
        return self.find_internal(internal_name) or _missing_item(internal_name, 0)

    def find_internal(self, internal_name: str) -> Item | None:
        """Find an item by its internal name, or one that it had before."""
        return self.by_name.get(internal_name) or self._by_old_name.get(internal_name)

    def find(self, text: str) -> Item | None:
        """Find an item by its own names, as people type them. `catalog.service` also knows its aliases."""
        return self._by_typed_name.find(text)

    @cached_property
    def _by_typed_name(self) -> NameIndex[Item]:
        rows = self.document.items
        return NameIndex(
            lambda item: item.public_name,
            [(name, item) for item in rows for name in (item.written_name, item.internal_name, item.default_display)],
            [(name, item) for item in rows for name in item.renamed_from],
        )

    def problems(self) -> Iterator[Problem]:
        rows = self.document.items
        yield from repeated(self.file, "items", "item_id", (item.item_id for item in rows))
        yield from repeated(self.file, "items", "internal_name", (item.internal_name for item in rows))
        yield from repeated(self.file, "items", "public_name", (key(item.written_name) for item in rows))
        yield from old_names(self.file, "items", [(item.internal_name, item.renamed_from) for item in rows])
        for name in NEEDED:
            if name not in self.by_name or name in self.retired:
                text = f'no item named "{name}", which the game itself hands out: keep it, and change its public_name'
                yield Problem(self.file, "items", text)
        internal = {key(item.internal_name): item for item in rows}
        public = {key(item.written_name): item for item in rows}
        for index, item in enumerate(rows):
            # A name that stands for two items would find neither.
            for field, names, kind in (
                ("public_name", internal, "internal"),
                ("default_display", internal, "internal"),
                ("default_display", public, "public"),
            ):
                name = item.written_name if field == "public_name" else item.default_display
                if names.get(key(name), item) is not item:
                    text = f'"{name}" is the {kind} name of another item'
                    yield Problem(self.file, f"items[{index}].{field}", text)
            made = item.handler_config.item
            yield from unknown(self.file, f"items[{index}].handler_config.item", "item", made, self.by_name)
            if not item.retired:
                advice = 'let it produce another item, or mark it "retired": true as well'
                field = f"items[{index}].handler_config.item"
                yield from retired(self.file, field, "item", made, self.retired, advice)

    def texts(self) -> Iterator[TextId]:
        for item in self.document.items:
            name = item.written_name
            yield TextId(ITEM, name, plural(name, 2))
            yield TextId(ONE_ITEM, f"{article(name)} {name}")
            yield TextId(DESCRIPTION, item.written_description)
            if item.words:
                yield TextId(ITEM_WORDS, item.words)

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
    file: str, field: str, rows: tuple[Ingredient, ...], items: ItemsSection, advice: str | None
) -> Iterator[Problem]:
    """Find items that are unknown or listed twice, and retired ones.

    Args:
        advice: what to do about a retired item; None where one is allowed.
    """
    yield from repeated(file, field, "item", (row.item for row in rows))
    for index, row in enumerate(rows):
        yield from unknown(file, f"{field}[{index}].item", "item", row.item, items.by_name)
        if advice:
            yield from retired(file, f"{field}[{index}].item", "item", row.item, items.retired, advice)


items = shipped[ItemsSection]
themes = shipped[ThemesSection]
aliases = shipped[AliasesSection]
