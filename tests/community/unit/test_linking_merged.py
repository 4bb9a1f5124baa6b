from collections import Counter
from datetime import UTC, date, datetime
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from community.catalog.models import Names
from community.deliveries.models import Deliveries
from community.deliveries.rules import merge_overflow
from community.inventory.models import STACK_LIMIT, Inventory, Quality, Slot
from community.jobs.models import JobProgress, Jobs
from community.jobs.rules import LEVEL_TOTALS
from community.players.merging import merged
from community.players.models import Link, Player
from community.progression.models import CommunityState
from community.stats.models import Streak

TODAY = date(2026, 3, 1)
YESTERDAY = date(2026, 2, 28)
MOMENT = datetime(2026, 3, 1, tzinfo=UTC)
NO_NAMES = Names({}, {})


def player(
    *,
    links: dict[str, str] | None = None,
    slots: tuple[Slot, ...] = (),
    jobs: dict[str, JobProgress] | None = None,
    levels: dict[str, int] | None = None,
) -> Player:
    player = Player(
        id=uuid4(),
        username="somebody",
        links={platform: Link(platform_id, "somebody") for platform, platform_id in (links or {}).items()},
        state=CommunityState(uuid4(), levels or {}, NO_NAMES),
        created_at=MOMENT,
        updated_at=MOMENT,
    )
    return player.having(Inventory(slots)).having(Jobs(jobs or {}))


def test_quantities_are_added_per_item_and_quality():
    keeper = player(slots=(Slot(1, 5), Slot(2, 1, Quality.RARE)))
    other = player(slots=(Slot(2, 2, Quality.RARE), Slot(2, 3), Slot(1, 7)))

    assert set(merged(keeper, other, MOMENT)[Inventory].slots) == {
        Slot(1, 12),
        Slot(2, 3, Quality.RARE),
        Slot(2, 3, Quality.COMMON),
    }


def test_what_does_not_fit_into_a_stack_waits_for_room():
    keeper = player(slots=(Slot(1, STACK_LIMIT - 1), Slot(2, 1)))
    other = player(slots=(Slot(1, 3), Slot(2, 1)))

    result = merged(keeper, other, MOMENT)

    assert result[Inventory].slots == (Slot(1, STACK_LIMIT), Slot(2, 2))
    [waiting] = result[Deliveries].sent
    assert (waiting.slots, waiting.overflow, waiting.due_at) == ((Slot(1, 2),), True, MOMENT)
    assert merge_overflow(result) == (Slot(1, 2),)


@pytest.mark.parametrize(
    ("one", "other", "both"),
    [
        ((1, 10), (4, 9), (5, 10)),  # they touch
        ((3, 10), (4, 9), (5, 10)),  # they overlap
        ((9, 10), (2, 8), (9, 10)),  # one lies within the other
        ((1, 10), (4, 8), (1, 10)),  # a day is missing
        ((2, 10), (2, 10), (2, 10)),
        ((2, 10), None, (2, 10)),
    ],
)
def test_streaks_are_joined_as_far_as_their_days_are_in_a_row(
    one: tuple[int, int], other: tuple[int, int] | None, both: tuple[int, int]
):
    def with_streak(streak: tuple[int, int] | None) -> Player:
        return player().having(Streak(streak[0], date(2026, 3, streak[1])) if streak else Streak())

    expected = Streak(both[0], date(2026, 3, both[1]))
    assert merged(with_streak(one), with_streak(other), MOMENT)[Streak] == expected
    assert merged(with_streak(other), with_streak(one), MOMENT)[Streak] == expected


inventories = st.dictionaries(
    st.tuples(st.integers(1, 5), st.sampled_from(Quality)), st.integers(1, STACK_LIMIT), max_size=12
).map(lambda stacks: tuple(Slot(item, quantity, quality) for (item, quality), quantity in stacks.items()))


@given(inventories, inventories)
def test_a_merge_mints_nothing_and_loses_nothing(mine: tuple[Slot, ...], theirs: tuple[Slot, ...]):
    expected: Counter[tuple[int, Quality]] = Counter()
    for slot in (*mine, *theirs):
        expected[slot.item_id, slot.quality] += slot.quantity

    result = merged(player(slots=mine), player(slots=theirs), MOMENT)

    found: Counter[tuple[int, Quality]] = Counter()
    for slot in (*result[Inventory].slots, *merge_overflow(result)):
        found[slot.item_id, slot.quality] += slot.quantity
    assert found == expected
    assert all(slot.quantity <= STACK_LIMIT for slot in result[Inventory].slots)


def test_free_platforms_are_filled_and_taken_ones_kept():
    keeper = player(links={"twitch": "1"})
    other = player(links={"twitch": "2", "discord": "3"})

    result = merged(keeper, other, MOMENT)

    assert {platform: link.platform_id for platform, link in result.links.items()} == {
        "twitch": "1",
        "discord": "3",
    }
    assert result.id == keeper.id


progress = st.builds(
    lambda xp, daily, day: JobProgress(xp, 0, daily, day),
    st.integers(0, 50_000),
    st.integers(0, 250),
    st.sampled_from([TODAY, YESTERDAY]),
)
job_books = st.dictionaries(st.sampled_from(["merchant", "explorer", "farmer"]), progress)


@given(job_books, job_books)
def test_experience_is_added_up_job_by_job(mine: dict[str, JobProgress], theirs: dict[str, JobProgress]):
    result = merged(player(jobs=mine), player(jobs=theirs), MOMENT)[Jobs].progress

    assert result.keys() == mine.keys() | theirs.keys()
    for key, job in result.items():
        assert job.xp == sum(book[key].xp for book in (mine, theirs) if key in book)


def test_the_level_is_what_the_sum_is_worth():
    keeper = player(jobs={"merchant": JobProgress(60, 0, 0, TODAY)})
    other = player(jobs={"merchant": JobProgress(50, 0, 0, TODAY)})

    assert merged(keeper, other, MOMENT)[Jobs].progress["merchant"].level == 1


@pytest.mark.parametrize(("levels", "cap"), [({}, 10), ({"upgrade_job_level_cap": 1}, 20)])
def test_the_level_stops_at_the_cap_of_the_community(levels: dict[str, int], cap: int):
    half = LEVEL_TOTALS[40]
    keeper = player(levels=levels, jobs={"merchant": JobProgress(half, 10, 0, TODAY)})
    other = player(levels=levels, jobs={"merchant": JobProgress(half, 10, 0, TODAY)})

    assert merged(keeper, other, MOMENT)[Jobs].progress["merchant"].level == cap


def test_a_cap_that_was_lowered_takes_no_level_away():
    keeper = player(jobs={"merchant": JobProgress(LEVEL_TOTALS[14], 15, 0, TODAY)})
    other = player(jobs={"merchant": JobProgress(1, 0, 0, TODAY)})

    assert merged(keeper, other, MOMENT)[Jobs].progress["merchant"].level == 15


@pytest.mark.parametrize(
    ("mine", "theirs", "expected"),
    [
        ((200, TODAY), (100, TODAY), (300, TODAY)),
        ((200, YESTERDAY), (100, TODAY), (100, TODAY)),
        ((200, TODAY), (100, YESTERDAY), (200, TODAY)),
    ],
)
def test_daily_experience_counts_for_one_game_day(
    mine: tuple[int, date], theirs: tuple[int, date], expected: tuple[int, date]
):
    keeper = player(jobs={"merchant": JobProgress(1000, 3, *mine)})
    other = player(jobs={"merchant": JobProgress(1000, 3, *theirs)})

    job = merged(keeper, other, MOMENT)[Jobs].progress["merchant"]

    assert (job.daily_xp, job.daily_xp_on) == expected
