"""Who may bet what, and who takes it all. Source: rules 11."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from random import Random
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from community.catalog.content import Item, items
from community.catalog.models import ItemNotFound
from community.gambles.models import Bet, BetQuantity, BetsRequired, NotALootbox
from community.gambles.rules import MAX_BOXES, Settlement, find_boxes, open_stake, settle, take_stake, validate_bets
from community.inventory.models import Inventory, NotEnoughItems, NotInInventory, Quality, Slot
from community.lootboxes.models import Drop
from community.lootboxes.rules import open_boxes
from community.progression.models import CommunityState
from kernel.errors import DomainError
from kernel.quantities import ALL, Wanted
from tests.support.catalog import shipped_names

CRATE, LOOTBOX, STRONGBOX, SPADE = (
    items.by_name[name] for name in ("lootbox_tier0", "lootbox_tier1", "lootbox_tier2", "item_spade")
)
MONEY = items.money
EMPTY = Inventory()
ANN, BEN, CLEO, DAN = (UUID(int=number) for number in range(1, 5))


def state(**levels: int) -> CommunityState:
    return CommunityState(UUID(int=0), levels, shipped_names())


def money(value: int) -> tuple[Drop, ...]:
    return (Drop(MONEY, value, Quality.COMMON, value),) if value else ()


def settled(scores: Mapping[UUID, int], seed: int = 1) -> Settlement:
    return settle({user_id: money(score) for user_id, score in scores.items()}, Random(seed))


def bets(wished: list[tuple[str, Wanted]], held: Inventory = EMPTY) -> tuple[Bet, ...]:
    return validate_bets(find_boxes(wished), held)


def test_boxes_are_found_by_either_of_their_names():
    assert bets([("crate", 2), ("lootbox_tier1", 3)]) == (Bet(CRATE, 2), Bet(LOOTBOX, 3))
    assert bets([("CRATE", MAX_BOXES)]) == (Bet(CRATE, MAX_BOXES),)


def test_a_share_is_one_of_the_boxes_that_are_held():
    held = Inventory((Slot(CRATE.item_id, 7), Slot(CRATE.item_id, 2, Quality.RARE)))

    assert bets([("crate", ALL)], held) == (Bet(CRATE, 9),)
    with pytest.raises(BetQuantity):
        bets([("crate", ALL)], Inventory((Slot(CRATE.item_id, MAX_BOXES + 1),)))


@pytest.mark.parametrize(
    ("wished", "refusal"),
    [
        ([], BetsRequired),
        ([("unicorn", 1)], ItemNotFound),
        ([("spade", 1)], NotALootbox),
        ([("crate", 1), ("money", 1)], NotALootbox),
        ([("crate", 0)], BetQuantity),
        ([("crate", -1), ("lootbox", 2)], BetQuantity),
        ([("crate", 10_001)], BetQuantity),
        ([("crate", 10**30)], BetQuantity),
        ([("crate", 5_000), ("lootbox", 5_001)], BetQuantity),
    ],
)
def test_what_is_no_bet(wished: list[tuple[str, Wanted]], refusal: type[DomainError]):
    with pytest.raises(refusal):
        bets(wished)


def test_a_stake_takes_the_lowest_quality_first_and_keeps_every_quality():
    held = Inventory(
        (
            Slot(CRATE.item_id, 2, Quality.COMMON),
            Slot(CRATE.item_id, 5, Quality.EPIC),
            Slot(CRATE.item_id, 4, Quality.JUNK),
            Slot(LOOTBOX.item_id, 1, Quality.CURSED),
        )
    )

    left, stake = take_stake(held, [Bet(CRATE, 3), Bet(LOOTBOX, 1), Bet(CRATE, 4)])

    assert stake == (
        Slot(CRATE.item_id, 4, Quality.JUNK),
        Slot(CRATE.item_id, 2, Quality.COMMON),
        Slot(CRATE.item_id, 1, Quality.EPIC),
        Slot(LOOTBOX.item_id, 1, Quality.CURSED),
    )
    assert left.slots == (Slot(CRATE.item_id, 4, Quality.EPIC),)


def test_a_stake_of_one_quality_leaves_the_others():
    held = Inventory((Slot(CRATE.item_id, 2), Slot(CRATE.item_id, 2, Quality.RARE)))

    left, stake = take_stake(held, [Bet(CRATE, 2)], Quality.RARE)

    assert (left.slots, stake) == ((Slot(CRATE.item_id, 2),), (Slot(CRATE.item_id, 2, Quality.RARE),))
    with pytest.raises(NotEnoughItems):
        take_stake(held, [Bet(CRATE, 3)], Quality.RARE)


@pytest.mark.parametrize(
    ("bets", "refusal"),
    [
        ([Bet(LOOTBOX, 1)], NotInInventory),
        ([Bet(CRATE, 8)], NotEnoughItems),  # there are seven, in two stacks
        ([Bet(CRATE, 5), Bet(CRATE, 3)], NotEnoughItems),
    ],
)
def test_half_a_bet_is_none(bets: list[Bet], refusal: type[DomainError]):
    held = Inventory((Slot(CRATE.item_id, 5), Slot(CRATE.item_id, 2, Quality.RARE)))

    with pytest.raises(refusal):
        take_stake(held, bets)


def test_the_highest_score_takes_everything():
    result = settled({ANN: 10, BEN: 300, CLEO: 200})

    assert (result.winner_id, result.total) == (BEN, 510)
    assert result.prize == (Slot(MONEY.item_id, 510, Quality.COMMON),)
    assert result.tie_losers == frozenset()


def test_a_prize_keeps_every_quality_apart():
    """Defect 4: prizes came out COMMON."""
    openings = {
        ANN: (Drop(SPADE, 2, Quality.EPIC, 300), Drop(MONEY, 10, Quality.COMMON, 10)),
        BEN: (Drop(SPADE, 1, Quality.CURSED, 40), Drop(MONEY, 5, Quality.COMMON, 5)),
        CLEO: (Drop(SPADE, 3, Quality.EPIC, 450),),
    }

    result = settle(openings, Random(1))

    assert result.winner_id == CLEO
    assert result.prize == (
        Slot(SPADE.item_id, 5, Quality.EPIC),
        Slot(MONEY.item_id, 15, Quality.COMMON),
        Slot(SPADE.item_id, 1, Quality.CURSED),
    )


@pytest.mark.parametrize(
    ("highest", "score", "near"),
    [
        (1000, 950, True),
        (1000, 949, False),
        (1000, 999, True),
        (99, 94, True),  # 95 % are 94.05, truncated
        (99, 93, False),
        (19, 18, True),  # 18.05
        (19, 17, False),
        (1, 0, True),  # 0.95
        (2, 1, True),  # 1.9
        (2, 0, False),
    ],
)
def test_95_percent_of_the_best_are_a_near_miss(highest: int, score: int, near: bool):
    assert settled({ANN: highest, BEN: score}).near_misses == ({BEN} if near else set())


def test_whoever_is_as_good_as_the_best_has_lost_a_tie_and_missed_nothing():
    result = settled({ANN: 100, BEN: 100, CLEO: 97})

    assert result.tie_losers == {ANN, BEN} - {result.winner_id}
    assert result.near_misses == {CLEO}


@pytest.mark.parametrize(
    ("scores", "fails"),
    [
        ((100, 100, 100, 15), {DAN}),  # a fifth of 315 / 4 is 15.75
        ((100, 100, 100, 16), set()),
        ((95, 0, 5, 0), {BEN, CLEO, DAN}),  # 5 and not less
        ((94, 0, 6, 0), {BEN, DAN}),
        ((3, 0, 0, 0), {BEN, CLEO, DAN}),  # 0.15, truncated
        ((0, 0, 0, 0), set()),
    ],
)
def test_a_fifth_of_the_average_is_a_critical_fail(scores: tuple[int, ...], fails: set[UUID]):
    result = settled(dict(zip((ANN, BEN, CLEO, DAN), scores, strict=True)))

    assert result.critical_fails == fails


def test_alone_nobody_fails():
    assert settled({ANN: 7}).critical_fails == frozenset()


def test_whoever_finds_nothing_scores_nothing_and_is_ranked_all_the_same():
    result = settled({ANN: 0, BEN: 3})

    assert result.scores == {ANN: 0, BEN: 3}
    assert result.critical_fails == {ANN}


def test_if_all_boxes_are_empty_the_dice_choose():
    winners = {settled({ANN: 0, BEN: 0}, seed).winner_id for seed in range(50)}

    result = settled({ANN: 0, BEN: 0})
    assert winners == {ANN, BEN}
    assert (result.total, result.prize, result.near_misses, len(result.tie_losers)) == (0, (), frozenset(), 1)


def test_a_tie_is_anybodys():
    rng, rounds = Random(11), 9_000
    scores = {DAN: 50, BEN: 50, ANN: 49, CLEO: 50}
    openings = {user_id: money(score) for user_id, score in scores.items()}

    wins = Counter(settle(openings, rng).winner_id for _ in range(rounds))

    assert wins.keys() == {BEN, CLEO, DAN}
    for count in wins.values():
        assert abs(count - rounds / 3) < 200  # 4.5 standard deviations


def test_the_order_of_joining_decides_no_tie():
    forwards, backwards = (
        [settled(scores, seed).winner_id for seed in range(40)]
        for scores in ({ANN: 5, BEN: 5, CLEO: 5}, {CLEO: 5, BEN: 5, ANN: 5})
    )

    assert forwards == backwards


@pytest.mark.parametrize("quality", Quality)
def test_a_gamble_opens_boxes_as_anybody_does(quality: Quality):
    stake = (Slot(LOOTBOX.item_id, 40, quality), Slot(STRONGBOX.item_id, 40))

    rng = Random(5)
    expected = [drop for box in stake for drop in open_boxes(items.by_id[box.item_id], 40, box.quality, state(), rng)]

    assert list(open_stake(stake, state(), Random(5))) == expected
    assert len(expected) >= 4


@pytest.mark.parametrize(("level", "percent"), [(1, 105), (3, 115), (5, 125)])
def test_the_communitys_bonus_lifts_every_drop_truncated(level: int, percent: int):
    stake = (Slot(LOOTBOX.item_id, 7, Quality.RARE), Slot(CRATE.item_id, 3, Quality.JUNK))
    plain = open_stake(stake, state(), Random(3))
    lifted = open_stake(stake, state(upgrade_gamble_win_bonus=level), Random(3))

    assert [drop.value for drop in lifted] == [drop.value * percent // 100 for drop in plain]
    assert [(drop.item, drop.quantity, drop.quality) for drop in lifted] == [
        (drop.item, drop.quantity, drop.quality) for drop in plain
    ]


def test_a_legendary_drop_counts_double_and_not_four_times():
    stake = (Slot(LOOTBOX.item_id, 100, Quality.LEGENDARY),)
    drops = [
        drop
        for seed in range(200)
        for drop in open_stake(stake, state(), Random(seed))
        if drop.quality is Quality.LEGENDARY
    ]

    assert drops
    assert all(drop.value == 2 * drop.item.base_value * drop.quantity for drop in drops)


DROPS = st.builds(
    Drop,
    st.sampled_from([MONEY, SPADE, CRATE]),
    st.integers(1, 5_000),
    st.sampled_from(Quality),
    st.integers(0, 1_000_000),
)
OPENINGS = st.dictionaries(st.uuids(), st.lists(DROPS, max_size=5).map(tuple), min_size=1, max_size=12)


@given(OPENINGS, st.integers())
def test_everything_goes_to_one_winner_and_nothing_else_does(openings: dict[UUID, tuple[Drop, ...]], seed: int):
    result = settle(openings, Random(seed))

    everything: Counter[tuple[int, Quality]] = Counter()
    for drop in (drop for drops in openings.values() for drop in drops):
        everything[drop.item.item_id, drop.quality] += drop.quantity
    assert {(slot.item_id, slot.quality): slot.quantity for slot in result.prize} == everything
    assert len(result.prize) == len(everything)
    assert result.scores.keys() == openings.keys()
    assert result.total == sum(drop.value for drops in openings.values() for drop in drops)
    assert result.scores[result.winner_id] == max(result.scores.values())
    assert result.winner_id not in result.near_misses | result.critical_fails | result.tie_losers
    assert not result.near_misses & result.tie_losers


HOLDINGS = st.lists(
    st.tuples(st.sampled_from([CRATE, LOOTBOX]), st.integers(1, 20), st.sampled_from(Quality)), max_size=6
)
BETS = st.lists(st.builds(Bet, st.sampled_from([CRATE, LOOTBOX]), st.integers(1, 10)), min_size=1, max_size=4)


@given(HOLDINGS, BETS)
def test_what_is_staked_and_what_is_left_is_what_there_was(holdings: list[tuple[Item, int, Quality]], bets: list[Bet]):
    held = Inventory()
    for item, quantity, quality in holdings:
        held = held.give(item.item_id, quantity, quality)
    wanted: Counter[int] = Counter()
    for bet in bets:
        wanted[bet.item.item_id] += bet.quantity
    if any(held.count(item_id) < quantity for item_id, quantity in wanted.items()):
        with pytest.raises((NotEnoughItems, NotInInventory)):
            take_stake(held, bets)
        return

    left, stake = take_stake(held, bets)

    assert {item_id: sum(slot.quantity for slot in stake if slot.item_id == item_id) for item_id in wanted} == wanted
    assert set(left.give_all(stake).slots) == set(held.slots)
