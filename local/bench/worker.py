"""One Lambda environment, or one client without a door: python3.13 with the layers, told what to do by JSON lines.

    {"do": "call", "handler": "users.app.handler", "event": {...}}                       -> the answer
    {"do": "overhead", "count": 5000}                                                    -> timed
    {"do": "run", "action": "sell", "level": "handler", "players": [1, 2], "seconds": 1} -> timed

Timed is {"times": microseconds of each call, "processor": microseconds of this process's own work per call}.
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
from typing import Any

from local.bench import requests

WARM_UP = 0.3  # seconds


class _LikeLambda(logging.Formatter):
    """The runtime writes each record as JSON; so do we, to nowhere."""

    def format(self, record: logging.LogRecord) -> str:
        return json.dumps(record.__dict__, default=str)


def main() -> None:
    nowhere = logging.FileHandler(os.devnull)
    nowhere.setFormatter(_LikeLambda())
    logging.basicConfig(handlers=[nowhere])
    orders: dict[str, Callable[..., Any]] = {"call": call, "overhead": overhead, "run": run}
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
    from local.bench import nothing

    return _timed(nothing.do, lambda done, _: done >= count, warm_up=lambda done, _: done >= 200)


def run(action: str, level: str, players: list[int], seconds: float) -> dict[str, Any]:
    """One call after the other, for players picked at random."""
    once = _as_handler(action, players) if level == "handler" else _as_use_case(action, players)
    return _timed(once, lambda _, passed: passed >= seconds, warm_up=lambda _, passed: passed >= WARM_UP)


def _as_use_case(name: str, numbers: list[int]) -> Callable[[], None]:
    from brandish.database import transaction
    from local.bench import actions

    actions.lift_daily_cap()
    action = actions.BY_NAME[name]
    players = [actions.bench_player(number) for number in numbers]
    conn = _connection()

    def once() -> None:
        player, other = random.sample(players, 2)
        with transaction(conn) as tx:
            action.use_case(tx, action.who(player), other)

    return once


def _as_handler(name: str, numbers: list[int]) -> Callable[[], None]:
    from local.bench import actions

    actions.lift_daily_cap()
    action = actions.BY_NAME[name]
    players = [actions.bench_player(number) for number in numbers]
    handler = handler_named(action.handler)

    def once() -> None:
        player, other = random.sample(players, 2)
        answer = handler(requests.event("POST", action.path, action.body(action.who(player), other)), None)
        assert answer["statusCode"] in (200, 201), answer

    return once


@cache
def _connection() -> Any:
    from brandish.database import connect

    return connect(os.environ["DATABASE_URL"])


Over = Callable[[int, float], bool]


def _timed(once: Callable[[], None], over: Over, *, warm_up: Over) -> dict[str, Any]:
    """Call until `over` (calls, seconds)."""
    _repeat(once, warm_up)
    worked = process_time()
    times = _repeat(once, over)
    return {"times": times, "processor": (process_time() - worked) * 1e6 / len(times)}


def _repeat(once: Callable[[], None], over: Over) -> list[float]:
    times: list[float] = []
    started = before = perf_counter()
    while not over(len(times), before - started):
        once()
        now = perf_counter()
        times.append((now - before) * 1e6)
        before = now
    return times


if __name__ == "__main__":
    main()
