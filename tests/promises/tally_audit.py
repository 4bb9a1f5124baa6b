"""Compares the counters with the log: what the relay has published, and what the tally has counted."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Iterable
from functools import partial
from typing import Any

from kernel.database import Connection
from tests.promises import ledger
from tests.promises.environment_pool import environments
from tests.promises.identities import read_identities
from tests.promises.waiting import wait


def nothing_waits(conn: Connection) -> bool:
    """Whether the relay has published everything."""
    return conn.execute("SELECT FROM events WHERE published_at IS NULL LIMIT 1").fetchone() is None


def check(conn: Connection, url: str) -> None:
    """Every event was published and counted once: also those that waited in a queue when the stack died.

    The events of trades are delivered again, by two at once, and are not counted again.
    """
    events = conn.execute("SELECT event_type, count(*) AS n FROM events GROUP BY event_type").fetchall()
    assert _counters(conn, "events_published_total") == {row["event_type"]: row["n"] for row in events}
    expected = _trades(conn)
    wait(lambda: _counted(conn, expected) == expected, "the tally", 120)
    rows = conn.execute(
        "SELECT event_id, event_type, payload FROM events WHERE event_type IN ('item.sold', 'item.bought')"
    ).fetchall()

    with environments(url, 2) as together:
        together([partial(_deliver, rows), partial(_deliver, rows[::-1])])

    assert _counted(conn, expected) == expected


def _trades(conn: Connection) -> dict[str, dict[str, int]]:
    """The trades in the log, {metric: {label: total}}."""
    totals: dict[str, Counter[str]] = defaultdict(Counter)
    for fact, times in ledger.logged_facts(conn, read_identities(conn).people).items():
        if fact.type == "item.sold":
            totals["items_sold_total"][fact.item] += fact.quantity * times
            totals["money_earned_total"][""] += fact.money * times
        elif fact.type == "item.bought":
            totals["items_bought_total"][fact.item] += fact.quantity * times
            totals["money_spent_total"][""] += fact.money * times
    return {metric: dict(labels) for metric, labels in totals.items()}


def _counted(conn: Connection, metrics: Iterable[str]) -> dict[str, dict[str, int]]:
    return {metric: _counters(conn, metric) for metric in metrics}


def _deliver(rows: list[dict[str, Any]]) -> None:
    from functions.community.tally.app import handler

    def record(row: dict[str, Any]) -> dict[str, Any]:
        detail = {"id": str(row["event_id"]), "type": row["event_type"], "payload": row["payload"], "metadata": {}}
        return {"messageId": str(row["event_id"]), "eventSource": "aws:sqs", "body": json.dumps({"detail": detail})}

    assert handler({"Records": [record(row) for row in rows]}, None) == {"batchItemFailures": []}


def _counters(conn: Connection, metric: str) -> dict[str, int]:
    rows = conn.execute("SELECT label, total FROM business_counters WHERE metric = %s", (metric,)).fetchall()
    return {row["label"]: row["total"] for row in rows}
