"""What feats are worth, and how heroes are seen. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any, Final

from community.heroes.models import RewardedFeats, Sighting
from community.jobs.content import jobs

MOST_A_DAY: Final = 100
"""Experience for feats, in all jobs together, before what multiplies it."""
MOST_LINES: Final = 6
"""Lines of what a hero has read that are shown."""


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


def rewarded_of(rows: Iterable[tuple[str, date, int]], of_account: Iterable[str], today: date) -> RewardedFeats:
    """Return what was rewarded.

    Args:
        rows: of the player: feat, day and the experience given on it.
        of_account: the feats for which their account has earned a player something, which may have been another one.
    """
    known = list(rows)
    feats = frozenset([*of_account, *(feat for feat, _, _ in known)])
    return RewardedFeats(feats, sum(xp for _, day, xp in known if day == today))


def sighted(before: Sighting | None, told: Mapping[str, Any]) -> Sighting:
    """Return how a hero is seen after an event. What it leaves out stays as it was, in the same world."""
    same = before if before and (before.hero, before.world) == (told["hero"], told["world"]) else None

    def either(key: str, otherwise: Any) -> Any:
        known = told[key] if told[key] is not None else same and getattr(same, key)
        return otherwise if known is None else known

    return Sighting(
        hero=told["hero"],
        hp=told["hp"],
        most_hp=told["most_hp"],
        world=told["world"],
        world_id=told["world_id"],
        map_x=told["map_x"],
        map_y=told["map_y"],
        place=either("place", ""),
        people=tuple(either("people", ())),
        creatures=tuple(either("creatures", ())),
        players=either("players", 0),
        lines=(*(same.lines if same else ()), *told["lines"])[-MOST_LINES:],
    )
