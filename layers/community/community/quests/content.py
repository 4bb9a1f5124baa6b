"""The pool from which each week's quests are drawn."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cached_property
from types import MappingProxyType
from typing import Final, Literal, Self

from pydantic import Field, NonNegativeInt, PositiveInt, model_validator

from community.catalog.content import ContentType
from community.configs import shipped
from community.crafting.content import DisassemblesSection, UpgradesSection
from community.text_contexts import DESCRIPTION
from kernel.content.base import Document, Frozen, Key, Text
from kernel.content.library import FileSection
from kernel.content.problems import Problem, repeated, retired, unknown
from kernel.content.text_ids import TextId
from kernel.texts import term

QUESTS_PER_WEEK: Final = 3
MAX_NUMBER: Final = 99
"""Two digits of a quest's id."""

QuestType = Literal["buy_items", "sell_items", "earn_money", "craft_recipe", "perform_searches"]


class Quest(Frozen):
    """A task that may be drawn.

    `number` is never reused for another quest: the ids of quests contain it.
    """

    number: int = Field(ge=1, le=MAX_NUMBER)
    """Identifies it in a week's quests; never given to another quest."""
    key: Key
    """Identifies it in this file."""
    type: QuestType
    """What counts."""
    written_description: Text = Field(alias="description")
    """What players read about it; translated."""
    target_category: ContentType | None = None
    """Of the traded items; without one every item counts."""
    target_recipe_key: Key | None = None
    """Of an upgrade, a disassembly, or both."""
    requirement: PositiveInt
    """How much of it: units, money or searches."""
    reward_money: NonNegativeInt
    """Money for it."""
    reward_xp: PositiveInt
    """Experience for it."""

    @property
    def description(self) -> str:
        return term(DESCRIPTION, self.written_description)

    @model_validator(mode="after")
    def _has_the_target_of_its_type(self) -> Self:
        if self.target_category and self.type not in ("buy_items", "sell_items"):
            raise ValueError(f"{self.type} has no target_category")
        if (self.target_recipe_key is None) == (self.type == "craft_recipe"):
            raise ValueError("craft_recipe, and nothing else, has a target_recipe_key")
        return self


class QuestsFile(Document):
    quests: tuple[Quest, ...] = Field(min_length=QUESTS_PER_WEEK)
    """The pool from which each week's are drawn."""


class QuestsSection(FileSection[QuestsFile]):
    file = "quests.json"
    model = QuestsFile

    @cached_property
    def by_number(self) -> Mapping[int, Quest]:
        """By number, in the order of the file."""
        return MappingProxyType({quest.number: quest for quest in self.document.quests})

    def problems(self) -> Iterator[Problem]:
        rows = self.document.quests
        upgrades = self.library[UpgradesSection]
        recipes = upgrades.by_key.keys() | self.library[DisassemblesSection].by_item.keys()
        yield from repeated(self.file, "quests", "number", (quest.number for quest in rows))
        yield from repeated(self.file, "quests", "key", (quest.key for quest in rows))
        for index, quest in enumerate(rows):
            field, wanted = f"quests[{index}].target_recipe_key", quest.target_recipe_key
            if wanted not in recipes:
                yield from retired(self.file, field, "recipe", wanted, upgrades.retired, "remove this quest")
            yield from unknown(self.file, field, "recipe", wanted, recipes)

    def texts(self) -> Iterator[TextId]:
        return (TextId(DESCRIPTION, quest.written_description) for quest in self.document.quests)

    def summary(self) -> str:
        return f"{len(self.by_number)} quests"


quests = shipped[QuestsSection]
