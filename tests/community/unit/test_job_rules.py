from datetime import UTC, date, datetime, timedelta
from random import Random
from uuid import UUID

import pytest

from community.jobs.content import jobs
from community.jobs.days import day_start, game_day, next_day_start
from community.jobs.models import JobProgress, UnknownJob
from community.jobs.rules import (
    LEVEL_TOTALS,
    DailyCapReached,
    award,
    find_job,
    level_cap,
    level_for,
    primary,
    standing,
)
from community.progression.content import tree
from community.progression.models import CommunityState, FeatureLocked
from tests.support.catalog import shipped_names
from tests.support.dice import Dice

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


UNLUCKY = Dice(0.5)


def state(**levels: int) -> CommunityState:
    return CommunityState(UUID(int=0), {"job_merchant": 1} | levels, shipped_names())


def work(
    progress: JobProgress | None,
    base: int,
    *,
    rng: Random = UNLUCKY,
    source: str = "item.sold",
    **levels: int,
):
    return award(progress, base, state(**levels), NOON, rng, job_key="merchant", source=source)


def had(xp: int, *, today: int = 0, level: int = 0, day: date = date(2026, 3, 1)) -> JobProgress:
    return JobProgress(xp, level, today, day)


def test_the_steps_of_the_first_ten_levels():
    steps = [total - before for total, before in zip(LEVEL_TOTALS, (0, *LEVEL_TOTALS), strict=False)]

    assert steps[:10] == [100, 229, 373, 527, 689, 858, 1033, 1212, 1396, 1584]
    assert len(steps) == 100


def test_the_totals_of_the_first_ten_levels():
    assert LEVEL_TOTALS[:10] == (100, 329, 702, 1229, 1918, 2776, 3809, 5021, 6417, 8001)


@pytest.mark.parametrize(("xp", "level"), [(0, 0), (99, 0), (100, 1), (328, 1), (329, 2), (8000, 9), (8001, 10)])
def test_a_level_is_reached_at_its_total(xp: int, level: int):
    assert level_for(xp, cap=10) == level


def test_the_level_stops_at_the_cap_while_xp_grows_on():
    result = work(had(10_000, level=10), 100)

    assert (result.progress.xp, result.progress.level) == (10_100, 10)


def test_each_level_of_the_upgrade_lifts_the_cap_by_ten():
    assert work(had(50_000, level=10), 100, upgrade_job_level_cap=1).progress.level == 20
    assert work(had(10**9), 100, upgrade_job_level_cap=3).progress.level == 40


def test_the_cap_grows_by_ten_with_every_level_of_the_upgrade():
    upgrade = tree.nodes["upgrade_job_level_cap"]

    caps = [level_cap(state(upgrade_job_level_cap=level)) for level in range(1, upgrade.max_level + 1)]

    assert level_cap(state()) == 10
    assert caps == [10 + 10 * level for level in range(1, upgrade.max_level + 1)]


def test_a_level_once_reached_stays_when_the_cap_is_lowered():
    assert work(had(50_000, level=20), 100).progress.level == 20


def test_a_locked_job_earns_nothing():
    with pytest.raises(FeatureLocked):
        award(
            None,
            10,
            CommunityState(UUID(int=0), {}, shipped_names()),
            NOON,
            UNLUCKY,
            job_key="merchant",
            source="item.sold",
        )


def test_the_multiplier_is_applied_and_truncated():
    assert work(None, 15, upgrade_job_xp_multiplier=1).gained == 16  # 16.5


def test_a_roll_below_a_twentieth_doubles_after_the_multiplier():
    lucky = work(None, 15, rng=Dice(0.0499), upgrade_job_xp_multiplier=1)

    assert (lucky.gained, lucky.bonus) == (32, 16)
    assert work(None, 15, rng=Dice(0.05)).bonus == 0


def test_epiphanies_come_to_a_twentieth_of_all_awards():
    draws, rng = 20_000, Random(2026)
    lucky = sum(work(None, 10, rng=rng).bonus > 0 for _ in range(draws))

    four_deviations = 4 * (0.05 * 0.95 * draws) ** 0.5
    assert abs(lucky - 0.05 * draws) < four_deviations


def test_the_cap_comes_after_the_luck():
    lucky = work(had(220, today=220), 20, rng=Dice(0))

    assert (lucky.gained, lucky.bonus, lucky.progress.daily_xp) == (30, 20, 250)


def test_the_day_is_full_at_250_to_the_point():
    assert work(had(240, today=240), 20).gained == 10
    with pytest.raises(DailyCapReached):
        work(had(250, today=250), 1)


def test_yesterdays_xp_does_not_count_against_today():
    result = work(had(250, today=250, day=date(2026, 2, 28)), 20)

    assert (result.gained, result.progress.daily_xp, result.progress.daily_xp_on) == (
        20,
        20,
        date(2026, 3, 1),
    )


@pytest.mark.parametrize("source", ["xp_item", "harvest"])
def test_what_ignores_the_cap_still_counts_into_the_day(source: str):
    result = work(had(200, today=200), 500, source=source)

    assert (result.gained, result.progress.daily_xp) == (500, 700)
    with pytest.raises(DailyCapReached):
        work(result.progress, 1)


def test_the_game_day_begins_at_17_utc():
    assert game_day(datetime(2026, 3, 1, 16, 59, 59, tzinfo=UTC)) == date(2026, 3, 1)
    assert game_day(datetime(2026, 3, 1, 17, tzinfo=UTC)) == date(2026, 3, 2)
    assert game_day(datetime(2026, 12, 31, 17, tzinfo=UTC)) == date(2027, 1, 1)


@pytest.mark.parametrize(
    ("now", "start"),
    [
        ("2026-03-01T16:59:59.999999Z", "2026-02-28T17:00:00Z"),
        ("2026-03-01T17:00:00Z", "2026-03-01T17:00:00Z"),
        ("2026-03-02T03:00:00Z", "2026-03-01T17:00:00Z"),
    ],
)
def test_a_game_day_is_from_17_utc_to_17_utc(now: str, start: str):
    moment, began = datetime.fromisoformat(now), datetime.fromisoformat(start)

    assert day_start(moment) == began
    assert next_day_start(moment) == began + timedelta(days=1)
    assert (game_day(day_start(moment)), day_start(moment).utcoffset()) == (game_day(moment), timedelta(0))


def test_a_job_is_found_by_its_key_and_by_its_nodes():
    assert find_job("merchant") is find_job("job_merchant") is find_job(" MERCHANT") is jobs.by_key["merchant"]
    for unknown in ("", "job_", "thief", "job_job_merchant"):
        with pytest.raises(UnknownJob):
            find_job(unknown)


def test_every_job_has_a_node_of_its_name():
    assert {job.node_key for job in jobs.by_key.values()} == {f"job_{key}" for key in jobs.by_key}
    assert all(job.node_key in tree.nodes for job in jobs.by_key.values())


@pytest.mark.parametrize(
    ("progress", "level", "missing", "level_xp", "requirement"),
    [
        (None, 0, 100, 0, 100),
        (had(99), 0, 1, 99, 100),
        (had(100, level=1), 1, 229, 0, 229),
        (had(101, level=1), 1, 228, 1, 229),
        (had(8000, level=9), 9, 1, 1583, 1584),
        (had(8001, level=10), 10, 0, 0, 0),
        (had(50_000, level=10), 10, 0, 41_999, 0),
        (had(200_000, level=30), 30, 0, 200_000 - LEVEL_TOTALS[29], 0),
    ],
)
def test_a_standing_says_what_is_missing_for_the_next_level(
    progress: JobProgress | None, level: int, missing: int, level_xp: int, requirement: int
):
    found = standing(jobs.by_key["merchant"], progress, state())

    assert (found.level, found.xp_to_next, found.max_level) == (level, missing, 10)
    assert (found.level_xp, found.level_requirement) == (level_xp, requirement)


def test_under_a_lifted_cap_the_next_xp_brings_the_level():
    found = standing(jobs.by_key["merchant"], had(50_000, level=10), state(upgrade_job_level_cap=1))

    assert (found.level, found.xp_to_next, found.max_level) == (10, 0, 20)
    assert found.level_xp == found.level_requirement == LEVEL_TOTALS[10] - LEVEL_TOTALS[9]


def test_the_primary_job_has_the_highest_level_then_the_most_xp():
    def stands(job: str, xp: int, level: int):
        return standing(jobs.by_key[job], had(xp, level=level), state())

    beginner, richer, highest = stands("explorer", 200, 1), stands("gambler", 300, 1), stands("merchant", 150, 2)

    assert primary([beginner, richer, highest]) is highest
    assert primary([beginner, richer]) is richer
    assert primary([]) is None
    assert primary([standing(jobs.by_key["explorer"], None, state())]) is None


@pytest.mark.parametrize(
    ("job", "bonus_type", "values"),
    [
        ("explorer", "bonus_money_chance", {0: 0, 1: 0.25, 9: 0.25, 10: 0.35, 19: 0.35, 20: 0.45, 40: 0.45}),
        ("gambler", "prize_increase", {0: 0, 1: 0.01, 9: 0.01, 10: 0.1, 24: 0.1, 25: 0.25, 40: 0.25}),
        ("merchant", "price_adjustment", {0: 0, 1: 0.005, 10: 0.05, 40: 0.2}),
        ("scholar", "engagement_bonus", {0: 0, 1: 0.1, 10: 1, 40: 4}),
        ("blacksmith", "engagement_bonus", {0: 0, 40: 0}),
        ("merchant", "prize_increase", {0: 0, 40: 0}),
    ],
)
def test_what_a_level_is_worth(job: str, bonus_type: str, values: dict[int, float]):
    assert {level: float(jobs.by_key[job].bonus(bonus_type, level)) for level in values} == values
