"""The event store. Source: worlds 25."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import timedelta
from functools import partial
from random import Random
from time import perf_counter
from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest

from kernel.database import Connection, Tx, connect, transaction
from kernel.errors import TryAgain
from tests.support.world_play import begin, play_at_random
from tests.support.worlds import Player, come_to_lobby, make_world, place_item
from worlds.characters import history
from worlds.characters import service as characters
from worlds.characters.events import PlayerTurned
from worlds.characters.models import Character
from worlds.log import reading
from worlds.log import service as log
from worlds.log.models import VersionConflict, WorldEvent
from worlds.rebuilding import service as rebuilding
from worlds.space.models import Position
from worlds.world import history as world_history

BELL = "bell"  # an aggregate without a row to lock


def turned(number: int = 0) -> PlayerTurned:
    return PlayerTurned(character_id=UUID(int=0), facing=(number, 0, 0))


def turn(tx: Tx, player: Player, times: int) -> Character:
    """Let someone turn around so often, with a second in between."""
    events: list[WorldEvent] = [
        PlayerTurned(character_id=player.character_id, facing=(number, 0, 0)) for number in range(times)
    ]
    character = player.character(tx)
    for event in events:
        tx.now += timedelta(seconds=1)
        character = characters.save(tx, character, [event])
    return character


def replayed(tx: Tx, player: Player, **until: Any) -> Character | None:
    return reading.replay(tx, history.STATES, player.character_id, **until)


def test_events_get_the_versions_after_the_expected_one_and_are_read_from_a_version_inclusive(tx: Tx):
    bell = uuid4()

    log.append(tx, BELL, bell, 0, [turned(1), turned(2), turned(3)])
    log.append(tx, BELL, bell, 3, [turned(4)])

    assert [each.version for each in reading.list_of(tx, bell)] == [1, 2, 3, 4]
    assert [each.event for each in reading.list_of(tx, bell, 2, 3)] == [turned(2), turned(3)]
    assert [each.event for each in reading.list_of(tx, bell, 4)] == [turned(4)]


def test_another_version_than_the_expected_one_is_a_conflict_and_changes_nothing(tx: Tx):
    bell = uuid4()
    log.append(tx, BELL, bell, 0, [turned(each) for each in range(4)])

    for expected in (3, 5):
        with pytest.raises(VersionConflict):
            log.append(tx, BELL, bell, expected, [turned()])

    assert [each.version for each in reading.list_of(tx, bell)] == [1, 2, 3, 4]


def test_fifty_parallel_appends_that_are_repeated_give_versions_1_to_50(database_url: str):
    bell = uuid4()

    def append() -> None:
        with closing(connect(database_url)) as conn:
            while True:
                try:
                    with transaction(conn) as tx:
                        known = reading.list_of(tx, bell)
                        log.append(tx, BELL, bell, len(known), [turned()])
                        return
                except (VersionConflict, TryAgain):
                    pass

    with ThreadPoolExecutor(10) as pool:
        for done in [pool.submit(append) for _ in range(50)]:
            done.result()

    with closing(connect(database_url)) as conn, transaction(conn) as tx:
        assert [each.version for each in reading.list_of(tx, bell)] == [*range(1, 51)]


def test_events_are_read_by_type_and_span_and_all_since_a_number(tx: Tx):
    began = tx.now
    ann = come_to_lobby(tx)
    turn(tx, ann, 5)
    span = partial(reading.list_of_type, tx, "PlayerTurned")

    assert len(span(began + timedelta(seconds=2), began + timedelta(seconds=4))) == 2
    assert len(span(began, tx.now + timedelta(seconds=1), limit=4)) == 4
    assert span(began - timedelta(days=1), began) == []
    first = reading.page_after(tx, 0, limit=3)
    assert len(first.events) == 3
    assert first.last is not None
    rest = reading.page_after(tx, first.last)
    assert rest.last is None
    assert [each for _, each in (*first.events, *rest.events)] == [each for _, each in reading.everything(tx)]


def test_the_log_refuses_changes_whoever_makes_them(conn: Connection):
    for change in (
        "UPDATE worlds.events SET payload = '{}'",
        "DELETE FROM worlds.events",
        "TRUNCATE worlds.events",
    ):
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            conn.execute(change)


def test_a_time_between_two_versions_is_the_state_of_the_first(tx: Tx):
    ann = come_to_lobby(tx)
    turn(tx, ann, 5)  # with having been made and having entered: 7
    between = tx.now + timedelta(milliseconds=500)
    turn(tx, ann, 3)

    rewound = replayed(tx, ann, until=between)

    assert rewound is not None
    assert rewound.version == 7
    assert rewound == replayed(tx, ann, version=7)
    assert rewound.facing == (4, 0, 0)
    assert replayed(tx, ann, until=between - timedelta(days=1)) is None
    assert replayed(tx, ann) == ann.character(tx)


def test_a_clock_that_is_behind_does_not_tear_a_hole_into_the_past(tx: Tx):
    ann = come_to_lobby(tx)
    turn(tx, ann, 2)
    moment = tx.now
    turn(tx, ann, 2)
    tx.now = moment - timedelta(seconds=1)
    characters.save(tx, ann.character(tx), [PlayerTurned(character_id=ann.character_id, facing=(9, 9, 9))])

    rewound = replayed(tx, ann, until=moment)

    assert rewound is not None
    assert rewound.version == 4


def test_there_is_a_snapshot_every_hundred_events_and_a_replay_reads_no_more_than_those_since(
    tx: Tx, monkeypatch: pytest.MonkeyPatch
):
    ann = come_to_lobby(tx)
    live = turn(tx, ann, 348)
    rows = tx.execute("SELECT version FROM worlds.snapshots WHERE aggregate_id = %s ORDER BY 1", (ann.character_id,))
    assert [row["version"] for row in rows] == [100, 200, 300]
    read: list[int] = []
    original = reading.READER.read
    monkeypatch.setattr(type(reading.READER), "read", lambda _, row: read.append(row.version) or original(row))

    assert replayed(tx, ann) == live
    assert replayed(tx, ann, version=250) != live
    assert read == [*range(301, 351), *range(201, 251)]
    read.clear()
    tx.execute("UPDATE worlds.snapshots SET code_version = 0 WHERE version = 300")  # as after a deployment
    tx.execute("DELETE FROM worlds.snapshots WHERE version = 200")
    assert replayed(tx, ann) == live
    assert len(read) == 250


def test_snapshots_hold_all_of_what_was(tx: Tx):
    rng = Random(2)
    players = begin(tx, rng)
    play_at_random(tx, rng, players, 150)
    for player in players:
        before = player.character(tx)
        turn(tx, player, 100 - before.version % 100)
        live = player.character(tx)
        assert live.inventory.held
        held = {each.holding_id: each for each in live.inventory.held}

        found = replayed(tx, player)

        assert found is not None
        assert {each.holding_id: each for each in found.inventory.held} == held
        assert found.ignored == live.ignored
        assert (found.position, found.stamina, found.settled_at, found.created_at, found.last_played) == (
            live.position,
            live.stamina,
            live.settled_at,
            live.created_at,
            live.last_played,
        )


def test_a_world_is_replayed_from_its_snapshots_too(tx: Tx):
    world = make_world(tx, seats=7, generation={"seed": 5})
    for number in range(120):
        world, _ = place_item(tx, world, "stone", Position(number, 0, 0))

    assert reading.replay(tx, world_history.STATES, world.world_id) == world


def test_ten_thousand_events_are_replayed_in_less_than_five_seconds(tx: Tx):
    """Measured: a second for those of one character, and another for all tables."""
    ann = come_to_lobby(tx)
    body = ann.character(tx)
    events = [PlayerTurned(character_id=ann.character_id, facing=(number, 0, 0)) for number in range(9_998)]
    live = characters.save(tx, body, events)
    tx.execute("DELETE FROM worlds.snapshots")
    assert live.version == 10_000

    began = perf_counter()
    assert replayed(tx, ann) == live
    assert perf_counter() - began < 5
    began = perf_counter()
    assert rebuilding.rebuild(tx).differences == []
    assert perf_counter() - began < 5
