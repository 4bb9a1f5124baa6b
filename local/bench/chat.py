"""The throughput of chat lines by number of connections, with one contribution counter and with several."""

from __future__ import annotations

from contextlib import ExitStack, closing
from typing import Any

from community.messages.service import handle_message
from kernel.database import connect, transaction
from local.bench.actions import bench_player
from local.bench.image import Image
from local.bench.speed import result
from local.bench.workers import do_together, running_workers
from local.tools.postgres_proxy import PostgresProxy

CHATTERS = range(10_000, 10_200)
CONNECTIONS = (1, 2, 4, 8)
SHARDS = (1, 16)
COLUMNS = ("distance_ms", "shards", "connections", "per_second", "growth", "median_ms", "p95_ms")


def measure(image: Image, database_url: str, *, seconds: float, rounds: int) -> list[dict[str, Any]]:
    """Lines per second of 200 chatters, who are divided among the connections; the best of the rounds.

    Returns:
        {"distance_ms", "shards", "connections", "per_second", "growth", "median_ms", "p95_ms"}; `growth` is
        the throughput as a multiple of one connection's.
    """
    with closing(connect(database_url)) as conn:
        for number in CHATTERS:
            with transaction(conn) as tx:
                handle_message(tx, bench_player(number), "hello")
    rows: list[dict[str, Any]] = []
    for distance in (0, 1):
        with ExitStack() as stack:
            url = database_url
            if distance:
                url = stack.enter_context(PostgresProxy(database_url, round_trip_ms=distance)).url
            for shards in SHARDS:
                with running_workers(image, url, max(CONNECTIONS), CONTRIBUTION_SHARDS=f"{shards}") as workers:
                    alone = 0
                    for connections in CONNECTIONS:
                        best = max(
                            (_chat(workers[:connections], seconds) for _ in range(rounds)),
                            key=lambda row: row["per_second"],
                        )
                        alone = alone or best["per_second"]
                        rows.append(
                            {"distance_ms": distance, "shards": shards, "connections": connections}
                            | best
                            | {"growth": round(best["per_second"] / alone, 2)}
                        )
    return rows


def _chat(workers: list[Any], seconds: float) -> dict[str, Any]:
    orders = [
        {
            "do": "run",
            "action": "message",
            "level": "use case",
            "players": list(CHATTERS)[place :: len(workers)],
            "seconds": seconds,
        }
        for place in range(len(workers))
    ]
    results = do_together(workers, orders)
    return result([time for each in results for time in each["times"]], len(workers))
