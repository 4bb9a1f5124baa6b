"""What is forgotten in the night, and the clock that wakes the pusher. Source: worlds 28."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from functions.shared.clock.app import CHORES
from functions.shared.clock_retention.app import DELETIONS
from kernel.database import Tx
from tests.support.worlds import Player, come_to, come_to_lobby, make_world
from worlds.play import retention as play
from worlds.posts import clock, queries
from worlds.posts import retention as posts
from worlds.posts import service as post_office
from worlds.tickets import service as tickets
from worlds.trading import retention as trading


def rows(tx: Tx, table: str, player: Player) -> int:
    row = tx.execute(
        f"SELECT count(*) AS n FROM worlds.{table} WHERE character_id = %s",  # pyright: ignore[reportArgumentType]
        (player.character_id,),
    ).fetchone()
    assert row is not None
    return row["n"]


def test_what_was_told_and_answered_is_kept_for_a_week(tx: Tx):
    ann = come_to_lobby(tx)
    ann.types(tx, "e")
    began = tx.now
    tx.now = began + timedelta(days=6, hours=23)
    ann.types(tx, "w")
    tx.now = began + timedelta(days=7)
    told = rows(tx, "posts", ann)

    assert (posts.delete_old(tx), play.delete_old_answers(tx)) == (False, False)
    assert (rows(tx, "posts", ann), rows(tx, "answers", ann)) == (told, 2)
    tx.now += timedelta(seconds=1)
    assert (posts.delete_old(tx), play.delete_old_answers(tx)) == (False, False)
    assert (rows(tx, "posts", ann), rows(tx, "answers", ann)) == (0, 1)


def test_a_ticket_that_was_never_used_is_deleted(tx: Tx):
    ann = come_to_lobby(tx)
    tickets.issue(tx, ann.me)
    tx.now += tickets.LIFETIME - timedelta(seconds=1)
    tickets.issue(tx, ann.me)
    tx.now += timedelta(seconds=2)

    tickets.delete_expired(tx)

    assert len(tx.execute("SELECT FROM worlds.tickets").fetchall()) == 1


def test_a_connection_that_the_gateway_ended_long_ago_goes_and_its_character_leaves(tx: Tx):
    ann = come_to_lobby(tx)
    tx.now += timedelta(hours=2)
    bob = come_to_lobby(tx)
    tx.now += timedelta(minutes=10, seconds=1)

    assert not play.end_old_connections(tx)

    assert rows(tx, "connections", ann) == 0
    assert not ann.character(tx).is_present
    assert rows(tx, "connections", bob) == 1
    assert bob.character(tx).is_present


def test_many_old_connections_go_in_parts(tx: Tx, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("worlds.play.connections.ENDED_AT_ONCE", 2)
    for _ in range(3):
        come_to_lobby(tx)
    tx.now += timedelta(days=1)

    assert [play.end_old_connections(tx), play.end_old_connections(tx)] == [True, False]


def test_a_trade_that_no_one_has_touched_for_a_day_is_forgotten(tx: Tx):
    world = make_world(tx)
    ann, _ = come_to(tx, world.world_id, "Ann"), come_to(tx, world.world_id, "Bob")
    ann.types(tx, "trade Bob")
    tx.now += timedelta(days=1)
    assert not trading.delete_old(tx)
    assert len(tx.execute("SELECT FROM worlds.trades").fetchall()) == 1

    tx.now += timedelta(seconds=1)
    assert not trading.delete_old(tx)

    assert tx.execute("SELECT FROM worlds.trades").fetchall() == []


def test_the_night_and_the_minute_do_these():
    works = {*DELETIONS.values()}

    assert {
        posts.delete_old,
        play.delete_old_answers,
        play.end_old_connections,
        tickets.delete_expired,
        trading.delete_old,
    } <= works
    assert clock.wake_pusher in {chore.work for chore in CHORES.values()}


def is_overdue(tx: Tx, at: datetime) -> bool:
    row = tx.execute("SELECT " + clock.OVERDUE + " AS due", [at] * clock.OVERDUE.count("%s")).fetchone()
    assert row is not None
    return row["due"]


def test_a_pusher_that_was_not_woken_is_woken_by_the_clock_when_posts_have_waited_for_five_seconds(tx: Tx):
    ann = come_to_lobby(tx)
    later = tx.now + timedelta(seconds=6)
    assert rows(tx, "posts", ann) > 0
    assert is_overdue(tx, later)
    assert not is_overdue(tx, tx.now + timedelta(seconds=4))

    assert clock.wake_pusher(tx) == 0
    assert queries.claim_waking(tx).fetchone() is not None  # what runs behind the COMMIT
    assert not is_overdue(tx, later)  # it is on its way
    queries.set_awake(tx)
    assert not is_overdue(tx, later)
    queries.set_asleep(tx)
    assert is_overdue(tx, later)
    [delivery] = post_office.claim(tx)
    post_office.settle(tx, {ann.character_id: post_office.PostArrival(delivery.last_seq)}, [])
    queries.set_asleep(tx)
    assert not is_overdue(tx, later)


def test_what_waits_for_someone_who_is_not_connected_wakes_no_one(tx: Tx):
    ann = come_to_lobby(tx)
    tx.execute("DELETE FROM worlds.connections WHERE character_id = %s", (ann.character_id,))

    assert not is_overdue(tx, tx.now + timedelta(hours=1))


def test_a_connection_that_is_to_be_closed_wakes_the_pusher(tx: Tx):
    ann = come_to_lobby(tx)
    tx.execute("DELETE FROM worlds.posts")
    tx.execute("UPDATE worlds.connections SET closing = 'replaced' WHERE character_id = %s", (ann.character_id,))

    assert is_overdue(tx, tx.now)
