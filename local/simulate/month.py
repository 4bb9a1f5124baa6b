"""A month of one community, and what it shows."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from random import Random
from typing import Final

from community.progression import pacing
from local.simulate.chat import DAYS, EVENING_MINUTES, OFF_DAYS, PLAYING, evening, invite
from local.simulate.play import PlayedCommunity

START: Final = datetime(2026, 6, 1, tzinfo=UTC)  # a Monday
EVENING: Final = timedelta(hours=18)


@dataclass(frozen=True, slots=True)
class Month:
    """What a simulated month shows.

    Attributes:
        unlocks: when something was unlocked, in evenings since the first; parts of an evening count.
        points, money: totals after each evening.
        pace: the last one.
        active: different players in the last measured week.
        richest: the share of all money that the richest hundredth of the players has, at least one player.
    """

    viewers: int
    unlocks: tuple[float, ...]
    points: tuple[int, ...]
    money: tuple[int, ...]
    pace: float
    active: int
    richest: float

    @property
    def evenings(self) -> int:
        return len(self.points)


def intervals(months: Iterable[Month]) -> list[float]:
    """Return the evenings from each unlock to the next, in all months; the first counts from the beginning."""
    return [
        later - earlier
        for month in months
        for earlier, later in zip((0.0, *month.unlocks), month.unlocks, strict=False)
    ]


def expected_pace(viewers: int) -> Decimal:
    """Return the pace that an administrator who knows their chat fixes for the first week."""
    return Decimal(str(round(float(pacing.pace_of(viewers)), 2)))


def simulate(viewers: int, seed: int, *, days: int = DAYS, playing: float = PLAYING, known: bool = True) -> Month:
    """Simulate a community's first days.

    Args:
        playing: share of the regulars who use the game's commands.
        known: whether an administrator fixes the pace for the first week, because it is not measured yet.
    """
    rng = Random(f"{seed} {viewers}")
    crowd = invite(viewers, playing, rng)
    community = PlayedCommunity(rng, START, expected_pace(viewers) if known else None)
    unlocks: list[float] = []
    points: list[int] = []
    money: list[int] = []
    for day in range(days):
        community.now = START + timedelta(days=day)
        community.measure()
        if pacing.is_measured(community.pacing):
            community.fix_pace(None)
        if community.now.weekday() in OFF_DAYS:
            continue
        begin = community.now + EVENING
        for minute, viewer, action in evening(crowd, rng):
            before = community.unlocked
            if community.do(viewer, action, begin + timedelta(minutes=minute)):
                unlocks += [len(points) + minute / EVENING_MINUTES] * (community.unlocked - before)
        points.append(community.points)
        money.append(community.money)
    fortunes = sorted((community.money_of(played) for played in community.players.values()), reverse=True)
    richest = sum(fortunes[: max(1, len(fortunes) // 100)])
    return Month(
        viewers,
        tuple(unlocks),
        tuple(points),
        tuple(money),
        float(pacing.pace(community.pacing)),
        community.pacing.active_players,
        richest / sum(fortunes) if sum(fortunes) else 0.0,
    )
