"""`python -m local.bench [--quick] [--json FILE] [section...]`"""

from __future__ import annotations

import argparse
import json
import os
import platform
import sys
import tempfile
from collections.abc import Callable
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import Any, TypeVar

from local.bench import (
    against,
    bench_database,
    bill,
    chat,
    cold,
    crowd,
    floor,
    gambles,
    image,
    imports,
    listeners,
    speed,
    trips,
    worlds,
)
from local.bench.numbers import percentile
from local.bench.report import table
from local.bench.workers import WorkerError, running_workers
from local.stack.postgres import Postgres, PostgresError
from local.tools.postgres_proxy import PostgresProxy

T = TypeVar("T")
SECTIONS = ("imports", "overhead", "trips", "speed", "gambles", "chat", "cold", "listeners", "worlds", "crowd", "bill")
OVERHEAD_BUDGET_US = 100
QUIET_LIMIT = 1.2
"""A steadiness up to here means that noise does not matter."""


def main() -> int:
    options = _options()
    sys.stdout.reconfigure(line_buffering=True)  # pyright: ignore[reportAttributeAccessIssue]
    if options.against:
        return against.main(options, _progress)
    started = perf_counter()
    try:
        found = _Bench(options).run()
    except (floor.FloorError, image.BuildError, PostgresError, WorkerError) as error:
        print(error, file=sys.stderr)
        return 1
    print(f"\nTook {perf_counter() - started:.0f} s.")
    written_to = options.json or Path("bench.json")
    written_to.write_text(json.dumps(found, indent=2) + "\n")
    print(f"Written to {written_to}.")
    return 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make bench", description="What the game costs on this machine.")
    parser.add_argument("sections", nargs="*", metavar="section", help=f"{', '.join(SECTIONS)}; all when left out")
    parser.add_argument("--quick", action="store_true", help="the most important numbers, in a minute")
    parser.add_argument("--verbose", action="store_true", help="also the heaviest modules of each import")
    parser.add_argument("--fast-disk", action="store_true", help="data in memory and no fsync: the disk left out")
    parser.add_argument("--json", type=Path, metavar="FILE", help="where it is written too; bench.json when left out")
    against.add_options(parser)
    options = parser.parse_args()
    if unknown := set(options.sections) - set(SECTIONS):
        parser.error(f"unknown section: {', '.join(sorted(unknown))}; there are {', '.join(SECTIONS)}")
    return options


class _Bench:
    def __init__(self, options: argparse.Namespace) -> None:
        self.quick: bool = options.quick
        self.verbose: bool = options.verbose
        self.fast_disk: bool = options.fast_disk
        self.sections: list[str] = options.sections or list(SECTIONS)
        self.image = _with_progress("building the layers", image.build)

    def run(self) -> dict[str, Any]:
        found: dict[str, Any] = {"at": datetime.now(UTC).isoformat(timespec="seconds"), "machine": _machine()}
        found["steadiness"] = steadiness = _steadiness()
        print(found["machine"])
        if steadiness > QUIET_LIMIT:
            print(f"The machine is busy: the same loop takes {steadiness:.1f} times its best, and so may all below.")
        with ExitStack() as stack:
            database_url = ""
            if set(self.sections) - {"imports", "overhead"}:
                postgres = self._postgres()
                stack.callback(postgres.destroy)
                database_url = _with_progress("preparing the database", lambda: bench_database.build(postgres))
            for section in SECTIONS:
                if section in self.sections:
                    found[section] = getattr(self, section)(database_url)
        return found

    def imports(self, _: str) -> Any:
        _title("Import to ready", "fresh processes, python3.13, byte-code; `first answer`: a path without a route")
        rows = imports.measure(self.image, runs=3 if self.quick else 10, progress=_progress)
        for row in rows:
            row["verdict"] = "OVER" if row["budget_ms"] and row["median_ms"] > row["budget_ms"] else ""
        columns = ("function", "median_ms", "min_ms", "max_ms", "cpu_ms", "budget_ms", "verdict", "first_answer_ms")
        print(table(rows, columns))
        if self.verbose:
            for row in rows:
                row["heaviest"] = imports.heaviest(self.image, row["function"])
                modules = ", ".join(f"{module} {ms:.1f}" for module, ms in row["heaviest"])
                print(f"{row['function']} (ms, in itself): {modules}")
        return rows

    def overhead(self, _: str) -> Any:
        count = 1000 if self.quick else 5000
        _title("Warm overhead", f"{count} requests with a body through a group's handler, no database")
        with running_workers(self.image, "") as (worker,):
            timed = _with_progress("overhead", lambda: worker.do({"do": "overhead", "count": count}))
        times = timed["times"]
        row = {
            "median_us": round(median(times), 1),
            "p95_us": round(percentile(times, 0.95), 1),
            "cpu_us": round(timed["processor"], 1),
            "budget_us": OVERHEAD_BUDGET_US,
        }
        row["verdict"] = "" if row["median_us"] <= row["budget_us"] else "OVER"
        print(table([row], tuple(row)))
        return row

    def trips(self, database_url: str) -> Any:
        _title("Round trips", "counted between a warm handler and Postgres")
        with (
            PostgresProxy(database_url, counts_statements=True) as wire,
            running_workers(self.image, wire.url) as (worker,),
        ):
            counted = _with_progress(
                "round trips",
                lambda: trips.count(
                    lambda handler, event: worker.do({"do": "call", "handler": handler, "event": event}),
                    lambda: trips.spent(wire),
                ),
            )
        rows = [
            {
                "request": step.name,
                "round_trips": counted[step.name].round_trips,
                "promised": step.promised,
                "statements": counted[step.name].statements,
                "verdict": "" if counted[step.name].round_trips == step.promised else "WRONG",
            }
            for step in (*trips.STEPS, *trips.LINKING)
            if step.name
        ]
        print(table(rows, ("request", "round_trips", "promised", "statements", "verdict")))
        return rows

    def speed(self, database_url: str) -> Any:
        disk = "fsync off, data in memory" if self.fast_disk else "fsync on, data on disk"
        _title("Speed", f"beside the same statements in pgbench (the floor); {disk}; {os.cpu_count()} processors")
        plan = speed.QUICK if self.quick else speed.FULL
        rows, taken = speed.measure(self.image, database_url, plan, _progress)
        for distance, milliseconds in taken.items():
            print(f"\n{distance} ms away (a round trip really takes {milliseconds} ms)")
            here = [row for row in rows if row["distance_ms"] == distance]
            print(table(here, speed.COLUMNS))
        for row in speed.shortfalls(rows):
            print(f"BELOW {speed.REQUIRED} of the floor: {row['action']}, {row['level']}, {row['distance_ms']} ms away")
        return {"disk": disk, "round_trip_ms": taken, "rows": rows}

    def gambles(self, database_url: str) -> Any:
        _title("Gambles", f"{gambles.BOXES} boxes each, use case; then boxes alone, without the database")
        rounds = 1 if self.quick else 3
        played = _with_progress("gambles", lambda: gambles.measure(database_url, rounds=rounds))
        print(table(played, gambles.COLUMNS))
        opened = _with_progress("boxes", lambda: gambles.open_many(database_url, rounds=10 * rounds))
        print(table(opened, gambles.MANY_COLUMNS))
        return {"gambles": played, "boxes": opened}

    def chat(self, database_url: str) -> Any:
        _title(
            "Chat", f"lines a second, {len(chat.CHATTERS)} chatters, use case; growth: as multiple of one connection"
        )
        seconds, rounds = (1, 1) if self.quick else (2, 3)
        rows = _with_progress("chat", lambda: chat.measure(self.image, database_url, seconds=seconds, rounds=rounds))
        print(table(rows, chat.COLUMNS))
        return rows

    def cold(self, database_url: str) -> Any:
        _title("Discord, cold", "each command in a fresh process, from the first import to its answer; python3.13")
        rows = cold.measure(self.image, database_url, runs=1 if self.quick else 5, progress=_progress)
        print(table(rows[:5], cold.COLUMNS))
        print(f"... and {len(rows) - 5} quicker ones, down to {rows[-1]['median_ms']} ms")
        return rows

    def listeners(self, database_url: str) -> Any:
        _title(
            "Listeners",
            f"{listeners.PLAYERS} players act {listeners.ACTIONS_PER_SECOND} times a second each, over HTTP; half of "
            "the audience on the stream, half on the WebSocket; everyone gets all events",
        )
        seconds, rounds = (5, 1) if self.quick else (20, 3)
        rows = listeners.measure(database_url, seconds=seconds, rounds=rounds, progress=_progress)
        print(table(rows, listeners.COLUMNS))
        return rows

    def worlds(self, database_url: str) -> Any:
        _title(
            "A world",
            f"{worlds.PEOPLE} people among {worlds.PEOPLE // worlds.GROUP * worlds.VILLAGERS} of the game send "
            f"{worlds.COMMANDS_PER_SECOND} commands a second together; one in ten is "
            f"heard by {worlds.GROUP - 1} others; the stack is killed once",
        )
        row = worlds.measure(database_url, seconds=20 if self.quick else 120, progress=_progress)
        print(table([row], worlds.COLUMNS))
        return row

    def crowd(self, database_url: str) -> Any:
        size = crowd.QUICK if self.quick else crowd.FULL
        _title(
            "Crowd", f"{size.users:,} users, {size.stats:,} stats, {size.events:,} events; through the whole handler"
        )
        found = crowd.measure(self.image, database_url, size, asks=30, rounds=3, progress=_progress)
        print(table(found["reports"], crowd.REPORT_COLUMNS))
        print(table(found["actions"], crowd.ACTION_COLUMNS))
        print(table(found["forgetting"], crowd.FORGETTING_COLUMNS))
        return found

    def bill(self, database_url: str) -> Any:
        _title("The bill", f"dollars a month; {bill.PRICES_OF}; lines: what they add to the idle installation")
        found = _with_progress(
            "bill", lambda: bill.measure(self.image, database_url, calls=200 if self.quick else 1000)
        )
        print(table(found["measured"], tuple(found["measured"][0])))
        print(table(found["bill"], tuple(found["bill"][0])))
        return found

    def _postgres(self) -> Postgres:
        if self.fast_disk:
            memory = Path("/dev/shm") if Path("/dev/shm").is_dir() else Path(tempfile.gettempdir())
            return Postgres.start(memory / f"brandish-bench-{os.geteuid()}", durable=False)
        return Postgres.start(image.STATE / "postgres", durable=True)


def _machine() -> str:
    return f"{os.cpu_count()} processors, {platform.machine()}, {platform.system()} {platform.release()}"


def _steadiness() -> float:
    """The median time of a loop as a multiple of its best time; 1 on an idle machine."""
    times: list[float] = []
    for _ in range(50):
        started = perf_counter()
        sum(range(200_000))
        times.append(perf_counter() - started)
    return round(median(times) / min(times), 2)


def _title(title: str, note: str) -> None:
    print(f"\n{title}\n{note}")


def _progress(text: str) -> None:
    if sys.stderr.isatty():
        print(f"\r\033[K... {text}", end="\r", file=sys.stderr, flush=True)


def _with_progress(text: str, work: Callable[[], T]) -> T:
    _progress(text)
    result = work()
    _progress("")
    return result


if __name__ == "__main__":
    sys.exit(main())
