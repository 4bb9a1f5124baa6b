"""The achievements and their rewards."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
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
from kernel.content.problems import Problem, old_names, repeated, retired, unknown
from kernel.content.text_ids import TextId
from kernel.texts import term


class AtLeast(Frozen):
    min: int
    """The least value that counts."""


class Lesson(Frozen):
    job_key: Key
    """The job."""
    xp: PositiveInt
    """Experience in it."""


class Reward(Frozen):
    money: NonNegativeInt = 0
    """Money."""
    items: tuple[Ingredient, ...] = ()
    """Items."""
    lesson: Lesson | None = None
    """Experience in a job."""
    recipe: Key | None = None
    """The key of an upgrade that the player then knows."""


class Achievement(Frozen):
    """Counts events of one type that meet all conditions."""

    key: Key
    """Identifies it in the database and in other files."""
    written_name: Text = Field(alias="name")
    """What players read; translated."""
    written_description: Text = Field(alias="description")
    """What players read about it; translated."""
    event: Text
    """The type of the event that counts."""
    count: PositiveInt = 1
    """How many it takes."""
    adds: Key | None = None
    """The event's field to add up; without it, every event counts 1."""
    where: Mapping[Key, bool | int | str | AtLeast] = {}
    """What the event's fields must be, by the field."""
    reward: Reward = Field(default_factory=Reward)
    """What the player gets."""
    renamed_from: tuple[Key, ...] = ()
    """Earlier keys, so that what players have follows it."""
    retired: bool = False
    """It is not shown and counts nothing; what players have reached stays in the database."""

    @property
    def name(self) -> str:
        return term(ACHIEVEMENT, self.written_name)

    @property
    def description(self) -> str:
        return term(DESCRIPTION, self.written_description)


class AchievementsFile(Document):
    achievements: tuple[Achievement, ...] = ()
    """All achievements."""


class AchievementsSection(FileSection[AchievementsFile]):
    file = "achievements.json"
    model = AchievementsFile

    @cached_property
    def by_key(self) -> Mapping[str, Achievement]:
        """By key, in the order of the file, without retired ones."""
        return MappingProxyType({row.key: row for row in self.document.achievements if not row.retired})

    @cached_property
    def by_event(self) -> Mapping[str, Sequence[Achievement]]:
        """The achievements by the type of the event that they may count."""
        found: dict[str, list[Achievement]] = {}
        for achievement in self.by_key.values():
            found.setdefault(achievement.event, []).append(achievement)
        return MappingProxyType(found)

    def problems(self) -> Iterator[Problem]:
        items = self.library[ItemsSection]
        jobs = self.library[JobsSection]
        upgrades = self.library[UpgradesSection]
        rows = self.document.achievements
        yield from repeated(self.file, "achievements", "key", (row.key for row in rows))
        yield from old_names(self.file, "achievements", [(row.key, row.renamed_from) for row in rows])
        for index, row in enumerate(rows):
            field = f"achievements[{index}].reward"
            advice = None if row.retired else "give another reward"
            taught, recipe = row.reward.lesson.job_key if row.reward.lesson else None, row.reward.recipe
            known_recipes = upgrades.by_key.keys() | upgrades.retired
            yield from ingredient_problems(self.file, f"{field}.items", row.reward.items, items, advice)
            yield from unknown(self.file, f"{field}.recipe", "upgrade recipe", recipe, known_recipes)
            yield from unknown(self.file, f"{field}.lesson.job_key", "job", taught, jobs.entries)
            if advice:
                yield from retired(self.file, f"{field}.recipe", "upgrade recipe", recipe, upgrades.retired, advice)
                yield from retired(self.file, f"{field}.lesson.job_key", "job", taught, jobs.retired, advice)

    def texts(self) -> Iterator[TextId]:
        for achievement in self.document.achievements:
            yield TextId(ACHIEVEMENT, achievement.written_name)
            yield TextId(DESCRIPTION, achievement.written_description)

    def summary(self) -> str:
        return f"{len(self.by_key)} achievements"


achievements = shipped[AchievementsSection]
