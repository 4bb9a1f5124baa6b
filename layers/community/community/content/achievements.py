from collections.abc import Mapping

from pydantic import Field, NonNegativeInt, PositiveInt

from community.content.recipes import Ingredient
from kernel.content.base import Document, Frozen, Key, Text


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
    """Something to be proud of: so many events of a type, those that meet all conditions."""

    key: Key
    name: Text
    description: Text
    event: Text  # type of the event that counts
    count: PositiveInt = 1
    adds: Key | None = None  # the event's field that is added up; without one every event counts 1
    where: Mapping[Key, bool | int | str | AtLeast] = {}  # {field of the event: what it must be}
    reward: Reward = Field(default_factory=Reward)


class AchievementsFile(Document):
    achievements: tuple[Achievement, ...] = ()
