"""A command costs two round trips, also on ground that no one has read before. Source: the design of Worlds."""

from __future__ import annotations

from datetime import timedelta

import pytest

from kernel.database import Connection, transaction
from local.worlds.settling import settle_npc
from tests.support.grounds import make_ground
from tests.support.round_trips import counted
from tests.support.worlds import come_to, give_things, make_world, texts
from worlds.ground import cache
from worlds.space.models import Position


@pytest.mark.parametrize("line", ["prices", "buy berry from maren", "barter maren berry for 2 berries"])
def test_a_deal_is_two_round_trips(conn: Connection, database_url: str, line: str):
    with transaction(conn) as tx:
        world = make_world(tx)
        maren = settle_npc(tx, world, "Maren", Position(50, 60))
        give_things(tx, maren, "berry", 100)
        ann = come_to(tx, world.world_id, "Ann")
        give_things(tx, give_things(tx, ann.character(tx), "coin", 500), "berry", 20)
    with counted(database_url) as (connection, wire):
        for _ in range(8):  # until statements are prepared
            with transaction(connection) as tx:
                ann.types(tx, line)
        before = wire.round_trips()
        with transaction(connection) as tx:
            assert ann.types(tx, line)

        assert wire.round_trips() - before == 2


def test_falling_asleep_is_two_round_trips_and_so_is_waking(conn: Connection, database_url: str):
    with transaction(conn) as tx:
        world = make_world(tx)
        ann, _ = come_to(tx, world.world_id, "Ann"), come_to(tx, world.world_id, "Bob")
    with counted(database_url) as (connection, wire):
        spent = list[int]()
        for line in ("run n 3", "sleep", "run s 3", "sleep") * 4:  # until statements are prepared
            before = wire.round_trips()
            with transaction(connection) as tx:
                assert texts(ann.types(tx, line))

            spent.append(wire.round_trips() - before)
        assert spent[-2:] == [2, 2]  # waking up on the way, and falling asleep


@pytest.mark.parametrize("line", ["look", "north", "east 20", "map", "say hello"])
@pytest.mark.parametrize("memory", ["cold", "warm"])
def test_a_command_on_the_ground_is_two_round_trips(
    conn: Connection, database_url: str, monkeypatch: pytest.MonkeyPatch, line: str, memory: str
):
    with transaction(conn) as tx:
        world = make_ground(tx)
        ann = come_to(tx, world.world_id, "Ann")
    with counted(database_url) as (connection, wire):
        for _ in range(8):  # until statements are prepared
            with transaction(connection) as tx:
                ann.types(tx, line)
        if memory == "cold":
            for name in ("tiles", "spots", "last_worlds"):
                monkeypatch.setattr(cache, name, cache.Remembered(100))
        before = wire.round_trips()
        with transaction(connection) as tx:
            assert texts(ann.types(tx, line))

        assert wire.round_trips() - before == 2


@pytest.mark.parametrize("line", ["attack maren", "defend", "north"])
def test_a_command_in_a_fight_is_two_round_trips_whatever_is_due_in_it(conn: Connection, database_url: str, line: str):
    with transaction(conn) as tx:
        world = make_ground(tx)
        ann = come_to(tx, world.world_id, "Ann")
        settle_npc(tx, world, "Maren", ann.character(tx).position)
        ann.types(tx, "attack maren")
        later = tx.now + timedelta(seconds=1)
    with counted(database_url) as (connection, wire):
        for number in range(8):
            with transaction(connection, now=later + timedelta(seconds=2 * number)) as tx:
                ann.types(tx, line)
        before = wire.round_trips()
        with transaction(connection, now=later + timedelta(seconds=20)) as tx:
            ann.types(tx, line)

        assert wire.round_trips() - before == 2
