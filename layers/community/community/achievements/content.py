"""The achievements and their rewards."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cached_property
from types import MappingProxyType

from pydantic import Field, NonNegativeInt, PositiveInt

from community.catalog.content import Ingredient, ItemsSection, ingredient_problems
from community.configs import shipped
from community.crafting.content import UpgradesSection
from community.jobs.content import JobsSection
from community.text_contexts import ACHIEVEMENT, DESCRIPTION
from kernel.content.base import Document, Frozen, Key, Text
from kernel.content.library import FileSection
from kernel.content.po_files import TextId
from kernel.content.problems import Problem, repeated, unknown


class AtLeast(Frozen):
    min: int


class Lesson(Frozen):
    job_key: Key
    xp: PositiveInt


class Reward(Frozen):
    money: NonNegativeInt = 0
    items: tuple[Ingredient, ...] = ()
    lesson: Lesson | None = None
    recipe: Key | None = None  # an upgrade's key


class Achievement(Frozen):
    """Counts events of one type that meet all conditions."""

    key: Key
    name: Text
    description: Text
    event: Text  # type of the event that counts
    count: PositiveInt = 1
    adds: Key | None = None  # the event's field to add up; without it, every event counts 1
    where: Mapping[Key, bool | int | str | AtLeast] = {}  # {field of the event: required value}
    reward: Reward = Field(default_factory=Reward)


class AchievementsFile(Document):
    achievements: tuple[Achievement, ...] = ()


class AchievementsSection(FileSection[AchievementsFile]):
    file = "achievements.json"
    model = AchievementsFile

    @cached_property
    def by_key(self) -> Mapping[str, Achievement]:
        """By key, in the order of the file."""
        return MappingProxyType({row.key: row for row in self.document.achievements})

    def problems(self) -> Iterator[Problem]:
        items = self.library[ItemsSection].by_name
        jobs = self.library[JobsSection].by_key
        upgrades = self.library[UpgradesSection].by_key
        rows = self.document.achievements
        yield from repeated(self.file, "achievements", "key", (row.key for row in rows))
        for index, row in enumerate(rows):
            field = f"achievements[{index}].reward"
            yield from ingredient_problems(self.file, f"{field}.items", row.reward.items, items)
            yield from unknown(self.file, f"{field}.recipe", "upgrade recipe", row.reward.recipe, upgrades)
            taught = row.reward.lesson.job_key if row.reward.lesson else None
            yield from unknown(self.file, f"{field}.lesson.job_key", "job", taught, jobs)

    def texts(self) -> Iterator[TextId]:
        for achievement in self.document.achievements:
            yield TextId(ACHIEVEMENT, achievement.name)
            yield TextId(DESCRIPTION, achievement.description)

    def summary(self) -> str:
        return f"{len(self.by_key)} achievements"


achievements = shipped[AchievementsSection]
