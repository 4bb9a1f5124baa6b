"""Game time is computed from real time, and nothing that is due within it is skipped."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from doors.error_objects import code_of
from doors.errors import status_of
from worlds.time.models import DilationOutOfRange, GameSpan, PartOfDay, Season, TimeChange, WorldClock
from worlds.time.rules import (
    DAYS_PER_YEAR,
    HOUR,
    MINUTE,
    game_time,
    missed_updates,
    moment,
    moments_between,
    pause,
    resume,
    set_dilation,
    settle,
    ticks_between,
)

START = 1_800_000_000_000
"""The real time at which the worlds here begin."""
SECOND = 1_000
DAY = 24 * HOUR

DILATIONS = st.floats(0.1, 100)
TIMES = st.lists(st.integers(0, 10**12), min_size=3, max_size=3).map(sorted)


def clock(dilation: float = 1) -> WorldClock:
    return set_dilation(WorldClock(START), dilation, START)


def test_time_runs_ten_times_as_fast():
    """Source: worlds 14, acceptance 1."""
    later = START + 60 * SECOND

    assert game_time(clock(10), later) == 600 * SECOND
    assert len(ticks_between(START, later)) == 600


def test_ticks_have_numbers():
    """A summary names the first and the last. Source: worlds 14, Events."""
    ticks = ticks_between(250, 1_000)

    assert (ticks[0], ticks[-1], len(ticks)) == (3, 10, 8)
    assert len(ticks_between(1_001, 1_099)) == 0


@pytest.mark.parametrize(
    ("hour", "minute", "sun", "part"),
    [
        (0, 0, 0, PartOfDay.NIGHT),
        (6, 0, 0.25, PartOfDay.DAWN),
        (7, 12, 0.3, PartOfDay.MORNING),
        (12, 0, 0.5, PartOfDay.NOON),
        (13, 30, 0.5625, PartOfDay.AFTERNOON),
        (17, 0, 17 / 24, PartOfDay.DUSK),
        (18, 0, 0.75, PartOfDay.EVENING),
        (23, 0, 23 / 24, PartOfDay.NIGHT),
    ],
)
def test_parts_of_the_day(hour: int, minute: int, sun: float, part: PartOfDay):
    """Source: worlds 14, acceptance 2."""
    found = moment(5 * DAY + hour * HOUR + minute * MINUTE)

    assert (found.hour, found.minute, found.sun, found.part) == (hour, minute, sun, part)


def test_summer_begins_on_day_91_and_the_second_year_on_day_361():
    """Source: worlds 14, acceptance 3."""
    days = [moment((day - 1) * DAY) for day in (1, 90, 91, 360, 361)]

    assert [(day.year, day.day, day.day_of_year, day.season, day.season_progress) for day in days] == [
        (1, 1, 1, Season.SPRING, 0),
        (1, 90, 90, Season.SPRING, 89 / 90),
        (1, 91, 91, Season.SUMMER, 0),
        (1, 360, 360, Season.WINTER, 89 / 90),
        (2, 361, 1, Season.SPRING, 0),
    ]


def test_days_can_have_other_hours():
    found = moment(10 * HOUR + 7 * HOUR + 30 * MINUTE, hours_per_day=10)

    assert (found.day, found.hour, found.minute, found.sun, found.part) == (2, 7, 30, 0.75, PartOfDay.EVENING)


def test_a_pause_is_caught_up_with():
    """Source: worlds 14, acceptance 4."""
    paused_at = START + 42 * SECOND
    paused = pause(clock(10), paused_at)
    resumed_at = paused_at + 10 * MINUTE

    assert game_time(paused, resumed_at) == game_time(paused, paused_at) == 420 * SECOND
    resumed, missed = resume(paused, resumed_at)

    assert missed.end - missed.start == 100 * MINUTE
    assert game_time(resumed, resumed_at) == missed.end
    assert list(missed_updates(missed)) == [30 * MINUTE, 60 * MINUTE, 90 * MINUTE]
    assert not resumed.paused


def test_what_is_due_at_the_end_of_a_pause_is_done_once():
    missed = GameSpan(30 * MINUTE, 60 * MINUTE)

    assert list(missed_updates(missed)) == [60 * MINUTE]
    assert list(missed_updates(GameSpan(missed.end, missed.end))) == []
    assert list(missed_updates(missed, minutes=10)) == [40 * MINUTE, 50 * MINUTE, 60 * MINUTE]


def test_a_clock_is_paused_once_and_one_that_runs_owes_nothing():
    paused = pause(clock(), START + 5)

    assert pause(paused, START + 9) == paused
    assert resume(clock(), START + 5) == (clock(), GameSpan(5, 5))


def test_two_worlds_do_not_influence_each_other():
    """Source: worlds 14, acceptance 5."""
    slow, fast = clock(0.5), clock(20)

    paused = pause(fast, START + 1 * SECOND)

    later = START + 10 * SECOND
    assert (game_time(slow, later), game_time(fast, later), game_time(paused, later)) == (5_000, 200_000, 20_000)


@pytest.mark.parametrize("dilation", [0.0999, 100.001, 0, -1, float("nan"), float("inf")])
def test_a_dilation_out_of_range_is_refused(dilation: float):
    with pytest.raises(DilationOutOfRange) as refusal:
        clock(dilation)

    assert (status_of(refusal.value), code_of(refusal.value, "/api/game/worlds")) == (400, "INVALID_INPUT")


def test_changing_the_dilation_moves_the_anchor():
    """Source: worlds 28, the row about the tick."""
    changed = set_dilation(clock(10), 0.1, START + 60 * SECOND)

    assert game_time(changed, START + 60 * SECOND) == 600 * SECOND
    assert game_time(changed, START + 70 * SECOND) == 601 * SECOND


def test_a_dilation_that_is_changed_during_a_pause_holds_from_then_on():
    paused = set_dilation(pause(clock(10), START), 2, START + 60 * SECOND)

    assert game_time(paused, START + 90 * SECOND) == 0
    assert resume(paused, START + 90 * SECOND)[1] == GameSpan(0, 660 * SECOND)


def test_game_time_never_runs_backwards_for_a_machine_that_is_slow():
    settled = settle(clock(10), START + 100)

    assert game_time(settled, START + 90) == 1_000
    assert settle(settled, START + 90) == settled


@given(DILATIONS, TIMES, st.booleans())
def test_settling_twice_is_settling_once(dilation: float, times: list[int], paused: bool):
    """Source: worlds 28."""
    a, b, c = (START + time for time in times)
    begun = settle(clock(dilation), a)
    begun = pause(begun, a) if paused else begun

    assert settle(settle(begun, b), c) == settle(begun, c)
    assert game_time(settle(begun, b), c) == game_time(begun, c)


@given(DILATIONS, TIMES)
def test_a_pause_changes_nothing_in_the_end(dilation: float, times: list[int]):
    a, b, c = (START + time for time in times)

    resumed, missed = resume(pause(clock(dilation), a), b)

    assert resumed == clock(dilation)
    assert missed == (game_time(resumed, a), game_time(resumed, b))
    assert game_time(resumed, c) == game_time(clock(dilation), c)


@given(st.lists(st.integers(0, 80 * DAY), min_size=3, max_size=3).map(sorted), st.integers(1, 600))
def test_what_is_due_is_the_same_however_often_it_is_settled(times: list[int], minutes: int):
    start, middle, end = times
    parts, whole = (GameSpan(start, middle), GameSpan(middle, end)), GameSpan(start, end)

    due = [*missed_updates(whole, minutes)]

    assert [time for part in parts for time in missed_updates(part, minutes)] == due
    assert due == [time for time in range(0, end + 1, minutes * MINUTE) if time > start]
    assert [change for part in parts for change in moments_between(part)] == [*moments_between(whole)]
    assert len(ticks_between(start, middle)) + len(ticks_between(middle, end)) == len(ticks_between(start, end))


def test_changes_of_a_day_are_told_in_order():
    """Source: worlds 14."""
    told = list(moments_between(GameSpan(89 * DAY, 90 * DAY)))

    assert told[0] == TimeChange(89 * DAY + 6 * HOUR, PartOfDay.DAWN)
    assert [change.what for change in told] == [
        PartOfDay.DAWN,
        PartOfDay.MORNING,
        PartOfDay.NOON,
        PartOfDay.AFTERNOON,
        PartOfDay.DUSK,
        PartOfDay.EVENING,
        PartOfDay.NIGHT,
        Season.SUMMER,
    ]
    assert told[-1].game_ms == 90 * DAY


def test_a_year_is_computed_at_once_and_is_the_same_for_all_who_ask():
    """Source: worlds 14, acceptance 6."""
    year = GameSpan(0, DAYS_PER_YEAR * DAY)

    told = list(moments_between(year))

    assert told == list(moments_between(year))
    assert [(change.game_ms // DAY + 1, change.what) for change in told if change.what in set(Season)] == [
        (91, Season.SUMMER),
        (181, Season.AUTUMN),
        (271, Season.WINTER),
        (361, Season.SPRING),
    ]
    assert len(told) == 360 * 7 + 4
    assert len(missed_updates(year)) == 360 * 48


@given(st.integers(0, 800 * DAY), st.integers(1, 40))
def test_what_a_moment_is_changes_when_people_are_told_so(start: int, hours_per_day: int):
    told = moments_between(GameSpan(start, start + 3 * hours_per_day * HOUR), hours_per_day)

    for change in told:
        before, after = (moment(time, hours_per_day) for time in (change.game_ms - 1, change.game_ms))
        names = (after.part, after.season)
        assert change.what in names
        assert change.what not in (before.part, before.season)


@given(st.lists(st.integers(0, 400 * DAY), min_size=2).map(sorted))
def test_dates_follow_each_other(times: list[int]):
    for earlier, later in pairwise(times):
        assert moment(earlier)[:2] <= moment(later)[:2]
        assert moment(later).day == (moment(later).year - 1) * DAYS_PER_YEAR + moment(later).day_of_year
