"""Kills Postgres and then the whole stack under load over HTTP: answered requests stay done."""

from __future__ import annotations

import http.client
import json
import os
import shutil
import signal
import tempfile
import threading
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, closing
from functools import partial
from pathlib import Path
from random import Random
from typing import Any
from urllib.parse import quote, urlsplit

import pytest
from psycopg.conninfo import conninfo_to_dict

from kernel.database import Connection, connect
from local.stack.postgres import Postgres
from local.stack.process import StackProcess
from tests.promises import ledger
from tests.promises.calls import Call, draw
from tests.promises.clock import fast_forward, in_flight
from tests.promises.environment_pool import environments
from tests.promises.ledger import Answer, Ledger
from tests.promises.preparation import choose_seed, prepare_players

CLIENTS = 8
CALLS = 150
"""of each client"""
PATIENCE = 45
"""seconds for one call"""


class Database:
    """A durable Postgres under an address that stays when it is killed and started again."""

    def __init__(self, home: Path) -> None:
        self._home = home
        self._address = home / "socket"
        self._server = self._start()
        self._server.create_database("brandish")
        self.url = f"postgresql://postgres@/brandish?host={quote(f'{self._address}', safe='')}&port=5432"

    def crash(self) -> None:
        os.kill(self._server.pid, signal.SIGKILL)

    def recover(self) -> None:
        self._server.stop()
        self._server = self._start()

    def destroy(self) -> None:
        self._server.destroy()

    def _start(self) -> Postgres:
        server = Postgres.start(self._home / "data", durable=True, settings={"max_connections": "200"})
        self._address.unlink(missing_ok=True)
        self._address.symlink_to(str(conninfo_to_dict(server.url())["host"]))
        return server


class Crowd:
    """Clients who try every call, each with a key of its own, until they know what came of it."""

    def __init__(self, stack: StackProcess, seed: int) -> None:
        self.stack = stack
        self._seed = seed
        self.ledger = Ledger()
        self.troubles: Counter[str] = Counter()
        self._threads = [threading.Thread(target=self._work, args=(n,), daemon=True) for n in range(CLIENTS)]

    def start(self) -> None:
        for thread in self._threads:
            thread.start()

    def wait_for(self, answers: int) -> None:
        wait(lambda: len(self.ledger.answers) >= answers, f"{answers} answers")

    def join(self) -> None:
        for thread in self._threads:
            thread.join(PATIENCE)
        assert len(self.ledger.answers) == CLIENTS * CALLS

    def _work(self, client: int) -> None:
        rng = Random(f"{self._seed} client {client}")
        for number in range(CALLS):
            call = draw(rng, f"{self._seed}-{client}-{number}")
            self.ledger.answers.append(self._perform(call, rng))

    def _perform(self, call: Call, rng: Random) -> Answer:
        began, lost = time.monotonic(), 0
        while time.monotonic() < began + PATIENCE:
            try:
                status, replayed, body = self._post(call)
                if status < 500:
                    return Answer(call, status, json.loads(body), lost, replayed, began, time.monotonic())
                self.troubles[f"{status} {json.loads(body).get('code')}"] += 1
            except (OSError, http.client.HTTPException) as error:
                self.troubles[type(error).__name__] += 1
            lost += 1
            time.sleep(rng.uniform(0.02, 0.1))
        raise TimeoutError(call)

    def _post(self, call: Call) -> tuple[int, bool, str]:
        with closing(http.client.HTTPConnection(str(urlsplit(self.stack.url).netloc), timeout=10)) as connection:
            connection.request(
                "POST",
                call.path,
                json.dumps(dict(call.body)),
                {"X-API-Key": self.stack.api_key, "Idempotency-Key": str(call.key)},
            )
            answer = connection.getresponse()
            return answer.status, answer.getheader("Idempotency-Replayed") is not None, answer.read().decode()


@pytest.fixture
def database() -> Iterator[Database]:
    home = Path(tempfile.mkdtemp(prefix="brandish-crash-"))
    home.chmod(0o755)  # root lends the server another account
    made = Database(home)
    try:
        yield made
    finally:
        made.destroy()
        shutil.rmtree(home)


def wait(condition: Callable[[], bool], what: str, seconds: float = PATIENCE) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, f"waited in vain for {what}"
        time.sleep(0.01)


@pytest.mark.slow
def test_answered_requests_survive_a_kill_of_postgres_and_of_the_stack(
    database: Database, capsys: pytest.CaptureFixture[str], tmp_path: Path
):
    seed = choose_seed()
    started = time.perf_counter()
    with StackProcess(database.url, state=tmp_path) as first, ExitStack() as later:
        with closing(connect(database.url)) as conn:
            initial = prepare_players(conn, Random(seed))
        crowd = Crowd(first, seed)
        crowd.start()

        crowd.wait_for(CLIENTS * CALLS // 4)
        _wait_for_work_and_a_gamble(database.url)
        database.crash()
        database.recover()

        crowd.wait_for(CLIENTS * CALLS // 2)
        _wait_for_work_and_a_gamble(database.url)
        first.kill()
        crowd.stack = later.enter_context(StackProcess(database.url, state=tmp_path))

        crowd.join()
        with closing(connect(database.url)) as conn:
            fast_forward(conn)
            # The stack's own clock finds it, at the next full minute at the latest.
            wait(lambda: not in_flight(conn), "what was in the works, and the gamble", seconds=90)
            wait(partial(_nothing_waits, conn), "the relay")
            published = _published(conn)
            ledger.check(conn, crowd.ledger, initial)
            _check_counters(conn, database.url)
    count = crowd.ledger.count()
    with capsys.disabled():
        print(f"\n    seed: {seed}", *(f"    {name}: {value}" for name, value in count.items()), sep="\n")
        print(f"    troubles: {dict(crowd.troubles)}\n    events published: {published}")
        print(f"    seconds: {time.perf_counter() - started:.0f}")
    assert count["retries"] >= CLIENTS


def _wait_for_work_and_a_gamble(url: str) -> None:
    with closing(connect(url)) as conn:
        wait(lambda: in_flight(conn) == {"work", "gamble"}, "something that is underway")


def _nothing_waits(conn: Connection) -> bool:
    return conn.execute("SELECT FROM events WHERE published_at IS NULL LIMIT 1").fetchone() is None


def _published(conn: Connection) -> int:
    """How many events, after a look at the relay's own count of them."""
    events = conn.execute("SELECT event_type, count(*) AS n FROM events GROUP BY event_type").fetchall()
    assert _counters(conn, "events_published_total") == {row["event_type"]: row["n"] for row in events}
    return sum(row["n"] for row in events)


def _check_counters(conn: Connection, url: str) -> None:
    """Every sale and purchase counts once: what waited in a queue when the stack died, and what is delivered again."""
    expected = _trades(conn)
    wait(lambda: _counted(conn, expected) == expected, "the tally")
    rows = conn.execute(
        "SELECT event_id, event_type, payload FROM events WHERE event_type IN ('item.sold', 'item.bought')"
    ).fetchall()

    with environments(url, 2) as together:
        together([partial(_deliver, rows), partial(_deliver, rows[::-1])])

    assert _counted(conn, expected) == expected


def _trades(conn: Connection) -> dict[str, dict[str, int]]:
    """The trades in the log, {metric: {label: total}}."""
    totals: dict[str, Counter[str]] = defaultdict(Counter)
    for fact, times in ledger.logged_facts(conn).items():
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
