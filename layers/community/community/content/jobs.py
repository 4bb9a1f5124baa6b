from fractions import Fraction
from typing import Literal, Self

from pydantic import Field, PositiveInt, model_validator

from kernel.content.base import Document, Exact, Frozen, Key, Text

BonusType = Literal["bonus_money_chance", "engagement_bonus", "price_adjustment", "prize_increase"]


class LevelBonus(Frozen):
    min_level: PositiveInt
    value: Exact


class Bonus(Frozen):
    """Either a table of levels, or a value that grows with every level."""

    bonus_type: BonusType
    levels: tuple[LevelBonus, ...] = ()
    per_level: Exact | None = None

    @model_validator(mode="after")
    def _one_or_the_other(self) -> Self:
        if bool(self.levels) == (self.per_level is not None):
            raise ValueError("a bonus has either levels or per_level")
        return self

    def at(self, level: int) -> Fraction:
        if self.per_level is not None:
            return self.per_level * level
        return max((row.value for row in self.levels if row.min_level <= level), default=Fraction(0))


class Job(Frozen):
    job_id: PositiveInt
    key: Key
    display_name: Text
    description: Text
    node_key: Key
    bonuses: tuple[Bonus, ...] = ()

    def bonus(self, bonus_type: str, level: int) -> Fraction:
        """Return what a level is worth, e.g. 1/20 for 5 %; 0 at level 0 or without such a bonus."""
        return sum((bonus.at(level) for bonus in self.bonuses if bonus.bonus_type == bonus_type), Fraction(0))


class JobsFile(Document):
    jobs: tuple[Job, ...] = Field(min_length=1)
