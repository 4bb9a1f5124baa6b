"""A replay of a day's events reaches only its destination and does not change the game."""

from __future__ import annotations

import json
import time
from collections import Counter
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

import pytest
from psycopg import sql

from functions.community.notify_discord.bundle_texts import BUNDLED
from functions.community.notify_discord.texts import TEXTS
from kernel.database import Connection
from local.demo.game import Game, Request
from local.stack.process import StackProcess
from tests.promises.clock import fast_forward, in_flight
from tests.promises.listeners import Socketed, Streamed, heard, listening
from tests.promises.preparation import choose_seed, prepare_players
from tests.promises.traffic import background_traffic
from tests.promises.waiting import wait
from tests.support.announcements import posted_messages, told_of_players
from tests.support.fake_discord import FakeDiscord, Message
from tests.support.fake_streamerbot import FakeStreamerbot

SECONDS = 15.0
QUIET_SECONDS = 3.0
PATIENCE = 120.0

PLUMBING = {
    "events": "the request for the replay is an event, and is published",
    "business_counters": "published events are counted",
    "request_counters": "requests are counted",
    "stream_clients": "listeners report their presence repeatedly",
    "idempotency_keys": "of the request",
}
"""The tables that may change, {table: why}. Earlier rows of the log must still be unchanged."""

INVITATION = "A gamble!"

Dump = dict[str, Counter[str]]


@pytest.mark.slow
def test_a_replayed_day_changes_nothing_and_reaches_only_its_destination(
    stack_with_peers: StackProcess, conn: Connection, discord_peer: FakeDiscord, streamerbot_peer: FakeStreamerbot
):
    seed = choose_seed()
    prepare_players(conn, Random(seed))
    listeners = (Streamed(stack_with_peers), Socketed(stack_with_peers))
    with Game(stack_with_peers.url, stack_with_peers.api_key) as game, listening(listeners, wait):
        # Who was forgotten in between has no name in a replay.
        with background_traffic(stack_with_peers, seed, moves=False):
            time.sleep(SECONDS)
        fast_forward(conn)
        wait(lambda: quiet(conn), "quiet", PATIENCE)
        to_tell = logged(conn)
        wait(lambda: told_of(discord_peer.messages) >= to_tell, "the first time", PATIENCE)
        game_before, log_before = dump(conn), log(conn)
        told_before = list(discord_peer.messages)
        ran_before, heard_before = list(streamerbot_peer.ran), [heard(each) for each in listeners]

        now = datetime.now(UTC)
        range_ = {"since": (now - timedelta(days=1)).isoformat(), "until": now.isoformat()}
        assert game.ask(Request("POST", "/api/v1/admin/events/replay", range_ | {"to": "discord"})).ok
        wait(lambda: told_of(discord_peer.messages[len(told_before) :]) >= to_tell, "the second time", PATIENCE)
        wait(lambda: quiet(conn), "quiet", PATIENCE)

    assert sum(to_tell.values()) > 10
    again = discord_peer.messages[len(told_before) :]
    assert told_of(told_before) == told_of(again) == to_tell
    assert texts(again) == texts(told_before)
    assert told_of_players(again) == told_of_players(told_before)
    assert {each.body["embeds"][0]["footer"]["text"] for each in again} == {"Told once more"}
    assert all(not each.buttons for each in again)
    assert {name: dump(conn)[name] - rows for name, rows in game_before.items()} == {
        name: Counter() for name in game_before
    }
    assert dump(conn) == game_before
    assert log(conn)[: len(log_before)] == log_before
    assert streamerbot_peer.ran == ran_before
    assert [heard(each) for each in listeners] == heard_before


def texts(messages: list[Message]) -> list[tuple[str, str]]:
    """What is not about single players, but not in its order: the relay goes by position, a replay by transaction.

    An invitation is told at the time only if someone could still join, but always in a replay.
    """
    return sorted((title, text) for _, title, text in posted_messages(messages) if title != INVITATION)


def told_of(messages: list[Message]) -> Counter[str]:
    """Count the events that were told."""
    others = [title for _, title, _ in posted_messages(messages) if title != INVITATION]
    return Counter(others=len(others), players=told_of_players(messages).total())


def dump(conn: Connection) -> Dump:
    """All rows of all tables of the game."""
    names = [
        row["name"]
        for row in conn.execute(
            """
            SELECT relname AS name FROM pg_class
            WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p') AND NOT relispartition
            """
        ).fetchall()
    ]
    assert set(names) > PLUMBING.keys()
    return {name: rows(conn, name) for name in sorted(names) if name not in PLUMBING}


def rows(conn: Connection, table: str) -> Counter[str]:
    statement = sql.SQL("SELECT to_jsonb(t) AS row FROM {} t").format(sql.Identifier(table))
    return Counter(json.dumps(row["row"], sort_keys=True) for row in conn.execute(statement).fetchall())


def log(conn: Connection) -> list[dict[str, Any]]:
    found = conn.execute("SELECT to_jsonb(e) AS row FROM events e ORDER BY transaction_id, position").fetchall()
    return [each["row"] for each in found]


def logged(conn: Connection) -> Counter[str]:
    """Count the events that Discord hears of."""
    found = conn.execute("SELECT event_type AS type, count(*) AS n FROM events GROUP BY 1").fetchall()
    told = {row["type"]: row["n"] for row in found if row["type"] in TEXTS and row["type"] != "gamble.started"}
    players = sum(n for type, n in told.items() if type in BUNDLED)
    return Counter(others=sum(told.values()) - players, players=players)


def quiet(conn: Connection) -> bool:
    """Nothing waits, and nothing happens."""
    before = (dump(conn), log(conn))
    waiting = conn.execute(
        """
        SELECT (SELECT count(*) FROM events WHERE next_attempt_at IS NOT NULL)
             + (SELECT count(*) FROM stats_inbox) + (SELECT count(*) FROM engagement_inbox) AS n
        """
    ).fetchone()
    if waiting != {"n": 0} or in_flight(conn):
        time.sleep(1)
        return False
    time.sleep(QUIET_SECONDS)
    return before == (dump(conn), log(conn))
