"""What feats are worth. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Final

from community.heroes.models import RewardedFeats
from community.jobs.content import jobs

MOST_A_DAY: Final = 100
"""Experience for feats, in all jobs together, before what multiplies it."""


def worth(feat: str) -> int:
    """Return the experience for a feat, in all jobs together; 0 for one that the content does not know."""
    return sum(job.feats.get(feat, 0) for job in jobs.by_key.values())


def due(feat: str, earlier: Iterable[str], rewarded: RewardedFeats, *, once: bool) -> list[str]:
    """Return the feats to reward now, the one that has just been achieved first.

    What was achieved before the account was linked, or beyond the day's limit, is rewarded with a later feat. One that
    does not count once is lost if the day has no room for it.

    Args:
        earlier: feats that count once, and were achieved before.
        once: whether the new one does.
    """
    candidates = [feat] if not once or feat not in rewarded.feats else []
    candidates += [each for each in earlier if each not in rewarded.feats and each != feat]
    found: list[str] = []
    left = MOST_A_DAY - rewarded.today
    for each in candidates:
        if 0 < worth(each) <= left:
            found.append(each)
            left -= worth(each)
    return found


def rewarded_of(rows: Iterable[tuple[str, date, int]], today: date) -> RewardedFeats:
    """Return what was rewarded, from rows of feat, day and the experience given on it."""
    known = list(rows)
    return RewardedFeats({feat: day for feat, day, _ in known}, sum(xp for _, day, xp in known if day == today))
