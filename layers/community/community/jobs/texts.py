"""Messages about experience."""

from __future__ import annotations

from community.jobs.awards import XpResult


def awarded(result: XpResult, name: str) -> str:
    award = result.award
    text = f"{name} gained {award.gained} {result.job.display_name} XP"
    return text + (f" and reached level {award.progress.level}!" if award.leveled_up else ".")
