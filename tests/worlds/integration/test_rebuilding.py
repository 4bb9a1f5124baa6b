"""The read models, made anew from the log, are what they were. Source: worlds 25, acceptance 6."""

from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, suppress
from random import Random
from typing import Any
from uuid import uuid4

import pytest

from kernel.database import Connection, Tx, connect, transaction
from kernel.errors import TryAgain
from tests.support.world_play import begin, play_at_random
from tests.support.worlds import Player
from worlds.rebuilding import service as rebuilding
from worlds.rebuilding.queries import READ_MODELS
from worlds.rebuilding.running import run as rebuild
from worlds.rebuilding.service import Rebuilt

TABLES = tuple(model.name for model in READ_MODELS)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_what_is_rebuilt_is_what_is_live_after_300_commands_of_5_players(tx: Tx, seed: int):
    rng = Random(seed)
    players = begin(tx, rng)
    play_at_random(tx, rng, players, 300)
    rows = tx.execute("SELECT event_type, count(*) AS n FROM worlds.events GROUP BY event_type").fetchall()
    happened = Counter({row["event_type"]: row["n"] for row in rows})

    rebuilt = rebuilding.rebuild(tx)

    assert rebuilt.differences == []
    assert rebuilt.events == happened.total()
    usual = {
        "PlayerMoved",
        "ItemPickedUp",
        "ItemDropped",
        "ItemEquipped",
        "ItemUsed",
        "ItemHandedOver",
        "PersonIgnored",
    }
    assert usual <= happened.keys()


def test_what_differs_is_told_and_mended_and_what_belongs_to_it_stays(conn: Connection):
    with transaction(conn, rng=Random(1)) as tx:
        ann, bob, *_ = play_at_random(tx, Random(1), begin(tx, Random(1)), 100)
        before = contents(tx)
        tx.execute("UPDATE worlds.characters SET x = x + 7 WHERE character_id = %s", (ann.character_id,))
        tx.execute("DELETE FROM worlds.entities WHERE kind = 'structure'")
        tx.execute("UPDATE worlds.worlds SET name = 'Elsewhere' WHERE NOT is_system")
        tx.execute(
            """
            INSERT INTO worlds.holdings (holding_id, character_id, item, quantity, durability, quality)
            VALUES (%s, %s, 'stone', 50, 1, 1)
            """,
            (uuid4(), bob.character_id),
        )
        posts = count(tx, "posts")

    with transaction(conn) as tx:
        rebuilt = rebuilding.rebuild(tx)
        differences = rebuilt.differences
        rebuilding.write_back(tx, rebuilt)

    assert Counter(each.table for each in differences) == {"characters": 1, "entities": 4, "worlds": 1, "holdings": 1}
    [moved] = [each for each in differences if each.table == "characters"]
    assert moved.columns.keys() == {"x"}
    assert {(each.live is None, each.rebuilt is None) for each in differences} == {
        (False, False),
        (True, False),
        (False, True),
    }
    with transaction(conn) as tx:
        assert contents(tx) == before
        assert count(tx, "posts") == posts > 0
        assert rebuilding.rebuild(tx).differences == []


def test_people_who_play_meanwhile_wait_and_lose_nothing(conn: Connection, database_url: str):
    with transaction(conn, rng=Random(1)) as tx:
        players = begin(tx, Random(1), people=3)

    def type_a_lot(player: Player) -> int:
        rng, done = Random(player.connection_id), 0
        with closing(connect(database_url)) as own:
            while done < 15:
                with suppress(TryAgain), transaction(own) as tx:
                    player.types(tx, rng.choice(("get berry 1", "drop berry", "n", "s", "say hi")))
                    done += 1
        return done

    with ThreadPoolExecutor() as pool:
        playing = [pool.submit(type_a_lot, player) for player in players]
        rebuilt: list[Rebuilt] = []
        while not rebuilt or not all(each.done() for each in playing):
            with suppress(TryAgain):
                rebuilt.append(rebuild(conn, write=len(rebuilt) % 2 == 1))
    assert [each.result() for each in playing] == [15, 15, 15]
    assert len(rebuilt) >= 2
    assert [each.differences for each in rebuilt] == [[]] * len(rebuilt)
    assert rebuild(conn, write=False).differences == []


def contents(tx: Tx) -> dict[str, list[Any]]:
    """Return the rows of all read models."""
    asked = {
        name: tx.execute(f"SELECT to_jsonb(t) AS row FROM worlds.{name} AS t ORDER BY to_jsonb(t)::text")  # pyright: ignore[reportArgumentType]
        for name in TABLES
    }
    return {name: [row["row"] for row in rows] for name, rows in asked.items()}


def count(tx: Tx, table: str) -> int:
    row = tx.execute(f"SELECT count(*) AS n FROM worlds.{table}").fetchone()  # pyright: ignore[reportArgumentType]
    assert row is not None
    return row["n"]
