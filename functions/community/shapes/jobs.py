"""An XP award as a response."""

from __future__ import annotations

from pydantic import BaseModel

from community.jobs.awards import XpResult


class XpView(BaseModel):
    """An XP award. Source: wire 2."""

    job_key: str
    xp_gained: int
    new_xp: int
    new_level: int
    leveled_up: bool

    @classmethod
    def of(cls, result: XpResult) -> XpView:
        award = result.award
        return cls(
            job_key=result.job.key,
            xp_gained=award.gained,
            new_xp=award.progress.xp,
            new_level=award.progress.level,
            leveled_up=award.leveled_up,
        )
