"""What a gamble costs, and how long a big one takes."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from time import perf_counter

import pytest

from community.catalog.content import items
from community.gambles import service as gambles
from community.gambles.clock import execute_due
from community.gambles.models import Gamble
from community.inventory.models import Inventory, Quality
from community.players import service as players
from community.players.models import PlayerRef
from kernel.database import Connection, Tx, reading, transaction
from tests.support.dice import ten_thousand_rolls
from tests.support.factories import hold_target, unlock
from tests.support.round_trips import counted

PLAYERS = [PlayerRef("twitch", f"id-{number}", f"gambler{number}") for number in range(200)]
FIVE = [("crate", 5)]
TRIES = 6  # enough for every statement to be prepared
LATER = timedelta(hours=1)
A_SECOND = max(1.0, 180 * ten_thousand_rolls())
"""and longer on a machine that takes more than 5 to 6 ms to roll so often"""


def furnish(conn: Connection, number: int, *boxes: str) -> None:
    with transaction(conn) as tx:
        unlock(tx, "feature_gamble", "job_gambler")
        hold_target(tx)
        for place, ref in enumerate(PLAYERS[:number]):
            player = players.load_or_create(tx, ref)
            inventory = player[Inventory]
            for box in boxes:
                inventory = inventory.give(items.by_name[box].item_id, 100, list(Quality)[place % 8])
            players.save(tx, player.having(inventory))


def cost(database_url: str, action: Callable[[Tx], object], between: Callable[[Tx], object]) -> int:
    """Of the action's last repetition, with something else between all of them."""
    costs: list[int] = []
    with counted(database_url) as (conn, wire):
        for _ in range(TRIES):
            with transaction(conn) as tx:
                between(tx)
            before = wire.round_trips()
            with transaction(conn) as tx:
                action(tx)
            costs.append(wire.round_trips() - before)
    return costs[-1]


def play(tx: Tx) -> None:
    tx.now += LATER
    execute_due(tx)
    tx.now -= LATER


def test_starting_costs_two_round_trips(conn: Connection, database_url: str):
    furnish(conn, 1, "lootbox_tier0")

    assert cost(database_url, lambda tx: gambles.start_gamble(tx, PLAYERS[0], FIVE), between=play) == 2


def test_joining_costs_two_round_trips(conn: Connection, database_url: str):
    furnish(conn, 2, "lootbox_tier0")

    def start_the_next(tx: Tx) -> None:
        play(tx)
        gambles.start_gamble(tx, PLAYERS[0], FIVE)

    assert cost(database_url, lambda tx: gambles.join_gamble(tx, PLAYERS[1]), between=start_the_next) == 2


def test_that_nothing_is_due_is_found_out_in_two(conn: Connection, database_url: str):
    furnish(conn, 1, "lootbox_tier0")
    with transaction(conn) as tx:
        gambles.start_gamble(tx, PLAYERS[0], FIVE)

    assert cost(database_url, execute_due, between=lambda tx: None) == 2


@pytest.mark.parametrize("running", [True, False])
def test_a_look_costs_one_round_trip(conn: Connection, database_url: str, running: bool):
    furnish(conn, 2, "lootbox_tier0")
    with transaction(conn) as tx:
        gamble = gambles.start_gamble(tx, PLAYERS[0], FIVE)
        gambles.join_gamble(tx, PLAYERS[1])
        if not running:
            play(tx)

    costs: list[int] = []
    with counted(database_url) as (wired, wire):
        for _ in range(TRIES):
            before = wire.round_trips()
            with reading(wired) as tx:
                found = gambles.active_gamble(tx) if running else gambles.read_gamble(tx, gamble.gamble_id)
            costs.append(wire.round_trips() - before)
            assert found is not None
            assert len(found.participants) == 2
    assert costs[-1] == 1


def rehearsed(conn: Connection, gamble: Gamble) -> float:
    """Seconds to play it, but for the commit; the best of up to three: others want the machine as well."""
    times: list[float] = []
    while len(times) < 3 and min(times, default=A_SECOND) >= A_SECOND:
        began = perf_counter()
        with suppress(_Rehearsed), transaction(conn, now=gamble.join_deadline) as tx:
            execute_due(tx)
            tx.execute("SELECT").fetchall()  # all is written
            times.append(perf_counter() - began)
            raise _Rehearsed
    return min(times)


class _Rehearsed(Exception):
    """Makes `transaction` roll back."""


def test_200_players_with_five_boxes_each_take_six_round_trips_and_a_second_at_most(
    conn: Connection, database_url: str
):
    furnish(conn, len(PLAYERS), "lootbox_tier3", "lootbox_tier2")
    with transaction(conn) as tx:
        gamble = gambles.start_gamble(tx, PLAYERS[0], [("vaultbox", 3), ("strongbox", 2)])
    for ref in PLAYERS[1:]:
        with transaction(conn) as tx:
            gambles.join_gamble(tx, ref)
    conn.execute("ANALYZE")

    with counted(database_url) as (wired, wire):
        seconds = rehearsed(wired, gamble)
        before = wire.round_trips()
        with transaction(wired, now=gamble.join_deadline) as tx:
            played = execute_due(tx)
        trips = wire.round_trips() - before

    print(f"{trips} round trips, {seconds * 1000:.0f} ms")
    assert played == [gamble.gamble_id]
    with reading(conn) as tx:
        assert len(gambles.read_gamble(tx, gamble.gamble_id).participants) == 200
    assert trips <= 6
    assert seconds < A_SECOND
