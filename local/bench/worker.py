"""A Lambda environment, or a client that calls use cases directly: python3.13 with the layers, driven by JSON lines.

    {"do": "call", "handler": "functions.community.users.app.handler", "event": {...}} -> the answer
    {"do": "overhead", "count": 5000}                                                    -> timed
    {"do": "ask", "handler": "functions.community.stats.app.handler", "event": {...}, "count": 50}           -> timed
    {"do": "run", "action": "sell", "level": "handler", "players": [1, 2], "seconds": 1} -> timed

Timed is {"times": microseconds of each call, "processor": CPU microseconds of this process per call}.
"""

from __future__ import annotations

import json
import logging
import os
import random
import sys
from collections.abc import Callable
from functools import cache
from importlib import import_module
from time import perf_counter, process_time
from typing import TYPE_CHECKING, Any

from local.bench import requests

if TYPE_CHECKING:  # when a handler is measured, it must do its own imports
    from community.players.models import PlayerRef
    from kernel.database import Connection
    from local.bench.actions import Action

WARM_UP = 0.3  # seconds


class _LikeLambda(logging.Formatter):
    """Formats each record as JSON like Lambda's runtime; the output is discarded."""

    def format(self, record: logging.LogRecord) -> str:
        return json.dumps(record.__dict__, default=str)


def main() -> None:
    nowhere = logging.FileHandler(os.devnull)
    nowhere.setFormatter(_LikeLambda())
    logging.basicConfig(handlers=[nowhere])
    orders: dict[str, Callable[..., Any]] = {"call": call, "overhead": overhead, "ask": ask, "run": run}
    for line in sys.stdin:
        order = json.loads(line)
        print(json.dumps(orders[order.pop("do")](**order)), flush=True)


@cache
def handler_named(name: str) -> Callable[[Any, Any], Any]:
    module, _, attribute = name.rpartition(".")
    return getattr(import_module(module), attribute)


def call(handler: str, event: dict[str, Any]) -> Any:
    return handler_named(handler)(event, None)


def overhead(count: int) -> dict[str, Any]:
    from local.bench import empty_route

    return _timed(empty_route.do, empty_route.event, lambda done, _: done >= count, warm_up=lambda done, _: done >= 200)


def ask(handler: str, event: dict[str, Any], count: int) -> dict[str, Any]:
    """Send the same request again and again."""
    answering = handler_named(handler)

    def run_once(event: Any) -> None:
        answer = answering(event, None)
        assert answer["statusCode"] == 200, answer

    return _timed(run_once, lambda: event, lambda done, _: done >= count, warm_up=lambda done, _: done >= 5)


def run(action: str, level: str, players: list[int], seconds: float) -> dict[str, Any]:
    """Make one call after the other, for random players."""
    from local.bench import actions

    actions.lift_limits()
    chosen = actions.BY_NAME[action]
    available = [actions.bench_player(number) for number in players]

    def pick() -> tuple[PlayerRef, PlayerRef]:
        player, other = random.sample(available, 2)
        return chosen.who(player), other

    if level == "use case":
        run_once, prepare = _as_use_case(chosen), pick
    else:
        run_once = _as_handler(chosen)

        def prepare() -> Any:
            return requests.event("POST", chosen.path, chosen.body(*pick()))

    return _timed(run_once, prepare, lambda _, passed: passed >= seconds, warm_up=lambda _, passed: passed >= WARM_UP)


def _as_use_case(action: Action) -> Callable[[Any], None]:
    from kernel.database import transaction

    conn = _connection()

    def run_once(players: Any) -> None:
        with transaction(conn) as tx:
            action.use_case(tx, *players)

    return run_once


def _as_handler(action: Action) -> Callable[[Any], None]:
    handler = handler_named(action.handler)

    def run_once(event: Any) -> None:
        answer = handler(event, None)
        assert answer["statusCode"] in (200, 201), answer

    return run_once


@cache
def _connection() -> Connection:
    from kernel.database import connect

    return connect(os.environ["DATABASE_URL"])


Over = Callable[[int, float], bool]


def _timed(run_once: Callable[[Any], None], prepare: Callable[[], Any], over: Over, *, warm_up: Over) -> dict[str, Any]:
    """Time calls until `over` (calls, seconds)."""
    _repeat(run_once, prepare, warm_up)
    times, worked = _repeat(run_once, prepare, over)
    return {"times": times, "processor": worked / len(times)}


def _repeat(run_once: Callable[[Any], None], prepare: Callable[[], Any], over: Over) -> tuple[list[float], float]:
    """The microseconds of each call, and the CPU microseconds of all, both without the preparation."""
    times: list[float] = []
    worked = 0.0
    started = now = perf_counter()
    while not over(len(times), now - started):
        subject = prepare()
        worked -= process_time()
        before = perf_counter()
        run_once(subject)
        now = perf_counter()
        worked += process_time()
        times.append((now - before) * 1e6)
    return times, worked * 1e6


if __name__ == "__main__":
    main()
