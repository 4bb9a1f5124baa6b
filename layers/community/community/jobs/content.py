"""The jobs and the bonuses of their levels."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fractions import Fraction
from functools import cached_property
from types import MappingProxyType
from typing import Literal, Self

from pydantic import Field, PositiveInt, model_validator

from community.configs import shipped
from community.progression.content import TreeSection
from community.text_contexts import DESCRIPTION, JOB
from kernel.content.base import Document, Exact, Frozen, Key, Text
from kernel.content.library import FileSection
from kernel.content.po_files import TextId
from kernel.content.problems import Problem, repeated, unknown
from kernel.naming import NameIndex, key
from kernel.texts import every_term, term

BonusType = Literal["bonus_money_chance", "engagement_bonus", "price_adjustment", "prize_increase"]


class LevelBonus(Frozen):
    min_level: PositiveInt
    value: Exact


class Bonus(Frozen):
    """A bonus, as a table of levels or as a value per level."""

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
        """Return the bonus at a level, e.g. 1/20 for 5 %; 0 at level 0 or without such a bonus."""
        return sum((bonus.at(level) for bonus in self.bonuses if bonus.bonus_type == bonus_type), Fraction(0))


class JobsFile(Document):
    jobs: tuple[Job, ...] = Field(min_length=1)


class JobsSection(FileSection[JobsFile]):
    file = "jobs.json"
    model = JobsFile

    @cached_property
    def by_key(self) -> Mapping[str, Job]:
        """By key, without "job_" before it, in the order of the file."""
        return MappingProxyType({job.key: job for job in self.document.jobs})

    def find(self, text: str) -> Job | None:
        """Find a job by its key, with or without "job_" before it, or by its name in any language."""
        return self.names.find(text)

    @cached_property
    def names(self) -> NameIndex[Job]:
        """What people type for a job. In other languages, too."""
        rows = self.document.jobs
        return NameIndex(
            lambda job: term(JOB, job.display_name),
            [(name, job) for job in rows for name in (job.key, f"job_{job.key}")],
            [(job.display_name, job) for job in rows],
            [(name, job) for job in rows for name in sorted(every_term(JOB, job.display_name))],
        )

    def problems(self) -> Iterator[Problem]:
        rows, nodes = self.document.jobs, self.library[TreeSection].nodes
        yield from repeated(self.file, "jobs", "job_id", (job.job_id for job in rows))
        yield from repeated(self.file, "jobs", "key", (job.key for job in rows))
        yield from repeated(self.file, "jobs", "display_name", (key(job.display_name) for job in rows))
        keys = {key(job.key): job for job in rows}
        for index, job in enumerate(rows):
            if keys.get(key(job.display_name), job) is not job:
                text = f'"{job.display_name}" is the key of another job'
                yield Problem(self.file, f"jobs[{index}].display_name", text)
        for index, job in enumerate(rows):
            yield from unknown(self.file, f"jobs[{index}].node_key", "node", job.node_key, nodes)

    def texts(self) -> Iterator[TextId]:
        for job in self.document.jobs:
            yield TextId(JOB, job.display_name)
            yield TextId(DESCRIPTION, job.description)

    def summary(self) -> str:
        return f"{len(self.by_key)} jobs"


jobs = shipped[JobsSection]
