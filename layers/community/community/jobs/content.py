"""The jobs and the bonuses of their levels."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
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
from kernel.content.problems import Problem, old_names, repeated, retired, unknown
from kernel.content.text_ids import TextId
from kernel.naming import NameIndex, key
from kernel.texts import every_term, term

Written = Literal["post_approved", "debate_won"]
"""What players do as authors of personas."""

BonusType = Literal["bonus_money_chance", "engagement_bonus", "price_adjustment", "prize_increase"]


NEEDED = ("blacksmith", "explorer", "gambler", "merchant", "scholar")
"""Jobs in which the code itself awards experience."""


class LevelBonus(Frozen):
    min_level: PositiveInt
    """The level from which this holds."""
    value: Exact
    """The bonus from there on."""


class Bonus(Frozen):
    """A bonus, as a table of levels or as a value per level."""

    bonus_type: BonusType
    """What becomes better."""
    levels: tuple[LevelBonus, ...] = ()
    """The bonus by level, as a table."""
    per_level: Exact | None = None
    """The bonus for each level, in place of a table."""

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
    """Identifies it to clients."""
    key: Key
    """Identifies it in the database and in other files."""
    written_name: Text = Field(alias="display_name")
    """What players read; translated."""
    written_description: Text = Field(alias="description")
    """What players read about it; translated."""
    node_key: Key
    """The node of the tree that unlocks it."""
    bonuses: tuple[Bonus, ...] = ()
    """What its levels bring."""
    writing: Mapping[Written, PositiveInt] = {}
    """Experience in this job for what players do as authors of personas."""
    feats: Mapping[Key, PositiveInt] = {}
    """Experience in this job for what players do in worlds, by the feat."""
    renamed_from: tuple[Key, ...] = ()
    """Earlier keys, so that what players have follows it."""
    retired: bool = False
    """It is not shown and earns nothing; players' experience stays in the database."""

    @property
    def display_name(self) -> str:
        return term(JOB, self.written_name)

    @property
    def description(self) -> str:
        return term(DESCRIPTION, self.written_description)

    def bonus(self, bonus_type: str, level: int) -> Fraction:
        """Return the bonus at a level, e.g. 1/20 for 5 %; 0 at level 0 or without such a bonus."""
        return sum((bonus.at(level) for bonus in self.bonuses if bonus.bonus_type == bonus_type), Fraction(0))


class JobsFile(Document):
    jobs: tuple[Job, ...] = Field(min_length=1)
    """All jobs."""


class JobsSection(FileSection[JobsFile]):
    file = "jobs.json"
    model = JobsFile

    @cached_property
    def by_key(self) -> Mapping[str, Job]:
        """By key, without "job_" before it, in the order of the file.

        Retired jobs are left out, and those whose node is not in the game.
        """
        nodes = self.library[TreeSection].nodes
        return MappingProxyType(
            {job.key: job for job in self.document.jobs if not job.retired and job.node_key in nodes}
        )

    @cached_property
    def entries(self) -> Mapping[str, Job]:
        """All jobs of the file by key, with those that are not in the game."""
        return MappingProxyType({job.key: job for job in self.document.jobs})

    @cached_property
    def retired(self) -> Collection[str]:
        """Keys of the retired jobs."""
        return frozenset(job.key for job in self.document.jobs if job.retired)

    def bonus(self, job_key: str, bonus_type: BonusType, level: int) -> Fraction:
        """Return a job's bonus at a level; 0 if the job is not in the game."""
        asked = job_key, bonus_type, level
        if asked not in self._bonuses:
            job = self.by_key.get(job_key)
            self._bonuses[asked] = job.bonus(bonus_type, level) if job else Fraction(0)
        return self._bonuses[asked]

    @cached_property
    def _bonuses(self) -> dict[tuple[str, BonusType, int], Fraction]:
        """The bonuses that were asked for: fractions are exact but slow."""
        return {}

    def find(self, text: str) -> Job | None:
        """Find a job by its key, with or without "job_" before it, or by its name in any language."""
        return self.names.find(text)

    @cached_property
    def names(self) -> NameIndex[Job]:
        """What people type for a job. In other languages, too."""
        rows = self.by_key.values()
        return NameIndex(
            lambda job: job.display_name,
            [(name, job) for job in rows for name in (job.key, f"job_{job.key}")],
            [(job.written_name, job) for job in rows],
            [(name, job) for job in rows for name in sorted(every_term(JOB, job.written_name))],
            [(name, job) for job in rows for name in job.renamed_from],
        )

    def problems(self) -> Iterator[Problem]:
        rows, tree = self.document.jobs, self.library[TreeSection]
        yield from repeated(self.file, "jobs", "job_id", (job.job_id for job in rows))
        yield from repeated(self.file, "jobs", "key", (job.key for job in rows))
        yield from old_names(self.file, "jobs", [(job.key, job.renamed_from) for job in rows])
        for needed in NEEDED:
            if needed not in self.entries:
                text = (
                    f'no job "{needed}", in which the game itself awards experience: keep its key and change its '
                    f'display_name, or mark it "retired": true'
                )
                yield Problem(self.file, "jobs", text)
        yield from repeated(self.file, "jobs", "display_name", (key(job.written_name) for job in rows))
        keys = {key(job.key): job for job in rows}
        for index, job in enumerate(rows):
            if keys.get(key(job.written_name), job) is not job:
                text = f'"{job.written_name}" is the key of another job'
                yield Problem(self.file, f"jobs[{index}].display_name", text)
        for index, job in enumerate(rows):
            field = f"jobs[{index}].node_key"
            yield from unknown(self.file, field, "node", job.node_key, tree.entries)
            if not job.retired:
                advice = 'name another one, or mark this job "retired": true as well'
                yield from retired(self.file, field, "node", job.node_key, tree.retired, advice)

    def texts(self) -> Iterator[TextId]:
        for job in self.document.jobs:
            yield TextId(JOB, job.written_name)
            yield TextId(DESCRIPTION, job.written_description)

    def summary(self) -> str:
        return f"{len(self.by_key)} jobs"


jobs = shipped[JobsSection]
