"""Messages about experience."""

from __future__ import annotations

from community.jobs.awards import XpResult
from kernel.texts import translate


def awarded(result: XpResult, name: str) -> str:
    award, job = result.award, result.job.display_name
    if award.leveled_up:
        return translate(
            "{name} gained {xp} {job} XP and reached level {level}!",
            name=name,
            xp=award.gained,
            job=job,
            level=award.progress.level,
        )
    return translate("{name} gained {xp} {job} XP.", name=name, xp=award.gained, job=job)
