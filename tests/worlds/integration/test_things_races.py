"""Things when many reach for them at once: each is in one place. Source: worlds 9 and 28."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from functools import partial
from random import Random

import pytest

from kernel.database import Connection, Tx, transaction
from kernel.database import connect as connect_to
from tests.support.races import PATIENCE, attempt, race_of, wait_for_a_lock
from tests.support.worlds import Player, code, come_to, make_world, place_item, texts
from worlds.characters import queries as characters
from worlds.play import leaving
from worlds.rebuilding.running import run as rebuild
from worlds.space.models import Position

HERE = Position(50, 50)


def quantities(tx: Tx) -> tuple[int, int]:
    """How many things lie somewhere, and how many are with people."""
    [row] = tx.execute(
        """
        SELECT (SELECT coalesce(sum(quantity), 0) FROM worlds.entities WHERE item IS NOT NULL)::int AS lying,
               (SELECT coalesce(sum(quantity), 0) FROM worlds.holdings)::int AS held
        """
    )
    return row["lying"], row["held"]


def test_a_hundred_reach_for_one_lamp_and_one_gets_it(conn: Connection, database_url: str):
    with transaction(conn) as tx:
        world = make_world(tx)
        players = [come_to(tx, world.world_id, f"P{number}") for number in range(25)]
        place_item(tx, world, "lamp", HERE)

    with race_of(25, database_url) as race:
        answers = [
            answer
            for _ in range(4)
            for answer in race(*(partial(Player.types, player, text="get lamp") for player in players))
            if isinstance(answer, list)
        ]

    taken = [answer for answer in answers if texts(answer) and texts(answer)[0].startswith("Taken")]
    assert (len(answers), len(taken)) == (100, 1)
    with transaction(conn) as tx:
        assert quantities(tx) == (0, 1)
    assert rebuild(conn, write=False).differences == []


def test_nothing_is_made_or_lost_while_everyone_takes_gives_drops_and_trades(conn: Connection, database_url: str):
    with transaction(conn) as tx:
        world = make_world(tx)
        players = [come_to(tx, world.world_id, f"P{number}") for number in range(6)]
        for _ in range(5):
            world, _ = place_item(tx, world, "arrow", HERE, 20)
        world, _ = place_item(tx, world, "berry", HERE, 30)
    rng = Random(17)
    lines = ("get arrows 7", "drop arrows 3", "get berries 5", "give 2 arrows to P{}", "trade P{}", "offer arrows 2",
             "accept", "decline", "drop berries all", "give 1 berry to P{}")  # fmt: skip

    with race_of(6, database_url) as race:
        for _ in range(40):
            race(
                *(partial(Player.types, player, text=rng.choice(lines).format(rng.randrange(6))) for player in players)
            )

    with transaction(conn) as tx:
        lying, held = quantities(tx)
        assert lying + held == 130
        [row] = tx.execute("SELECT count(*) AS events FROM worlds.events WHERE event_type = 'ItemHandedOver'")
        assert row["events"] > 0
    assert rebuild(conn, write=False).differences == []


@pytest.mark.parametrize("line", ["give arrow to Bob", "trade Bob", "offer arrow", "accept", "decline"])
def test_what_two_people_do_does_not_wait_for_someone_beyond_their_reach(
    conn: Connection, database_url: str, line: str
):
    with transaction(conn) as tx:
        world = make_world(tx)
        ann, bob, carl = (come_to(tx, world.world_id, name) for name in ("Ann", "Bob", "Carl"))
        place_item(tx, world, "arrow", HERE, 3)
        ann.types(tx, "get arrows")
        carl.types(tx, "e 4")
        if line != "trade Bob":
            ann.types(tx, "trade Bob")
            bob.types(tx, "trade Ann")

    with closing(connect_to(database_url)) as other, transaction(conn) as tx:
        carl.types(tx, "score")
        with transaction(other) as acting:
            acting.execute("SET LOCAL lock_timeout = '2s'")
            answer = ann.types(acting, line)

    assert texts(answer)


def test_who_leaves_and_who_accepts_their_trade_do_not_block_each_other(conn: Connection, database_url: str):
    with transaction(conn) as tx:
        world = make_world(tx)
        ann, bob = (come_to(tx, world.world_id, name) for name in ("Ann", "Bob"))
        ann.types(tx, "trade Bob")
        bob.types(tx, "trade Ann")

    with (
        closing(connect_to(database_url)) as going,
        closing(connect_to(database_url)) as accepting,
        ThreadPoolExecutor(2) as threads,
    ):
        with transaction(conn) as tx:
            characters.lock(tx, [ann.character_id, bob.character_id])
            assert ann.character(tx).is_present
            gone = threads.submit(attempt, going, partial(leaving.go, connection_id=ann.connection_id))
            wait_for_a_lock(conn)
            accepted = threads.submit(attempt, accepting, partial(Player.types, bob, text="accept"))
            wait_for_a_lock(conn, 2)

        assert gone.result(PATIENCE) is None
        answer = accepted.result(PATIENCE)
    assert isinstance(answer, list)
    assert code(answer) == "NOT_FOUND"
