from datetime import UTC, date, datetime
from random import Random
from uuid import UUID

import pytest

from brandish.catalog.service import shipped_names
from brandish.jobs.models import JobProgress
from brandish.jobs.rules import LEVEL_TOTALS, DailyCapReached, award, game_day, level_for
from brandish.progression.models import FeatureLocked, World

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


class Dice(Random):
    """Always rolls the same."""

    def __init__(self, roll: float) -> None:
        super().__init__()
        self._roll = roll

    def random(self) -> float:
        return self._roll


UNLUCKY = Dice(0.5)


def world(**levels: int) -> World:
    return World(UUID(int=0), {"job_merchant": 1} | levels, shipped_names())


def work(
    progress: JobProgress | None,
    base: int,
    *,
    rng: Random = UNLUCKY,
    source: str = "item.sold",
    **levels: int,
):
    return award(progress, base, world(**levels), NOON, rng, job_key="merchant", source=source)


def had(xp: int, *, today: int = 0, level: int = 0, day: date = date(2026, 3, 1)) -> JobProgress:
    return JobProgress(xp, level, today, day)


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


def test_a_locked_job_earns_nothing():
    with pytest.raises(FeatureLocked):
        award(
            None,
            10,
            World(UUID(int=0), {}, shipped_names()),
            NOON,
            UNLUCKY,
            job_key="merchant",
            source="item.sold",
        )


def test_the_multiplier_is_applied_and_truncated():
    assert work(None, 15, upgrade_job_xp_multiplier=1).gained == 16  # 16.5


def test_a_roll_below_a_twentieth_doubles_after_the_multiplier():
    lucky = work(None, 15, rng=Dice(0.0499), upgrade_job_xp_multiplier=1)

    assert (lucky.gained, lucky.epiphany) == (32, True)
    assert not work(None, 15, rng=Dice(0.05)).epiphany


def test_epiphanies_come_to_a_twentieth_of_all_awards():
    rng = Random(2026)
    lucky = sum(work(None, 10, rng=rng).epiphany for _ in range(20_000))

    assert abs(lucky / 20_000 - 0.05) < 0.005  # three standard deviations


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


def test_what_ignores_the_cap_still_counts_into_the_day():
    result = work(had(250, today=250), 500, source="xp_item")

    assert (result.gained, result.progress.daily_xp) == (500, 750)


def test_the_game_day_begins_at_17_utc():
    assert game_day(datetime(2026, 3, 1, 16, 59, 59, tzinfo=UTC)) == date(2026, 3, 1)
    assert game_day(datetime(2026, 3, 1, 17, tzinfo=UTC)) == date(2026, 3, 2)
