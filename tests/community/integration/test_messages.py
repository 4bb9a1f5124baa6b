"""What a line of chat sets off."""

from __future__ import annotations

from collections import Counter
from contextlib import closing
from datetime import timedelta
from threading import Thread

import pytest
from msgspec.structs import replace

from community.contributions import service as contributions
from community.jobs.models import Jobs
from community.messages import retention
from community.messages import service as messages
from community.messages.part import CHATTERS
from community.messages.service import handle_message
from community.players import service as players
from community.players.models import PlayerRef
from community.progression.content import tree
from community.progression.service import current_state
from community.stats.models import Streak
from community.voting import cycle
from kernel.database import Connection, Tx, connect, transaction
from tests.support.factories import make_player, stored, unlock
from tests.support.round_trips import counted

ALICE = PlayerRef("twitch", "1", "alice")


def test_a_line_counts_for_its_writer_and_for_everybody(tx: Tx):
    player, matches = handle_message(tx, ALICE, "is OBS running?")

    assert [(match.code, match.value) for match in matches] == [("OBS", "OBS")]
    stats = tx.execute(
        "SELECT event_type FROM stats_inbox WHERE user_id = %s ORDER BY stat_id", (player.id,)
    ).fetchall()
    assert [row["event_type"] for row in stats] == ["user_registered", "daily_streak", "message_received"]
    entry = tx.execute("SELECT metric, value FROM engagement_inbox WHERE user_id = %s", (player.id,)).fetchone()
    assert entry == {"metric": "message", "value": 1}
    assert tx.execute("SELECT sum(points) AS points FROM contribution_shards").fetchone() == {"points": 1}
    streak = stored(tx, ALICE)[Streak]
    assert streak is not None
    assert streak.days == 1


def test_a_scholar_learns_from_every_line(tx: Tx):
    unlock(tx, "job_scholar")
    alice = make_player(tx)

    handle_message(tx, alice, "hello")

    assert stored(tx, alice)[Jobs].progress["scholar"].xp in (5, 10)


def test_the_line_that_makes_the_last_point_unlocks_the_target(database_url: str):
    with counted(database_url) as (conn, wire):
        with transaction(conn) as tx:
            cycle.ensure_current(tx)
        reached = target(database_url)
        assert reached is not None
        node_key, level = reached
        for _ in range(3):
            say_hello(conn)
        with transaction(conn) as tx:
            state = current_state(tx)
            points = points_made(tx)
            contributions.add(tx, state, [tree.nodes[node_key].cost - points - 2])
        say_hello(conn)
        assert target(database_url) == reached

        say_hello(conn)

        with transaction(conn) as tx:
            assert current_state(tx).levels[node_key] == level
        assert target(database_url) not in (None, reached)
        say_hello(conn)  # the first after the unlock reads the new world
        before = wire.round_trips()
        say_hello(conn)
        assert wire.round_trips() - before == 2


def test_nobodys_line_waits_for_anothers(database_url: str):
    with closing(connect(database_url)) as first, closing(connect(database_url)) as second:
        with transaction(first) as tx:
            alice, bob = make_player(tx), make_player(tx, "bob")
        second.execute("SET lock_timeout = '1s'")

        with transaction(first) as tx:
            player = players.load(tx, alice)  # locked until the end of the block
            for _ in range(2):
                say_hello(second, bob)
            assert lines(second) == {"bob": 2}
            players.save(tx, player)


def test_lines_of_one_chatter_at_the_same_moment_all_count(database_url: str):
    with closing(connect(database_url)) as conn, transaction(conn) as tx:
        alice = make_player(tx)

    def talk() -> None:
        with closing(connect(database_url)) as conn:
            for _ in range(10):
                say_hello(conn, alice)

    threads = [Thread(target=talk) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    with closing(connect(database_url)) as conn:
        assert lines(conn) == {"alice": 40}
        with transaction(conn) as tx:
            assert points_made(tx) == 40
        streaks = conn.execute("SELECT streak FROM user_streaks").fetchall()
        assert streaks == [{"streak": 1}]


def test_the_line_under_a_new_name_tells_when_the_player_changed(tx: Tx):
    handle_message(tx, ALICE, "hello")
    tx.now += timedelta(minutes=1)

    renamed, _ = handle_message(tx, replace(ALICE, username="alicia"), "hello")

    assert (renamed.username, renamed.updated_at) == ("alicia", tx.now)
    kept = stored(tx, PlayerRef("twitch", "1"))
    assert (kept.links["twitch"].username, kept.updated_at) == ("alicia", tx.now)


def test_a_greeting_counts_nothing(tx: Tx):
    player = messages.mark_active(tx, ALICE)

    assert stored(tx, ALICE).id == player.id
    assert [chatter.username for chatter in messages.list_active_chatters(tx)] == ["alice"]
    assert tx.execute("SELECT FROM engagement_inbox").fetchone() is None


def test_who_is_active_where_latest_first(tx: Tx):
    alice, bob = make_player(tx), make_player(tx, "bob", platform="discord")
    for ref in (bob, alice, bob):
        handle_message(tx, ref, "hello")
        tx.now += timedelta(minutes=1)

    assert [(chatter.username, chatter.platform) for chatter in messages.list_active_chatters(tx)] == [
        ("bob", "discord"),
        ("alice", "twitch"),
    ]
    tx.now += timedelta(minutes=29)
    assert [chatter.username for chatter in messages.list_active_chatters(tx)] == []
    assert [chatter.username for chatter in messages.list_active_chatters(tx, 31)] == ["bob"]


def test_a_chatter_is_listed_by_the_name_they_have_on_the_platform(tx: Tx):
    handle_message(tx, ALICE, "hello")
    player = stored(tx, ALICE)
    tx.execute("UPDATE users SET username = 'elsewhere' WHERE user_id = %s", (player.id,))

    assert [chatter.username for chatter in messages.list_active_chatters(tx)] == ["alice"]


def test_who_has_been_silent_for_a_day_is_forgotten(tx: Tx):
    alice, bob = make_player(tx), make_player(tx, "bob")
    handle_message(tx, alice, "hello")
    tx.now += timedelta(seconds=1)
    handle_message(tx, bob, "hello")
    tx.now += timedelta(days=1) - timedelta(seconds=1)

    retention.delete_inactive_chatters(tx)

    remembered = tx.execute("SELECT user_id FROM active_chatters").fetchall()
    assert remembered == [{"user_id": stored(tx, bob).id}]


@pytest.mark.parametrize("who_spoke_last", ["alice", "bob"])
def test_of_two_chatters_who_become_one_the_latest_line_counts(tx: Tx, who_spoke_last: str):
    alice, bob = make_player(tx), make_player(tx, "bob")
    for ref in (bob, alice) if who_spoke_last == "alice" else (alice, bob):
        handle_message(tx, ref, "hello")
        tx.now += timedelta(minutes=1)
    assert CHATTERS.rows is not None
    CHATTERS.rows.move(tx, stored(tx, bob).id, stored(tx, alice).id)

    (chatter,) = [chatter for chatter in messages.list_active_chatters(tx) if chatter.username == "alice"]
    assert chatter.last_message_at == tx.now - timedelta(minutes=1)


def say_hello(conn: Connection, ref: PlayerRef = ALICE) -> None:
    with transaction(conn) as tx:
        handle_message(tx, ref, "hello")


def target(database_url: str) -> tuple[str, int] | None:
    """The key of the node and its level that the points are counted towards."""
    with closing(connect(database_url)) as conn:
        row = conn.execute(
            """
            SELECT node_key, target_level FROM unlock_progress JOIN progression_nodes USING (node_id)
            WHERE unlocked_at IS NULL
            """
        ).fetchone()
    return (row["node_key"], row["target_level"]) if row else None


def points_made(tx: Tx) -> int:
    row = tx.execute("SELECT coalesce(sum(points), 0)::int AS points FROM contribution_shards").fetchone()
    assert row is not None
    return row["points"]


def lines(conn: Connection) -> Counter[str]:
    """{username: lines counted}"""
    rows = conn.execute(
        "SELECT username FROM stats_inbox JOIN users USING (user_id) WHERE event_type = 'message_received'"
    )
    return Counter(row["username"] for row in rows)
