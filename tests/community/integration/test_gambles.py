"""From the first bet to the last box. Source: rules 11."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from random import Random
from typing import LiteralString
from uuid import UUID, uuid4

import pytest

from community.catalog.content import items
from community.engagement import queries as engagement
from community.gambles import retention, rules
from community.gambles import service as gambles
from community.gambles.clock import DUE, execute_due
from community.gambles.execution import execute
from community.gambles.models import (
    AlreadyJoined,
    BetsRequired,
    Gamble,
    GambleActive,
    GambleFull,
    GambleNotFound,
    GambleNotJoining,
    GambleTooLate,
    NoSuchGamble,
)
from community.gambles.service import join_gamble, start_gamble
from community.gambles.settings import settings
from community.inventory.models import STACK_LIMIT, Inventory, NotEnoughItems, NotInInventory, Quality, Slot
from community.players import service as players
from community.players.merging import merge
from community.players.models import PlayerRef, UnknownPlayer
from community.progression.models import FeatureLocked
from kernel.database import Connection, Tx, transaction
from kernel.errors import DomainError
from tests.support.factories import announced, holdings, make_player, stored, unlock, xp

CRATE = items.by_name["lootbox_tier0"].item_id
LOOTBOX = items.by_name["lootbox_tier1"].item_id
FIVE = [("crate", 5)]
WINDOW = timedelta(seconds=settings.gamble_join_seconds)
SECOND = timedelta(seconds=1)


@pytest.fixture
def town(tx: Tx) -> Tx:
    unlock(tx, "feature_gamble", "job_gambler")
    return tx


def gambler(tx: Tx, name: str, boxes: int = 5, quality: Quality = Quality.COMMON) -> PlayerRef:
    return make_player(tx, name, items={"lootbox_tier0": boxes}, quality=quality)


def until_the_deadline(tx: Tx) -> None:
    tx.now += WINDOW


def all_slots(tx: Tx, *refs: PlayerRef) -> Counter[tuple[int, Quality]]:
    """What these players hold together, {(item, quality): quantity}."""
    held: Counter[tuple[int, Quality]] = Counter()
    for ref in refs:
        for slot in stored(tx, ref)[Inventory].slots:
            held[slot.item_id, slot.quality] += slot.quantity
    return held


def opened_items(tx: Tx) -> Counter[tuple[int, Quality]]:
    rows = tx.execute("SELECT item_id, quantity, quality_level FROM gamble_opened_items").fetchall()
    found: Counter[tuple[int, Quality]] = Counter()
    for row in rows:
        found[row["item_id"], Quality(row["quality_level"])] += row["quantity"]
    return found


def stats(tx: Tx) -> Counter[str]:
    rows = tx.execute("SELECT event_type FROM stats_inbox WHERE event_type LIKE 'gamble%%'").fetchall()
    return Counter(row["event_type"] for row in rows)


def read(tx: Tx, gamble: Gamble) -> Gamble:
    return gambles.read_gamble(tx, gamble.gamble_id)


# Starting


def test_starting_stakes_the_boxes_and_tells_everybody(town: Tx):
    alice = make_player(town, items={"lootbox_tier0": 8, "lootbox_tier1": 2}, quality=Quality.EPIC)

    gamble = start_gamble(town, alice, [("crate", 5), ("lootbox_tier1", 2)])

    assert holdings(town, alice) == {"lootbox_tier0": 3}
    assert gamble == read(town, gamble) == gambles.active_gamble(town)
    assert gamble.join_deadline - gamble.created_at == WINDOW == timedelta(minutes=2)
    (participant,) = gamble.participants
    assert (participant.user_id, participant.username) == (stored(town, alice).id, "alice")
    assert participant.stake == (Slot(CRATE, 5, Quality.EPIC), Slot(LOOTBOX, 2, Quality.EPIC))
    (event,) = announced(town, "gamble.started")
    assert event["id"] == str(gamble.gamble_id)
    assert event["initiator_id"] == str(participant.user_id)
    assert (event["initiator_username"], event["platform"], event["state"]) == ("alice", "twitch", "Joining")
    assert event["bets"] == [
        {"item_name": "lootbox_tier0", "quantity": 5},
        {"item_name": "lootbox_tier1", "quantity": 2},
    ]
    assert event.keys() >= {"created_at", "join_deadline"}
    row = town.execute("SELECT user_id FROM events WHERE event_type = 'gamble.started'").fetchone()
    assert row == {"user_id": participant.user_id}


def engagements(tx: Tx, ref: PlayerRef) -> dict[str, int]:
    row = tx.execute(
        "SELECT (" + engagement.TOTALS_OF_PLAYER + ") AS totals FROM users u WHERE user_id = %s", (stored(tx, ref).id,)
    ).fetchone()
    assert row is not None
    return row["totals"] or {}


def test_courage_is_worth_experience_and_engagement(town: Tx):
    town.rng.seed(4)  # no epiphany
    alice, bob = gambler(town, "alice"), gambler(town, "bob", 20)

    gamble = start_gamble(town, alice, [("crate", 3)])
    join_gamble(town, bob, gamble.gamble_id)

    assert (xp(town, alice, "gambler"), xp(town, bob, "gambler")) == (60, 60)
    assert engagements(town, alice) == {"gamble_started": 3}
    assert engagements(town, bob) == {"gamble_joined": 2}
    (event,) = announced(town, "gamble.joined")
    assert (event["gamble_id"], event["username"], event["boxes"]) == (str(gamble.gamble_id), "bob", 3)


def test_a_locked_job_earns_nothing_and_hinders_nobody(tx: Tx):
    unlock(tx, "feature_gamble")
    alice = gambler(tx, "alice")

    start_gamble(tx, alice, FIVE)

    assert xp(tx, alice, "gambler") == 0
    assert len(announced(tx, "gamble.started")) == 1


def test_one_gamble_at_a_time(town: Tx):
    alice, bob = gambler(town, "alice", 10), gambler(town, "bob")
    start_gamble(town, alice, FIVE)

    for again in (alice, bob):
        with pytest.raises(GambleActive):
            start_gamble(town, again, FIVE)
    assert (holdings(town, alice), holdings(town, bob)) == ({"lootbox_tier0": 5}, {"lootbox_tier0": 5})

    until_the_deadline(town)
    with pytest.raises(GambleActive):
        start_gamble(town, bob, FIVE)  # it is still to be played
    execute(town)
    start_gamble(town, bob, FIVE)


@pytest.mark.parametrize(
    ("wished", "refusal"),
    [([], BetsRequired), ([("lootbox", 1)], NotInInventory), ([("crate", 6)], NotEnoughItems)],
)
def test_what_cannot_be_staked_starts_nothing(town: Tx, wished: list[tuple[str, int]], refusal: type[DomainError]):
    alice = gambler(town, "alice")

    with pytest.raises(refusal):
        start_gamble(town, alice, wished)

    assert gambles.active_gamble(town) is None
    assert holdings(town, alice) == {"lootbox_tier0": 5}


def test_a_stranger_has_nothing_to_bet(town: Tx):
    nobody = PlayerRef("twitch", "nobody", "nobody")
    with pytest.raises(UnknownPlayer):
        start_gamble(town, nobody, FIVE)

    start_gamble(town, gambler(town, "alice"), FIVE)
    with pytest.raises(UnknownPlayer):
        join_gamble(town, nobody)
    assert town.execute("SELECT FROM users WHERE username = 'nobody'").fetchone() is None


def test_gambling_waits_for_its_node(tx: Tx):
    alice = gambler(tx, "alice")

    for gamble in (lambda: start_gamble(tx, alice, FIVE), lambda: join_gamble(tx, alice)):
        with pytest.raises(FeatureLocked):
            gamble()
    assert holdings(tx, alice) == {"lootbox_tier0": 5}


# Joining


@pytest.mark.parametrize("named", [True, False])
def test_joining_copies_the_bets_with_ones_own_qualities(town: Tx, named: bool):
    alice, bob = gambler(town, "alice"), gambler(town, "bob", 7, Quality.CURSED)
    gamble = start_gamble(town, alice, FIVE)
    town.now += SECOND

    join_gamble(town, bob, gamble.gamble_id if named else None)

    assert holdings(town, bob) == {"lootbox_tier0": 2}
    assert [(each.username, each.stake) for each in read(town, gamble).participants] == [
        ("alice", (Slot(CRATE, 5, Quality.COMMON),)),
        ("bob", (Slot(CRATE, 5, Quality.CURSED),)),
    ]


def test_nobody_joins_twice(town: Tx):
    alice, bob = gambler(town, "alice", 10), gambler(town, "bob", 10)
    gamble = start_gamble(town, alice, FIVE)
    join_gamble(town, bob)

    for again in (alice, bob):
        for gamble_id in (gamble.gamble_id, None):
            with pytest.raises(AlreadyJoined):
                join_gamble(town, again, gamble_id)
        assert holdings(town, again) == {"lootbox_tier0": 5}


def test_there_must_be_a_gamble_to_join(town: Tx):
    bob = gambler(town, "bob")

    for gamble_id in (None, uuid4()):
        with pytest.raises(GambleNotFound):
            join_gamble(town, bob, gamble_id)


def test_the_last_moment_to_join_is_before_the_deadline(town: Tx):
    alice, bob, cleo = (gambler(town, name) for name in ("alice", "bob", "cleo"))
    gamble = start_gamble(town, alice, FIVE)

    town.now += WINDOW - timedelta(milliseconds=1)
    join_gamble(town, bob)
    town.now += timedelta(milliseconds=1)
    with pytest.raises(GambleTooLate):
        join_gamble(town, cleo)
    with pytest.raises(GambleTooLate):
        join_gamble(town, cleo, gamble.gamble_id)


def test_what_is_over_cannot_be_joined(town: Tx):
    alice, bob, cleo = (gambler(town, name) for name in ("alice", "bob", "cleo"))
    gamble = start_gamble(town, alice, FIVE)
    join_gamble(town, bob)
    until_the_deadline(town)
    execute(town)

    with pytest.raises(GambleNotJoining):
        join_gamble(town, cleo, gamble.gamble_id)
    with pytest.raises(GambleNotFound):
        join_gamble(town, cleo)
    assert holdings(town, cleo) == {"lootbox_tier0": 5}


def test_who_cannot_stake_it_all_is_not_in(town: Tx):
    alice, bob = gambler(town, "alice"), gambler(town, "bob", 4)
    gamble = start_gamble(town, alice, FIVE)

    with pytest.raises(NotEnoughItems):
        join_gamble(town, bob)

    assert holdings(town, bob) == {"lootbox_tier0": 4}
    assert len(read(town, gamble).participants) == 1


# Playing


def test_one_takes_all_there_was_in_all_boxes(town: Tx):
    refs = [
        make_player(town, f"player{number}", items={"lootbox_tier2": 6}, quality=quality)
        for number, quality in enumerate(Quality)
    ]
    gamble = start_gamble(town, refs[0], [("strongbox", 5)])
    for ref in refs[1:]:
        join_gamble(town, ref, gamble.gamble_id)
    before = all_slots(town, *refs)
    until_the_deadline(town)

    played = execute(town, gamble.gamble_id)

    assert played is not None
    found = opened_items(town)
    assert all_slots(town, *refs) == before + found
    (winner,) = [ref for ref in refs if stored(town, ref).id == played.winner_id]
    others = [ref for ref in refs if ref is not winner]
    assert {name for ref in others for name in holdings(town, ref)} == {"lootbox_tier2"}
    assert len({quality for _, quality in found}) > 1  # nothing has become COMMON on the way
    read_again = read(town, gamble)
    assert (read_again.state, read_again.winner_id) == ("Completed", played.winner_id)
    assert read_again.executed_at == town.now
    scores = town.execute(
        "SELECT user_id, sum(value)::int AS score FROM gamble_opened_items GROUP BY user_id ORDER BY score DESC"
    ).fetchall()
    assert read_again.total_value == sum(row["score"] for row in scores)
    assert scores[0]["user_id"] == played.winner_id
    assert gambles.active_gamble(town) is None


def test_the_end_is_told_once_with_all_that_matters(town: Tx):
    refs = [gambler(town, f"player{number}") for number in range(30)]
    gamble = start_gamble(town, refs[0], FIVE)
    for ref in refs[1:]:
        join_gamble(town, ref)
    until_the_deadline(town)

    played = execute(town)
    assert execute(town) is None
    assert execute(town, gamble.gamble_id) is None

    assert played is not None
    (event,) = announced(town, "gamble.complete")
    assert event["gamble_id"] == str(gamble.gamble_id)
    assert event["initiator_id"] == str(gamble.initiator_id)
    assert event["winner_id"] == str(played.winner_id)
    assert event["total_value"] == played.total_value
    assert event["participant_count"] == 30
    assert event["timestamp"] == int(town.now.timestamp())
    scores = [each["score"] for each in event["participants"]]
    assert len(scores) == 25
    assert scores == sorted(scores, reverse=True)
    assert event["participants"][0]["user_id"] == event["winner_id"]
    assert event["participants"][0]["username"] == event["winner_username"]
    assert Counter(
        {(item["item_name"], item["quality_level"]): item["quantity"] for item in event["items"]}
    ) == Counter(
        {(items.by_id[item].internal_name, quality.value): n for (item, quality), n in opened_items(town).items()}
    )
    row = town.execute("SELECT user_id FROM events WHERE event_type = 'gamble.complete'").fetchone()
    assert row == {"user_id": played.winner_id}
    assert announced(town, "gamble.played") == []


def test_who_played_has_played_and_the_winner_learns_most(town: Tx):
    town.rng.seed(4)  # no epiphany
    refs = [gambler(town, f"player{number}", 3) for number in range(4)]
    start_gamble(town, refs[0], [("crate", 3)])
    for ref in refs[1:]:
        join_gamble(town, ref)
    until_the_deadline(town)

    played = execute(town)

    assert played is not None
    assert stats(town)["gamble_participated"] == 4
    earned = {stored(town, ref).id: xp(town, ref, "gambler") for ref in refs}
    assert earned.pop(played.winner_id or UUID(int=0)) == 80
    assert set(earned.values()) == {60}


def test_luck_is_counted(town: Tx):
    """With seeds, until each kind has come up; how they come about is in the unit tests."""
    for seed in range(12):
        town.rng.seed(seed)
        refs = [gambler(town, f"player{seed}-{number}", 1) for number in range(12)]
        start_gamble(town, refs[0], [("crate", 1)])
        for ref in refs[1:]:
            join_gamble(town, ref)
        until_the_deadline(town)
        execute(town)
    seen = stats(town)

    assert seen["gamble_participated"] == 144
    assert seen["gamble_tie_break_lost"] >= 3
    assert seen["gamble_critical_fail"] >= 3
    assert seen["gamble_near_miss"] >= 1


def test_a_gamble_is_played_five_seconds_early_at_most(town: Tx):
    alice = gambler(town, "alice")
    gamble = start_gamble(town, alice, FIVE)

    town.now += WINDOW - timedelta(seconds=5, milliseconds=1)
    assert execute(town) is None
    assert execute(town, gamble.gamble_id) is None
    assert read(town, gamble).state == "Joining"
    town.now += timedelta(milliseconds=1)
    assert execute(town, uuid4()) is None
    assert execute_due(town, gamble.gamble_id) == [gamble.gamble_id]


def test_the_clock_sees_what_is_due(town: Tx):
    def due() -> bool:
        row = town.execute("SELECT " + DUE + " AS due", (town.now,)).fetchone()
        assert row is not None
        return row["due"]

    assert not due()
    gamble = start_gamble(town, gambler(town, "alice"), FIVE)
    assert not due()
    until_the_deadline(town)
    assert due()

    assert execute_due(town) == [gamble.gamble_id]
    assert not due()
    assert execute_due(town) == []


def test_alone_one_gets_everything_back_as_it_was(town: Tx):
    alice = make_player(town, items={"lootbox_tier0": 5}, quality=Quality.EPIC)
    gamble = start_gamble(town, alice, [("crate", 2), ("crate", 3)])
    until_the_deadline(town)

    refunded = execute(town)

    assert refunded is not None
    assert stored(town, alice)[Inventory].slots == (Slot(CRATE, 5, Quality.EPIC),)
    assert (read(town, gamble).state, read(town, gamble).winner_id, read(town, gamble).total_value) == (
        "Refunded",
        None,
        0,
    )
    (event,) = announced(town, "gamble.complete")
    assert (event["winner_id"], event["winner_username"], event["total_value"]) == (None, None, 0)
    assert (event["participant_count"], event["items"]) == (1, [])
    assert opened_items(town) == Counter()
    assert stats(town) == Counter()


def test_a_prize_beyond_a_full_stack_waits_for_room(town: Tx):
    refs = [make_player(town, name, items={"lootbox_tier0": 10}, money=STACK_LIMIT) for name in ("alice", "bob")]
    start_gamble(town, refs[0], [("crate", 10)])
    join_gamble(town, refs[1])
    until_the_deadline(town)

    played = execute(town)

    assert played is not None
    assert [holdings(town, ref)["money"] for ref in refs] == [STACK_LIMIT] * 2
    (winner,) = [ref for ref in refs if stored(town, ref).id == played.winner_id]
    player = players.load(town, winner)
    spent = player.having(player[Inventory].spend(items.money.item_id, 500))
    players.save(town, spent)
    prize = sum(opened_items(town).values())
    players.save(town, players.load(town, winner))
    assert holdings(town, winner)["money"] == STACK_LIMIT - 500 + prize


def test_the_communitys_bonus_lifts_scores_not_prizes(town: Tx):
    unlock(town, "upgrade_gamble_win_bonus")
    alice, bob = gambler(town, "alice"), gambler(town, "bob")
    start_gamble(town, alice, FIVE)
    join_gamble(town, bob)
    until_the_deadline(town)

    played = execute(town)

    assert played is not None
    rows = town.execute("SELECT quantity, value FROM gamble_opened_items").fetchall()
    assert [row["value"] for row in rows] == [row["quantity"] * 125 // 100 for row in rows]
    assert played.total_value == sum(row["value"] for row in rows)
    assert holdings(town, alice).get("money", 0) + holdings(town, bob).get("money", 0) == sum(
        row["quantity"] for row in rows
    )


# Becoming one player


def test_after_a_merge_one_player_has_both_stakes(town: Tx):
    alice, again, bob = gambler(town, "alice"), gambler(town, "again", 5, Quality.RARE), gambler(town, "bob")
    gamble = start_gamble(town, again, FIVE)
    join_gamble(town, alice)
    join_gamble(town, bob)
    keeper, other = players.load_all(town, (alice, again))
    assert keeper is not None
    assert other is not None

    players.save(town, merge(town, keeper, other)[0])

    one = read(town, gamble)
    assert one.initiator_id == keeper.id
    assert {each.username: each.stake for each in one.participants} == {
        "alice": (Slot(CRATE, 5, Quality.COMMON), Slot(CRATE, 5, Quality.RARE)),
        "bob": (Slot(CRATE, 5, Quality.COMMON),),
    }
    until_the_deadline(town)
    played = execute(town)
    assert played is not None
    assert played.winner_id in {each.user_id for each in one.participants}
    assert {row["user_id"] for row in town.execute("SELECT user_id FROM gamble_opened_items").fetchall()} == {
        each.user_id for each in one.participants
    }


def test_whoever_played_with_nobody_but_themselves_is_refunded(town: Tx):
    alice, again = gambler(town, "alice"), gambler(town, "again", 5, Quality.RARE)
    start_gamble(town, alice, FIVE)
    join_gamble(town, again)
    keeper, other = players.load_all(town, (alice, again))
    assert keeper is not None
    assert other is not None
    players.save(town, merge(town, keeper, other)[0])
    until_the_deadline(town)

    refunded = execute(town)

    assert refunded is not None
    assert refunded.state == "Refunded"
    assert all_slots(town, alice) == Counter({(CRATE, Quality.COMMON): 5, (CRATE, Quality.RARE): 5})


def test_past_gambles_are_those_of_whoever_is_left(town: Tx):
    refs = [gambler(town, "alice"), gambler(town, "bob")]
    gamble = start_gamble(town, refs[0], FIVE)
    join_gamble(town, refs[1])
    until_the_deadline(town)
    execute(town)
    cleo = gambler(town, "cleo")
    for ref in refs:
        keeper, other = players.load_all(town, (cleo, ref))
        assert keeper is not None
        assert other is not None
        players.save(town, merge(town, keeper, other)[0])

    past = read(town, gamble)
    left = stored(town, cleo).id
    assert (past.initiator_id, past.winner_id) == (left, left)
    assert [(each.user_id, len(each.stake)) for each in past.participants] == [(left, 2)]
    assert {row["user_id"] for row in town.execute("SELECT user_id FROM gamble_opened_items").fetchall()} == {left}


def test_a_gamble_takes_so_many_and_no_more(town: Tx):
    gamble = start_gamble(town, gambler(town, "alice"), FIVE)
    last, late = gambler(town, "last"), gambler(town, "late")
    town.execute(
        "INSERT INTO gamble_participants SELECT %s, gen_random_uuid(), '[]', now() FROM generate_series(3, %s)",
        (gamble.gamble_id, rules.MAX_PLAYERS),
    )

    join_gamble(town, last)
    with pytest.raises(GambleFull):
        join_gamble(town, late)

    assert holdings(town, late) == {"lootbox_tier0": 5}


def test_gambles_are_remembered_for_a_season(town: Tx):
    start_gamble(town, gambler(town, "alice"), FIVE)
    until_the_deadline(town)
    execute(town)
    start_gamble(town, gambler(town, "bob"), FIVE)

    town.now += retention.RETENTION
    retention.delete_old_gambles(town)
    assert len(town.execute("SELECT FROM gambles").fetchall()) == 2

    town.now += timedelta(seconds=1)
    retention.delete_old_gambles(town)
    assert [row["state"] for row in town.execute("SELECT state FROM gambles").fetchall()] == ["Joining"]
    assert len(town.execute("SELECT FROM gamble_participants").fetchall()) == 1


# Looking


def test_what_is_not_there_cannot_be_looked_at(town: Tx):
    for gamble_id in (None, uuid4()):
        with pytest.raises(NoSuchGamble):
            gambles.read_gamble(town, gamble_id)


# Crashes


class Crash(Exception):
    pass


@pytest.mark.parametrize("what", ["start", "join", "execute"])
def test_a_crash_in_between_leaves_everything_as_it_was(conn: Connection, what: str):
    """Defect 3: the rows of a gamble were written outside the transaction of the boxes."""
    with transaction(conn) as tx:
        unlock(tx, "feature_gamble")
        alice, bob, cleo = (gambler(tx, name) for name in ("alice", "bob", "cleo"))
        if what != "start":
            start_gamble(tx, alice, FIVE)
            join_gamble(tx, bob)

    def everything() -> list[object]:
        with transaction(conn) as tx:
            questions: tuple[LiteralString, ...] = (
                "SELECT * FROM gambles",
                "SELECT * FROM gamble_participants ORDER BY user_id",
                "SELECT * FROM gamble_opened_items",
                "SELECT * FROM user_inventory ORDER BY user_id",
                "SELECT * FROM deliveries",
                "SELECT count(*) FROM events",
                "SELECT count(*) FROM stats_inbox",
            )
            return [tx.execute(question).fetchall() for question in questions]

    before = everything()
    with pytest.raises(Crash), transaction(conn, rng=Random(1)) as tx:
        if what == "start":
            start_gamble(tx, alice, FIVE)
        elif what == "join":
            join_gamble(tx, cleo)
        else:
            until_the_deadline(tx)
            assert execute(tx) is not None
        tx.execute("SELECT 1").fetchone()  # all of it has been written
        raise Crash

    assert everything() == before
