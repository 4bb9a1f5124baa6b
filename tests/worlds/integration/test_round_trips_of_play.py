"""A command costs two round trips, also on ground that no one has read before. Source: the design of Worlds."""

from __future__ import annotations

import pytest

from kernel.database import Connection, transaction
from tests.support.grounds import make_ground
from tests.support.round_trips import counted
from tests.support.worlds import come_to, texts
from worlds.ground import cache


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
