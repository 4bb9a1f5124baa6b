"""The kinds of things that can be carried."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cached_property
from types import MappingProxyType
from typing import Annotated, Final, Literal, Self

from pydantic import Field, NonNegativeInt, PositiveInt, StringConstraints, model_validator

from kernel.content.base import Document, Frozen, Key, Text
from kernel.content.library import FileSection
from kernel.content.problems import Problem, repeated, unknown
from kernel.content.text_ids import TextId
from kernel.texts import term, term_n
from worlds.configs import shipped
from worlds.skills.models import Skill
from worlds.text_contexts import DESCRIPTION, ITEM

ItemName = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9 '-]+$", min_length=1, max_length=128)]
"""Source: worlds 2.4."""
Fit = Literal["main_hand", "off_hand", "head", "chest", "legs", "feet", "neck", "ring"]
"""Where a kind of thing is worn; a ring fits either of two slots."""
Damage = Literal["slashing", "piercing", "bludgeoning", "ranged"]
Armor = Literal["leather", "chain", "plate"]
Material = Literal["wood", "stone", "iron", "steel", "diamond"]
"""What a tool is made of; decides which minerals it breaks."""
FULL_DURABILITY: Final = 100


class Effect(Frozen):
    """What using a thing does."""

    kind: Literal["restore_stamina", "restore_hp", "restore_focus", "light", "end_bleeding", "end_poison"]
    """`light` shines; the others give points back, or end what it names."""
    amount: NonNegativeInt = 0
    """Points; 0 for what has none."""
    seconds: NonNegativeInt = 0
    """How long it lasts; 0 for at once."""


class Tool(Frozen):
    """What a thing is good for at work."""

    skills: tuple[Skill, ...] = Field(min_length=1)
    """With which skills one uses it."""
    material: Material
    """What its working part is made of."""


class WorldItem(Frozen):
    """A kind of thing."""

    key: Key
    """Identifies it in the database and in other files."""
    written_name: ItemName = Field(alias="name")
    """What players read; translated."""
    written_plural: ItemName = Field(alias="plural")
    """What players read of several; translated."""
    written_description: Text = Field(alias="description")
    """What players read about it; translated."""
    grams: PositiveInt
    """The weight of one."""
    max_stack: PositiveInt = 1
    """How many are one stack; things that are worn are single."""
    durability: int = Field(default=FULL_DURABILITY, ge=1, le=FULL_DURABILITY)
    """Of a new one, and the most that a repair brings back."""
    fit: Fit | None = None
    """Where it is worn; null for nowhere."""
    damage_type: Damage | None = None
    """Of a weapon; null for what is none."""
    base_damage: NonNegativeInt = 0
    """0 for what is no weapon."""
    armor_type: Armor | None = None
    """null for what protects from nothing."""
    shines: bool = False
    """Whether it gives light while it is worn."""
    tool: Tool | None = None
    """What work it helps with; null for what is no tool."""
    effect: Effect | None = None
    """What using it does; null for what cannot be used."""

    @property
    def name(self) -> str:
        return term(ITEM, self.written_name)

    @property
    def plural(self) -> str:
        return self.name_of(2)

    @property
    def description(self) -> str:
        return term(DESCRIPTION, self.written_description)

    def name_of(self, number: int) -> str:
        """Return the name of a number of them, without the number."""
        return term_n(ITEM, self.written_name, self.written_plural, number)

    @model_validator(mode="after")
    def _is_consistent(self) -> Self:
        if self.fit and self.max_stack > 1:
            raise ValueError("what is worn does not stack: each one has a durability and a slot of its own")
        if (self.damage_type is None) != (self.base_damage == 0):
            raise ValueError("a weapon has both damage_type and base_damage")
        if (self.damage_type or self.armor_type or self.shines) and not self.fit:
            raise ValueError("weapons, armour and lamps need a fit: they work while they are worn")
        if self.tool and self.max_stack > 1:
            raise ValueError("tools do not stack: each one has a durability of its own")
        return self


class WorldItemsFile(Document):
    items: tuple[WorldItem, ...] = Field(min_length=1)
    """All kinds of things."""


class WorldItemsSection(FileSection[WorldItemsFile]):
    file = "items.json"
    model = WorldItemsFile

    @cached_property
    def by_key(self) -> Mapping[str, WorldItem]:
        """By key, in the order of the file."""
        return MappingProxyType({item.key: item for item in self.document.items})

    def problems(self) -> Iterator[Problem]:
        rows = self.document.items
        yield from repeated(self.file, "items", "key", (item.key for item in rows))
        yield from repeated(self.file, "items", "name", (item.written_name.lower() for item in rows))

    def texts(self) -> Iterator[TextId]:
        for item in self.document.items:
            yield TextId(ITEM, item.written_name, item.written_plural)
            yield TextId(DESCRIPTION, item.written_description)

    def summary(self) -> str:
        return f"{len(self.by_key)} items"


def stack_problems(
    file: str, field: str, item: str, quantity: int, known: Mapping[str, WorldItem]
) -> Iterator[Problem]:
    """Yield what is wrong with a stack that another file places somewhere."""
    yield from unknown(file, f"{field}.item", "item", item, known)
    if item in known and quantity > known[item].max_stack:
        yield Problem(file, f"{field}.quantity", f"a stack has {known[item].max_stack} at most")


items = shipped[WorldItemsSection]
