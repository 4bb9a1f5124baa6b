"""Gambles with growing numbers of players: joining them and executing them; and opening ten thousand boxes."""

from __future__ import annotations

from contextlib import closing
from datetime import UTC, datetime, timedelta
from random import SystemRandom
from statistics import median
from time import perf_counter
from typing import Any
from uuid import UUID

from community.catalog.content import items
from community.gambles import service as gambles
from community.gambles.execution import execute
from community.inventory.models import Quality
from community.inventory.service import add_item
from community.linking import registration
from community.lootboxes.content import loot_tables
from community.lootboxes.rules import open_boxes
from community.players.models import PlayerRef
from community.progression.service import current_state
from kernel.database import Connection, connect, transaction
from local.tools.postgres_proxy import PostgresProxy

PLAYERS = (5, 50, 200)
BOXES = 5  # of each player
BOX = "lootbox_tier2"
ROUND_TRIPS_BUDGET = 6
BUDGET_MS = 1000
COLUMNS = ("players", "start_ms", "join_ms", "play_ms", "budget_ms", "round_trips", "budget_trips", "verdict")

MANY = 10_000
MANY_BUDGET_MS = 50
MANY_COLUMNS = ("box", "quantity", "median_ms", "budget_ms", "verdict")

Row = dict[str, Any]


def measure(database_url: str, *, rounds: int) -> list[Row]:
    """Measure gambles; each column is the best of the rounds.

    `join_ms` is the median of a round's players, who join one after the other.
    """
    rows: list[Row] = []
    with PostgresProxy(database_url) as wire, closing(connect(wire.url)) as conn:
        gamblers = _gamblers(conn, max(PLAYERS))
        for number in PLAYERS:
            played = [_play(conn, wire, gamblers[:number]) for _ in range(rounds)]
            row: Row = {key: min(each[key] for each in played) for key in played[0]}
            within = row["play_ms"] <= BUDGET_MS and row["round_trips"] <= ROUND_TRIPS_BUDGET
            limits = {"budget_ms": BUDGET_MS, "budget_trips": ROUND_TRIPS_BUDGET, "verdict": "" if within else "OVER"}
            rows.append({"players": number} | row | limits)
    return rows


def open_many(database_url: str, *, rounds: int) -> list[Row]:
    with closing(connect(database_url)) as conn, transaction(conn) as tx:
        state = current_state(tx)
    rows: list[Row] = []
    for name in loot_tables.by_box:
        times = [
            _timed_ms(lambda: open_boxes(items.by_name[name], MANY, Quality.COMMON, state, SystemRandom()))  # noqa: B023
            for _ in range(rounds)
        ]
        verdict = "" if median(times) <= MANY_BUDGET_MS else "OVER"
        rows.append(
            {
                "box": name,
                "quantity": MANY,
                "median_ms": round(median(times), 2),
                "budget_ms": MANY_BUDGET_MS,
                "verdict": verdict,
            }
        )
    return rows


def _gamblers(conn: Connection, count: int) -> list[PlayerRef]:
    refs = [PlayerRef("twitch", f"gambler-{number}", f"gambler_{number}") for number in range(count)]
    for ref in refs:
        with transaction(conn) as tx:
            registration.register(tx, ref, ref)
    return refs


def _play(conn: Connection, wire: PostgresProxy, gamblers: list[PlayerRef]) -> Row:
    for ref in gamblers:
        with transaction(conn) as tx:
            add_item(tx, ref, BOX, BOXES)
    bets = [(BOX, BOXES)]
    first, *others = gamblers
    starting = perf_counter()
    with transaction(conn) as tx:
        gamble = gambles.start_gamble(tx, first, bets)
    started = perf_counter()
    joins = [_timed_ms(lambda: _join(conn, ref, gamble.gamble_id)) for ref in others]  # noqa: B023
    before = wire.round_trips()
    playing = _timed_ms(lambda: _execute(conn, gamble.gamble_id, gamble.join_deadline))
    return {
        "start_ms": round(1000 * (started - starting), 2),
        "join_ms": round(median(joins), 2),
        "play_ms": round(playing, 1),
        "round_trips": wire.round_trips() - before,
    }


def _join(conn: Connection, ref: PlayerRef, gamble_id: UUID) -> None:
    with transaction(conn) as tx:
        gambles.join_gamble(tx, ref, gamble_id)


def _execute(conn: Connection, gamble_id: UUID, deadline: datetime) -> None:
    with transaction(conn, now=max(deadline, datetime.now(UTC)) + timedelta(seconds=1)) as tx:
        assert execute(tx, gamble_id)


def _timed_ms(call: Any) -> float:
    started = perf_counter()
    call()
    return 1000 * (perf_counter() - started)
