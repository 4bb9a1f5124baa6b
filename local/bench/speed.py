"""Latency and throughput of each action beside the floor, at two distances from the database."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from statistics import mean, median
from time import perf_counter
from typing import Any

import psycopg

from local.bench import actions, bench_database, floor, recording
from local.bench.actions import Action, bench_player
from local.bench.image import Image
from local.bench.numbers import percentile
from local.bench.recording import Recording
from local.bench.workers import Worker, do_together, running_workers
from local.tools.postgres_proxy import PostgresProxy

COLUMNS = ("clients", "players", "action", "level", "per_second", "median_ms", "p95_ms", "cpu_us", "of_floor")
REQUIRED = 0.5
"""Of the floor's throughput, for buying and selling on one connection."""

Row = dict[str, Any]
Progress = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Plan:
    """What to measure.

    Attributes:
        crowds: (clients, their players): "own" players of each, or the same "shared" ones for all.
        crowded: the names of the actions that several clients run at the same time; one client runs the others.
        repeats: how often buying and selling on one connection are measured; all else is measured once.
    """

    actions: tuple[Action, ...]
    crowds: tuple[tuple[int, str], ...]
    repeats: int
    crowded: frozenset[str] = frozenset({"message", "buy", "sell", "give"})
    seconds: int = 1

    def steps(self) -> Iterator[tuple[Action, int, str]]:
        """(action, clients, players)"""
        for clients, players in self.crowds:
            for action in self.actions:
                if clients == 1 or action.name in self.crowded:
                    yield action, clients, players


QUICK = Plan(tuple(action for action in actions.ACTIONS if action.name in ("buy", "sell")), ((1, "own"),), 1)
FULL = Plan(actions.ACTIONS, ((1, "own"), (bench_database.CLIENTS, "own"), (bench_database.CLIENTS, "shared")), 3)


def measure(image: Image, database_url: str, plan: Plan, progress: Progress) -> tuple[list[Row], dict[int, float]]:
    """Measure all actions of the plan.

    Returns:
        {"distance_ms", "clients", "players", "action", "level", "per_second", "median_ms", "p95_ms", "cpu_us"?,
        "of_floor"?}; `cpu_us` is the client process's own CPU time per call;
        and the measured time of a round trip for each distance, in ms.
    """
    actions.lift_limits()
    pgbench = floor.find_pgbench()
    recordings = _record(database_url, plan) if pgbench else {}
    rows: list[Row] = []
    taken: dict[int, float] = {}
    for distance in (0, 1):
        with ExitStack() as stack:
            url = database_url
            if distance:
                # The proxy itself adds a little: subtract that.
                with PostgresProxy(database_url, round_trip_ms=distance) as wire:
                    excess = round_trip(wire.url) - distance
                url = stack.enter_context(PostgresProxy(database_url, round_trip_ms=max(0.0, distance - excess))).url
            taken[distance] = round(round_trip(url), 3)
            workers = stack.enter_context(running_workers(image, url, max(clients for clients, _ in plan.crowds)))
            bench = _Bench(pgbench, database_url, url, workers, recordings, plan.seconds)
            for action, clients, players in plan.steps():
                progress(f"{action.name}, {clients} client(s), {players} players, {distance} ms")
                repeats = plan.repeats if clients == 1 and action.name in ("buy", "sell") else 1
                rows += (
                    {"distance_ms": distance, "clients": clients, "players": players, **row}
                    for row in bench.rows(action, clients, players, repeats)
                )
    return rows, taken


def round_trip(url: str) -> float:
    """The time of the simplest query in ms, median of 200."""
    with psycopg.connect(url, autocommit=True) as conn:
        times: list[float] = []
        for _ in range(200):
            started = perf_counter()
            conn.execute("SELECT 1")
            times.append((perf_counter() - started) * 1000)
    return median(times)


def shortfalls(rows: Sequence[Row]) -> list[Row]:
    """Where buying or selling on one connection does not reach the required share of the floor."""
    return [
        row
        for row in rows
        if row["clients"] == 1 and row["action"] in ("buy", "sell") and row.get("of_floor", REQUIRED) < REQUIRED
    ]


def _record(database_url: str, plan: Plan) -> dict[tuple[str, int], Recording]:
    bench_database.refill(database_url)
    found: dict[tuple[str, int], Recording] = {}
    for action in plan.actions:
        groups = {
            tuple(group)
            for step, clients, players in plan.steps()
            if step is action
            for group in _groups(clients, players)
        }
        for group in groups:
            for number, other in zip(group, (*group[1:], group[0]), strict=True):
                found[action.name, number] = recording.record(
                    database_url, action, bench_player(number), bench_player(other)
                )
    return found


def _groups(clients: int, players: str) -> list[list[int]]:
    """Players of each client."""
    if players == "shared":
        return [bench_database.shared_players()] * clients
    return [bench_database.players_of(client) for client in range(clients)]


@dataclass(frozen=True, slots=True)
class _Bench:
    pgbench: str | None
    direct_url: str
    url: str
    workers: list[Worker]
    recordings: dict[tuple[str, int], Recording]
    seconds: int

    def rows(self, action: Action, clients: int, players: str, repeats: int) -> list[Row]:
        """One row per level, medians of the rounds. Levels take turns, so that noise affects all of them."""
        bench_database.refill(self.direct_url)
        rounds: dict[str, list[Row]] = {}
        for _ in range(repeats):
            if self.pgbench:
                rounds.setdefault("floor", []).append(self._floor(self.pgbench, action, clients, players))
            for level in ("use case", "handler"):
                rounds.setdefault(level, []).append(self._ours(action, clients, players, level))
        for level, results in rounds.items():
            if self.pgbench and level != "floor":
                for result, lowest in zip(results, rounds["floor"], strict=True):
                    result["of_floor"] = round(result["per_second"] / lowest["per_second"], 2)
        return [{"action": action.name, "level": level} | _medians(results) for level, results in rounds.items()]

    def _floor(self, pgbench: str, action: Action, clients: int, players: str) -> Row:
        # With shared players, one process serves all clients.
        groups, connections = _groups(clients, players), 1
        if players == "shared":
            groups, connections = groups[:1], clients
        recordings = [[self.recordings[action.name, number] for number in group] for group in groups]
        times = floor.run(pgbench, self.url, recordings, clients=connections, seconds=self.seconds)
        return result(times, clients)

    def _ours(self, action: Action, clients: int, players: str, level: str) -> Row:
        orders = [
            {
                "do": "run",
                "action": action.name,
                "level": level,
                "players": group,
                "seconds": self.seconds,
            }
            for group in _groups(clients, players)
        ]
        results = do_together(self.workers[:clients], orders)
        row = result([time for result in results for time in result["times"]], clients)
        return row | {"cpu_us": round(mean(result["processor"] for result in results))}


def result(times: Sequence[float], clients: int) -> Row:
    """A row from the microseconds of each call.

    Clients never pause: each is busy for the whole time, so their throughput follows from the mean.
    """
    return {
        "per_second": round(clients * len(times) / sum(times) * 1e6),
        "median_ms": round(median(times) / 1000, 3),
        "p95_ms": round(percentile(times, 0.95) / 1000, 3),
    }


def _medians(results: Sequence[Row]) -> Row:
    return {key: median(result[key] for result in results) for key in results[0]}
