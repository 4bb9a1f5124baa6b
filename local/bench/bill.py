"""What AWS charges a month: an idle installation, and chat lines on top of it, from measured milliseconds."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import closing
from dataclasses import dataclass
from statistics import median
from typing import Any

from kernel.database import connect
from local.bench import requests
from local.bench.image import Image
from local.bench.workers import Worker, running_workers
from local.tools.postgres_proxy import PostgresProxy

PRICES_OF = "us-east-1, list prices of November 2026, always-free amounts counted"
HOURS = 730  # in a month
LINES = (100_000, 1_000_000, 10_000_000)
BATCH = 25
AUTHORS = 10
"""Authors of a batch: in a busy chat some write twice within a second or two."""
CHAT_HOURS = 120
"""Hours a month with a chat, in which the relay is awake."""

MEMORY_GB = 1.0
PROCESSOR_SHARE = 1024 / 1769
"""The part of a processor that a function with 1024 MB gets."""
LOG_BYTES = 1_600
"""A call's lines in the log: ours, and the platform's about start, end and duration."""
CLOCKS = 2
"""Functions that run once a minute: one for each ring."""
CLOCK_SECONDS = 0.05
QUEUES = 5
"""That have a consumer in an installation without Discord, Streamer.bot and mails."""
SECRETS = 6
ALARMED_METRICS = 10
ALARMED_METRICS_WITH_MAILS = 8
"""Those of the service levels, which an installation has only if someone gets the mails."""
POLLERS = 5
"""Long polls of 20 s that Lambda keeps open for each queue, as far as AWS documents it."""
SQS_REQUESTS_PER_EVENT = 6
"""An event in two queues: sent, received and deleted in each."""


@dataclass(frozen=True, slots=True)
class Price:
    """A price, and how much AWS gives away each month for good."""

    dollars: float
    free: float = 0

    def of(self, amount: float) -> float:
        return max(0.0, amount - self.free) * self.dollars


PRICES: Mapping[str, Price] = {
    "database": Price(0.016),  # hour of db.t4g.micro, one zone
    "storage": Price(0.115),  # GB of gp3 and month
    "endpoint": Price(0.01),  # hour and zone of an interface endpoint
    "secrets": Price(0.40),  # secret and month
    "alarms": Price(0.10, free=10),  # metric of an alarm and month
    "gateway": Price(3.50e-6),  # REST request
    "requests": Price(0.20e-6, free=1_000_000),  # Lambda request
    "compute": Price(1.33334e-5, free=400_000),  # GB-second on arm64
    "logs": Price(0.50, free=5),  # GB of logs taken in
    "traces": Price(5e-6, free=100_000),  # trace
    "events": Price(1e-6),  # event on a custom bus
    "queues": Price(0.50e-6, free=1_000_000),  # SQS request, FIFO
    "schedules": Price(1e-6, free=14_000_000),  # run of a schedule
}


@dataclass(frozen=True, slots=True)
class Measured:
    """A call to the gateway with chat lines in it.

    Attributes:
        lines: in a call.
        seconds: billed for a call, with the database 1 ms away and the processor's share of a function.
        events: put on the bus per line.
    """

    lines: int
    seconds: float
    events: float


def measure(image: Image, database_url: str, *, calls: int) -> dict[str, Any]:
    """Measure a line alone and lines in batches; return both, and the bill."""
    with (
        PostgresProxy(database_url, round_trip_ms=1) as wire,
        running_workers(image, wire.url) as (worker,),
        closing(connect(database_url)) as conn,
    ):

        def events() -> int:
            [row] = conn.execute("SELECT count(*) AS events FROM events").fetchall()
            return row["events"]

        alone = _measure(worker, _line(), 1, calls, events)
        batches = _measure(worker, _batch(), BATCH, max(1, calls // 5), events)
    return {"measured": [_row(each) for each in (alone, batches)], "bill": bill(alone, batches)}


def bill(alone: Measured, batches: Measured) -> list[dict[str, Any]]:
    """Return a row per item, in dollars a month: idle, and what lines add to it."""
    idle = _amounts(0, batches)
    columns = {f"{lines:,} in batches": _amounts(lines, batches) for lines in LINES}
    columns |= {f"{lines:,} one by one": _amounts(lines, alone) for lines in LINES}
    rows: list[dict[str, Any]] = []
    for item, price in PRICES.items():
        basis = price.of(idle[item])
        rows.append(
            {"item": item, "idle": _dollars(basis)}
            | {name: _dollars(price.of(amounts[item]) - basis) for name, amounts in columns.items()}
        )
    total = {name: _dollars(sum(float(row[name]) for row in rows)) for name in rows[0] if name != "item"}
    return [*rows, {"item": "total"} | total]


def _amounts(lines: int, measured: Measured) -> dict[str, float]:
    """How much of each item a month takes."""
    calls = lines / measured.lines
    runs = CLOCKS * 60 * HOURS
    events = lines * measured.events
    relay_seconds = CHAT_HOURS * 3600 if lines else 0
    return {
        "database": HOURS,
        "storage": 20,
        "endpoint": HOURS,
        "secrets": SECRETS,
        "alarms": ALARMED_METRICS,
        "gateway": calls,
        "requests": calls + runs,
        "compute": MEMORY_GB * (calls * measured.seconds + runs * CLOCK_SECONDS) + 0.25 * relay_seconds,
        "logs": (calls + runs) * LOG_BYTES / 1e9,
        "traces": calls + runs,
        "events": events,
        "queues": QUEUES * POLLERS * HOURS * 3600 / 20 + events * SQS_REQUESTS_PER_EVENT,
        "schedules": runs,
    }


def _measure(worker: Worker, event: dict[str, Any], lines: int, calls: int, events: Callable[[], int]) -> Measured:
    order = {"do": "ask", "handler": "functions.community.messages.app.handler", "event": event, "count": calls}
    before = events()
    timed = worker.do(order)
    wall, processor = median(timed["times"]) / 1e6, timed["processor"] / 1e6
    waiting = max(0.0, wall - processor)
    return Measured(lines, waiting + processor / PROCESSOR_SHARE, (events() - before) / (calls * lines))


def _line() -> dict[str, Any]:
    body = {"platform": "twitch", "platform_id": "bench-1", "username": "bench_1", "message": "did anyone see that?"}
    return requests.event("POST", "/api/v1/message/handle", body)


def _batch() -> dict[str, Any]:
    lines = [
        {"platform_id": f"bench-{number % AUTHORS}", "username": f"bench_{number % AUTHORS}", "message": "hello"}
        for number in range(BATCH)
    ]
    return requests.event("POST", "/api/v1/message/batch", {"platform": "twitch", "messages": lines})


def _row(measured: Measured) -> dict[str, Any]:
    return {
        "lines_in_a_call": measured.lines,
        "billed_ms": round(measured.seconds * 1000, 1),
        "billed_ms_per_line": round(measured.seconds * 1000 / measured.lines, 2),
        "events_per_line": round(measured.events, 3),
    }


def _dollars(amount: float) -> str:
    return f"{amount:.2f}"
