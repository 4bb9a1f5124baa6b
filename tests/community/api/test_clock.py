"""The clock: one question a minute, and what is due."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from contextlib import closing
from datetime import UTC, datetime, timedelta
from threading import Barrier, Thread
from typing import Any
from uuid import UUID, uuid4

import pytest
from msgspec.structs import replace

from community.catalog.content import items
from community.deliveries import rules
from community.deliveries.models import Delivery
from community.gambles import service as gambles
from community.inventory.models import Quality, Slot
from community.jobs import daily_reset
from community.jobs.days import day_start
from community.players import service as players
from community.players.models import PlayerRef
from community.stats import rollup as stats
from community.stats.models import Period
from community.stats.rollup import WINDOWS
from community.stats.rules import start_of
from functions.shared.clock.app import CHORES, do_all, handler, list_due
from kernel import connections as database
from kernel.action import look
from kernel.database import Connection, Tx, connect, transaction
from kernel.events import service as events
from tests.support.factories import announced, holdings, make_player, unlock
from tests.support.fakes import FakeEventBridge

BOX = "lootbox_tier1"
EVERY_MINUTE: dict[str, Any] = {"detail-type": "Scheduled Event"}
IN_PASSING = {"relay", "pace", "daily reset", "stats", "engagement"}
"""Chores that every test's players give the clock; they have tests of their own."""


def tick() -> dict[str, int]:
    """What the clock does, apart from what it does for everyone."""
    return {name: done for name, done in handler(EVERY_MINUTE, None).items() if name not in IN_PASSING}


def due(tx: Tx, name: str) -> bool:
    row = tx.execute("SELECT " + CHORES[name].due + " AS due", [tx.now] * CHORES[name].due.count("%s")).fetchone()
    assert row is not None
    return row["due"]


def start_gamble(tx: Tx) -> UUID:
    unlock(tx, "feature_gamble")
    alice, bob = (make_player(tx, name, items={BOX: 2}) for name in ("alice", "bob"))
    gamble = gambles.start_gamble(tx, alice, [(BOX, 2)])
    gambles.join_gamble(tx, bob, gamble.gamble_id)
    return gamble.gamble_id


def end_joining(tx: Tx, ago: str = "1 second") -> None:
    tx.execute("UPDATE gambles SET join_deadline = now() - %s::interval", (ago,))


def send(tx: Tx, name: str = "carol") -> PlayerRef:
    """Someone who waits for two spades since a minute."""
    ref = make_player(tx, name)
    spades = (Slot(items.by_name["item_spade"].item_id, 2, Quality.COMMON),)
    sent = tx.now - timedelta(minutes=2)
    waiting = Delivery(uuid4(), "a test", spades, sent, due_at=sent + timedelta(minutes=1))
    players.save(tx, rules.send(players.load(tx, ref), waiting))
    return ref


def arm_blast(tx: Tx) -> None:
    """One that goes off: a chatter has spoken since, and it is quiet."""
    setter = players.load(tx, make_player(tx, "dave")).id
    heard = players.load(tx, make_player(tx, "eve")).id
    tx.execute(
        "INSERT INTO armed_blasts VALUES ('twitch', %s, %s, %s, 60, 1, now() - interval '1 minute')",
        (uuid4(), setter, items.by_name["item_spade"].item_id),
    )
    tx.execute(
        """
        INSERT INTO active_chatters (platform, user_id, last_message_at)
        VALUES ('twitch', %s, now() - interval '30 seconds')
        """,
        (heard,),
    )


def test_nothing_is_due(environment: Connection):
    with transaction(environment) as tx:
        start_gamble(tx)
    assert handler(EVERY_MINUTE, None).keys() <= IN_PASSING

    assert handler(EVERY_MINUTE, None) == {}


@pytest.mark.parametrize(
    ("clock", "needed"), [("clock", "community.gambles.clock"), ("clock_retention", "community.linking.retention")]
)
def test_a_clock_loads_nothing_of_the_game(clock: str, needed: str):
    listing = f"import sys, functions.shared.{clock}.app; print(*sys.modules)"
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    printed = subprocess.run([sys.executable, "-c", listing], env=environment, capture_output=True, check=True).stdout
    loaded = printed.decode().split()

    assert needed in loaded
    assert {"boto3", "fastapi", "pydantic", "kernel.content.library", "community.players.models"}.isdisjoint(loaded)


def test_whatever_is_due_is_done_and_then_no_more(environment: Connection):
    with transaction(environment) as tx:
        gamble_id = start_gamble(tx)
        end_joining(tx)
        carol = send(tx)
        arm_blast(tx)

    assert tick() == {"gambles": 1, "blasts": 1, "deliveries": 1}
    assert tick() == {}

    with transaction(environment) as tx:
        assert [event["gamble_id"] for event in announced(tx, "gamble.complete")] == [str(gamble_id)]
        assert len(announced(tx, "blast.exploded")) == 1
        assert holdings(tx, carol) == {"item_spade": 2}


def test_more_deliveries_than_one_batch_takes_are_all_made(environment: Connection):
    with transaction(environment) as tx:
        waiting = [send(tx, f"viewer{number}") for number in range(25)]

    assert tick() == {"deliveries": 25}

    with transaction(environment) as tx:
        assert [holdings(tx, ref) for ref in waiting] == [{"item_spade": 2}] * 25


def test_a_gambles_own_schedule_plays_it_even_if_our_clock_is_a_little_behind(environment: Connection):
    with transaction(environment) as tx:
        gamble_id = start_gamble(tx)
        end_joining(tx, ago="-3 seconds")
        carol = send(tx)

    assert tick() == {"deliveries": 1}
    assert handler({"gamble_id": str(gamble_id)}, None) == {"gambles": 1}
    assert handler({"gamble_id": str(gamble_id)}, None) == {"gambles": 0}

    with transaction(environment) as tx:
        assert len(announced(tx, "gamble.complete")) == 1
        assert holdings(tx, carol) == {"item_spade": 2}


def test_a_gamble_that_waits_for_players_is_not_played_by_a_schedule_that_fires_too_early(environment: Connection):
    with transaction(environment) as tx:
        gamble_id = start_gamble(tx)

    assert handler({"gamble_id": str(gamble_id)}, None) == {"gambles": 0}


def test_a_part_that_fails_stops_no_other_and_is_not_hushed_up(environment: Connection):
    with transaction(environment) as tx:
        gamble_id = start_gamble(tx)
        end_joining(tx)
        tx.execute("""UPDATE gambles SET bets = '"nonsense"'""")
        carol = send(tx)

    with pytest.raises(ExceptionGroup) as failure:
        handler(EVERY_MINUTE, None)

    assert len(failure.value.exceptions) == 1
    with transaction(environment) as tx:
        assert holdings(tx, carol) == {"item_spade": 2}
        state = tx.execute("SELECT state FROM gambles WHERE gamble_id = %s", (gamble_id,)).fetchone()
        assert state == {"state": "Joining"}


def test_a_connection_that_was_lost_since_the_last_minute_is_replaced(
    environment: Connection, database_url: str, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(database, "settings", replace(database.settings, database_url=database_url))
    with transaction(environment) as tx:
        send(tx)
    with closing(database.connect(database_url)) as other:
        other.execute("SELECT pg_terminate_backend(%s)", (environment.info.backend_pid,))

    assert tick() == {"deliveries": 1}

    database.connection().close()


def test_three_clocks_at_once_do_everything_once_even_without_the_lock(
    environment: Connection, database_url: str, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(database, "settings", replace(database.settings, database_url=database_url))
    with transaction(environment) as tx:
        gamble_id = start_gamble(tx)
        end_joining(tx)
        waiting = [send(tx, f"viewer{number}") for number in range(25)]
        arm_blast(tx)
    together = Barrier(3)
    done: list[dict[str, int]] = []

    def work() -> None:
        chores = look(list_due)
        together.wait()
        done.append(do_all(chores))
        database.connection().close()

    clocks = [Thread(target=work) for _ in range(3)]
    for clock in clocks:
        clock.start()
    for clock in clocks:
        clock.join()

    assert len(done) == 3
    assert [sum(each.get(name, 0) for each in done) for name in ("gambles", "blasts")] == [1, 1]
    with transaction(environment) as tx:
        assert [event["gamble_id"] for event in announced(tx, "gamble.complete")] == [str(gamble_id)]
        assert len(announced(tx, "blast.exploded")) == 1
        assert [holdings(tx, ref) for ref in waiting] == [{"item_spade": 2}] * 25


def test_a_clock_that_finds_another_at_work_leaves_it_to_that(environment: Connection, database_url: str):
    with transaction(environment) as tx:
        send(tx)
    with closing(connect(database_url)) as other:
        other.execute("SELECT pg_advisory_lock(hashtextextended('clock', 0))")
        assert handler(EVERY_MINUTE, None) == {}

    assert tick() == {"deliveries": 1}


def test_a_clock_lets_the_next_one_work(environment: Connection, database_url: str):
    with transaction(environment) as tx:
        send(tx)

    handler(EVERY_MINUTE, None)

    with closing(connect(database_url)) as other:
        taken = other.execute("SELECT pg_try_advisory_lock(hashtextextended('clock', 0)) AS taken").fetchone()
        assert taken == {"taken": True}


def test_the_question_changes_nothing_and_is_one_statement(environment: Connection):
    handler(EVERY_MINUTE, None)
    before = environment.execute("SELECT pg_current_wal_insert_lsn() AS place").fetchone()

    assert handler(EVERY_MINUTE, None) == {}

    assert environment.execute("SELECT pg_current_wal_insert_lsn() AS place").fetchone() == before


# ---------------------------------------------------------------- what every evening leaves to do


@pytest.mark.parametrize("hours", range(24))
def test_a_day_is_reset_when_the_game_day_begins(tx: Tx, hours: int):
    last = datetime(2026, 3, 1, 17, 30, tzinfo=UTC)
    tx.execute("UPDATE daily_reset SET last_reset_at = %s", (last,))
    tx.now = last + timedelta(hours=hours)

    assert due(tx, "daily reset") == (tx.now >= datetime(2026, 3, 2, 17, tzinfo=UTC)) == (day_start(tx.now) > last)


def test_the_first_day_is_reset(tx: Tx):
    assert due(tx, "daily reset")
    assert daily_reset.reset_due(tx) == 1
    assert not due(tx, "daily reset")


@pytest.mark.parametrize("period", WINDOWS)
def test_stats_are_added_up_when_some_have_arrived_or_left_a_window(tx: Tx, period: Period):
    """At the moment that `start_of` tells, however long the months are."""
    make_player(tx)
    tx.now = datetime(2026, 3, 30, 12, tzinfo=UTC)
    assert due(tx, "stats")
    stats.roll_up(tx)
    assert not due(tx, "stats")
    tx.execute("UPDATE stats_windows SET counted_since = %s", (tx.now,))
    tx.execute("UPDATE stats_windows SET counted_since = '-infinity' WHERE period = %s", (period,))

    tx.execute("UPDATE stats_events SET happened_at = %s", (start_of(period, tx.now),))
    assert not due(tx, "stats")
    tx.execute("UPDATE stats_events SET happened_at = happened_at - interval '1 microsecond'")
    assert due(tx, "stats")
    stats.roll_up(tx)
    assert not due(tx, "stats")


def test_a_relay_that_was_not_woken_is_woken(environment: Connection, event_bridge: FakeEventBridge):
    with transaction(environment) as tx:
        make_player(tx)
        events.broadcast(tx, "news", {})
    assert event_bridge.wake_ups == 1  # the one that gets lost
    assert "relay" not in handler(EVERY_MINUTE, None)  # it may still be on its way
    environment.execute("UPDATE relay_lease SET wanted_at = wanted_at - interval '2 s'")

    assert handler(EVERY_MINUTE, None)["relay"] == 0

    assert event_bridge.wake_ups == 2


def test_the_alarm_for_dead_events_lasts_as_long_as_they_are_there(
    environment: Connection, capsys: pytest.CaptureFixture[str]
):
    handler(EVERY_MINUTE, None)
    with transaction(environment) as tx:
        events.broadcast(tx, "news", {})
        tx.execute("UPDATE events SET next_attempt_at = NULL")
        tx.execute("UPDATE events SET published_at = now() WHERE event_type <> 'news'")
    capsys.readouterr()

    for _ in range(2):
        assert handler(EVERY_MINUTE, None) == {"dead events": 0}
        assert json.loads(capsys.readouterr().out)["DeadEvents"] == [1]
