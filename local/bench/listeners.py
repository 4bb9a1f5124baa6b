"""How much 500 listeners slow down players: the local stack over HTTP, with and without an audience."""

from __future__ import annotations

import http.client
import json
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from statistics import median
from typing import Any, Final
from urllib.parse import urlsplit

from local.bench.numbers import percentile
from local.stack.process import ROOT, StackProcess

KEY: Final = "key-of-the-bench"
PLAYERS: Final = 8
ACTIONS_PER_SECOND: Final = 5  # of each player: a busy chat, and no benchmark of the gateway
STREAMS, SOCKETS = 250, 250
PURSES, PURSE = 3, 10_000
COLUMNS = ("listeners", "actions", "median_ms", "p95_ms", "events_each", "slower_median", "slower_mean")

Row = dict[str, Any]


def measure(database_url: str, *, seconds: float, rounds: int, progress: Callable[[str], None]) -> list[Row]:
    """Latencies of players who trade at a steady pace, without listeners and with an audience that gets all events.

    Returns:
        {"listeners", "actions", "median_ms", "p95_ms", "mean_ms", "events_each", "slower_median", "slower_mean"};
        `events_each`: the fewest and most that one listener has received; `slower_...`: the ratio to no listeners.
    """
    alone: list[float] = []
    watched: list[float] = []
    received: list[tuple[int, int]] = []
    with StackProcess(database_url, KEY) as stack:
        _prepare(stack.url)
        _play(stack.url, 2)  # warm
        for number in range(1, rounds + 1):  # in turns, so that noise affects both
            progress(f"listeners, round {number} of {rounds}: no listeners")
            alone += _play(stack.url, seconds)
            progress(f"listeners, round {number} of {rounds}: {STREAMS + SOCKETS} listen")
            with _audience(stack.url) as count:
                count()
                watched += _play(stack.url, seconds)
                time.sleep(3)  # the last events arrive
                received.append(count())
    rows = [_row(0, alone), _row(STREAMS + SOCKETS, watched)]
    rows[1]["events_each"] = f"{min(low for low, _ in received)} to {max(high for _, high in received)}"
    rows[1]["slower_median"] = round(rows[1]["median_ms"] / rows[0]["median_ms"], 2)
    rows[1]["slower_mean"] = round(rows[1]["mean_ms"] / rows[0]["mean_ms"], 2)
    return rows


@contextmanager
def _audience(url: str) -> Iterator[Callable[[], tuple[int, int]]]:
    """Start listeners and wait until all are connected; yields a function that counts events since its last call."""
    process = subprocess.Popen(
        [sys.executable, "-m", "local.bench.audience", url, KEY, str(STREAMS), str(SOCKETS)],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdin is not None
    assert process.stdout is not None
    answers = process.stdout

    def count() -> tuple[int, int]:
        assert process.stdin is not None
        process.stdin.write("\n")
        process.stdin.flush()
        _, low, high = answers.readline().split()
        return int(low), int(high)

    try:
        if answers.readline().strip() != str(STREAMS + SOCKETS):
            raise RuntimeError("Not all listeners could connect.")
        time.sleep(2)
        yield count
    finally:
        process.stdin.close()
        process.wait(30)
        answers.close()


def _prepare(url: str) -> None:
    player = _Player(url, 0)
    for node in ("feature_economy", "item_spade"):
        player.ask("/api/v1/progression/admin/unlock", {"node_key": node}, tolerant=True)
    for number in range(PLAYERS):
        who = _Player(url, number)
        who.ask("/api/v1/user/register", who.caller)
        for _ in range(PURSES):
            who.ask(
                "/api/v1/user/item/add",
                {"platform": "twitch", "username": who.name, "item_name": "money", "quantity": PURSE},
            )


def _play(url: str, seconds: float) -> list[float]:
    """Let all players buy and sell in turn; returns the latencies in seconds."""
    players = [_Player(url, number) for number in range(PLAYERS)]
    threads = [threading.Thread(target=player.play, args=(seconds,)) for player in players]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return [latency for player in players for latency in player.latencies]


class _Player:
    def __init__(self, url: str, number: int) -> None:
        self.name = f"listened_to_{number}"
        self.caller = {"platform": "twitch", "platform_id": f"listened-{number}", "username": self.name}
        self.latencies: list[float] = []
        self._address = urlsplit(url).netloc
        self._number = number

    def play(self, seconds: float) -> None:
        time.sleep(self._number / PLAYERS / ACTIONS_PER_SECOND)
        end = time.perf_counter() + seconds
        due = time.perf_counter()
        with closing(http.client.HTTPConnection(self._address, timeout=30)) as connection:
            for turn in range(1_000_000):
                if due >= end:
                    return
                time.sleep(max(0.0, due - time.perf_counter()))
                started = time.perf_counter()
                path = f"/api/v1/economy/{'sell' if turn % 2 else 'buy'}"
                self._send(connection, path, {**self.caller, "item_name": "spade", "quantity": 1})
                self.latencies.append(time.perf_counter() - started)
                due += 1 / ACTIONS_PER_SECOND

    def ask(self, path: str, body: dict[str, Any], *, tolerant: bool = False) -> None:
        with closing(http.client.HTTPConnection(self._address, timeout=30)) as connection:
            self._send(connection, path, body, tolerant=tolerant)

    def _send(
        self, connection: http.client.HTTPConnection, path: str, body: dict[str, Any], *, tolerant: bool = False
    ) -> None:
        connection.request("POST", path, json.dumps(body), {"X-API-Key": KEY, "Content-Type": "application/json"})
        response = connection.getresponse()
        text = response.read()
        if response.status >= 400 and not tolerant:
            raise RuntimeError(f"{path}: {response.status} {text.decode()}")


def _row(listeners: int, latencies: list[float]) -> Row:
    return {
        "listeners": listeners,
        "actions": len(latencies),
        "median_ms": round(median(latencies) * 1000, 2),
        "p95_ms": round(percentile(latencies, 0.95) * 1000, 2),
        "mean_ms": round(sum(latencies) / len(latencies) * 1000, 2),
        "events_each": "",
        "slower_median": "",
        "slower_mean": "",
    }
