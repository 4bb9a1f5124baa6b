"""The clock that does what is due."""

from __future__ import annotations

import os
import subprocess
import sys
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from threading import Barrier, Thread
from typing import Any
from uuid import UUID, uuid4

import pytest

from community.catalog.content import items
from community.deliveries import rules
from community.deliveries.models import Delivery
from community.gambles import service as gambles
from community.inventory.models import Quality, Slot
from community.players import service as players
from community.players.models import PlayerRef
from functions.shared.clock.app import handler
from kernel import connections as database
from kernel.database import Connection, Tx, transaction
from tests.support.factories import announced, holdings, make_player, unlock

BOX = "lootbox_tier1"
EVERY_MINUTE: dict[str, Any] = {"detail-type": "Scheduled Event"}


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

    assert handler(EVERY_MINUTE, None) == {}


def test_the_question_loads_nothing_of_the_game():
    listing = "import sys, functions.shared.clock.app; print(*sys.modules)"
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    printed = subprocess.run([sys.executable, "-c", listing], env=environment, capture_output=True, check=True).stdout
    loaded = printed.decode().split()

    assert "community.gambles.clock" in loaded
    assert {"boto3", "fastapi", "pydantic", "kernel.content.library", "community.players"}.isdisjoint(loaded)


def test_whatever_is_due_is_done_and_then_no_more(environment: Connection):
    with transaction(environment) as tx:
        gamble_id = start_gamble(tx)
        end_joining(tx)
        carol = send(tx)
        arm_blast(tx)

    assert handler(EVERY_MINUTE, None) == {"gambles": 1, "blasts": 1, "deliveries": 1}
    assert handler(EVERY_MINUTE, None) == {}

    with transaction(environment) as tx:
        assert [event["gamble_id"] for event in announced(tx, "gamble.complete")] == [str(gamble_id)]
        assert len(announced(tx, "blast.exploded")) == 1
        assert holdings(tx, carol) == {"item_spade": 2}


def test_more_deliveries_than_one_batch_takes_are_all_made(environment: Connection):
    with transaction(environment) as tx:
        waiting = [send(tx, f"viewer{number}") for number in range(25)]

    assert handler(EVERY_MINUTE, None) == {"deliveries": 25}

    with transaction(environment) as tx:
        assert [holdings(tx, ref) for ref in waiting] == [{"item_spade": 2}] * 25


def test_a_gambles_own_schedule_plays_it_even_if_our_clock_is_a_little_behind(environment: Connection):
    with transaction(environment) as tx:
        gamble_id = start_gamble(tx)
        end_joining(tx, ago="-3 seconds")
        carol = send(tx)

    assert handler(EVERY_MINUTE, None) == {"deliveries": 1}
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

    assert handler(EVERY_MINUTE, None) == {"deliveries": 1}

    database.connection().close()


def test_three_clocks_at_once_do_everything_once(
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

    def tick() -> None:
        together.wait()
        done.append(handler(EVERY_MINUTE, None))
        database.connection().close()

    clocks = [Thread(target=tick) for _ in range(3)]
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
