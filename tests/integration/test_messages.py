"""What a line of chat sets off."""

from __future__ import annotations

from brandish.database import Tx, transaction
from brandish.messages.service import handle_message
from brandish.players.models import PlayerRef
from tests.factories import make_player, stored, unlock
from tests.round_trips import counted

ALICE = PlayerRef("twitch", "1", "alice")


def test_a_line_counts_for_its_writer_and_for_everybody(tx: Tx):
    player, matches = handle_message(tx, ALICE, "is OBS running?")

    assert [(match.code, match.value) for match in matches] == [("OBS", "OBS")]
    stats = tx.execute("SELECT event_type FROM stats_inbox WHERE user_id = %s ORDER BY stat_id", (player.id,)).fetchall()
    assert [row["event_type"] for row in stats] == ["user_registered", "daily_streak", "message_received"]
    entry = tx.execute("SELECT metric, value FROM engagement_inbox WHERE user_id = %s", (player.id,)).fetchone()
    assert entry == {"metric": "message", "value": 1}
    assert tx.execute("SELECT sum(points) AS points FROM contribution_shards").fetchone() == {"points": 1}
    streak = stored(tx, ALICE).streak
    assert streak is not None and streak.days == 1


def test_a_scholar_learns_from_every_line(tx: Tx):
    unlock(tx, "job_scholar")
    alice = make_player(tx)

    handle_message(tx, alice, "hello")

    assert stored(tx, alice).jobs["scholar"].xp in (5, 10)


def test_a_known_chatters_line_is_two_round_trips(database_url: str):
    with counted(database_url) as (conn, wire):
        for _ in range(3):
            before = wire.round_trips()
            with transaction(conn) as tx:
                handle_message(tx, ALICE, "hello")

        assert wire.round_trips() - before == 2
