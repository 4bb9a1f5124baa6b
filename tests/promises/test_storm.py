"""Many concurrent clients on the same players, with connections that break: nothing is lost or duplicated."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from random import Random
from tempfile import TemporaryFile
from typing import IO, Any

import pytest

from functions.shared.clock.app import handler as clock
from kernel.database import Connection, connect
from tests.promises import ledger
from tests.promises.calls import Call, Plan
from tests.promises.clock import fast_forward, in_flight
from tests.promises.cutting_proxy import CuttingProxy
from tests.promises.environment_pool import environments
from tests.promises.follower import following
from tests.promises.ledger import Answer, Ledger
from tests.promises.listeners import last_position, to_hear
from tests.promises.nuisances import Saboteur
from tests.promises.preparation import choose_seed, prepare_players

ROOT = Path(__file__).resolve().parents[2]
CLOCKS = 2
EXPECTED_EVENTS = {
    *("item.used", "lootbox.opened", "timeout.applied", "trap.placed", "trap.triggered"),
    *("item.upgraded", "item.disassembled", "crafting.started", "crafting.cancelled"),
    *("gamble.started", "gamble.joined", "gamble.complete", "achievement.unlocked"),
    *("user.linked", "user.merged", "user.unlinked", "user.forgotten", "balance.imported", "balance.import_undone"),
}
"""The types of events that a storm must contain to be a meaningful test."""


@dataclass
class Storm:
    plan: Plan
    chance: float
    terminate_every: float  # seconds, on average

    def rage(self, url: str) -> tuple[Ledger, dict[str, Any]]:
        """All rounds of all clients, and what there is to tell about it."""
        with ExitStack() as stack:
            proxy = stack.enter_context(CuttingProxy(url, Random(f"{self.plan.seed} cuts"), self.chance))
            errors = stack.enter_context(TemporaryFile("w+"))
            clients = [
                stack.enter_context(
                    _process(
                        "tests.promises.client",
                        json.dumps(vars(self.plan)),
                        f"{number}",
                        url=proxy.url,
                        errors=errors.fileno(),
                    )
                )
                for number in range(self.plan.clients)
            ]
            clocks = [
                stack.enter_context(
                    _process(
                        "tests.promises.clock",
                        f"{self.plan.seed} clock {n}",
                        url=proxy.url,
                        errors=errors.fileno(),
                    )
                )
                for n in range(CLOCKS)
            ]
            _hear([*clients, *clocks], "ready", errors)
            saboteur = Saboteur(url, Random(f"{self.plan.seed} saboteur"), self.terminate_every)
            stack.enter_context(saboteur.running())
            started = time.perf_counter()
            for _ in range(self.plan.rounds):
                for client in clients:
                    _say(client)
                _hear(clients, "done", errors)
            seconds = time.perf_counter() - started
            ticked: Counter[str] = Counter()
            for each in clocks:
                _say(each)
                assert each.stdout is not None
                ticked.update(json.loads(each.stdout.readline()))
            found = Ledger([answer for client in clients for answer in _answers(client)])
            assert _content(errors) == ""
        count = found.count()
        return found, {
            "seed": self.plan.seed,
            "seconds": round(seconds, 1),
            "calls per second": round(count["calls"] / seconds),
            **count,
            "cuts": dict(proxy.cuts + saboteur.ended),
            "clocks": dict(ticked),
        }


@contextmanager
def _process(module: str, *arguments: str, url: str, errors: int) -> Iterator[subprocess.Popen[str]]:
    process = subprocess.Popen(
        [sys.executable, "-m", module, *arguments],
        cwd=ROOT,
        env=os.environ | {"DATABASE_URL": url, "PYTHONPATH": os.pathsep.join(sys.path)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=errors,
        text=True,
    )
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def _say(client: subprocess.Popen[str]) -> None:
    assert client.stdin is not None
    client.stdin.write("go\n")
    client.stdin.flush()


def _hear(clients: Iterable[subprocess.Popen[str]], word: str, errors: IO[str]) -> None:
    for client in clients:
        assert client.stdout is not None
        assert client.stdout.readline() == f"{word}\n", _content(errors)


def _answers(client: subprocess.Popen[str]) -> Iterator[Answer]:
    assert client.stdout is not None
    for told in json.loads(client.stdout.readline()):
        yield Answer(Call(**told.pop("call")), **told)


def _content(errors: IO[str]) -> str:
    errors.seek(0)
    return errors.read()[-5000:]


def let_it_all_end(conn: Connection, url: str) -> None:
    """What is still underway comes due, and two clocks find it at once."""
    fast_forward(conn)
    with environments(url, CLOCKS) as together:
        together([partial(clock, {}, None)] * CLOCKS)
    assert in_flight(conn) == set()


def weather(database_url: str, storm: Storm) -> dict[str, Any]:
    with closing(connect(database_url)) as conn:
        initial = prepare_players(conn, Random(storm.plan.seed))
        begin = last_position(conn)
    with following(database_url, Random(f"{storm.plan.seed} follower")) as follower:
        found, report = storm.rage(database_url)
        print(report)
        with closing(connect(database_url)) as conn:
            ledger.check(conn, found, initial)
            let_it_all_end(conn, database_url)
    with closing(connect(database_url)) as conn:
        report["unknown, but done"] = ledger.check(conn, found, initial)
        assert [f"{id}" for id in follower.ids] == [id for id, _ in to_hear(conn, begin)]
        report["the log was read from anew"] = follower.begun
        rows = conn.execute(
            "SELECT event_type, count(*) AS n FROM events GROUP BY event_type ORDER BY n DESC"
        ).fetchall()
        report["events"] = {row["event_type"]: row["n"] for row in rows}
    return report


@pytest.mark.slow
def test_a_storm_leaves_every_item_and_every_coin_accounted_for(database_url: str, capsys: pytest.CaptureFixture[str]):
    plan = Plan(choose_seed(), clients=8, rounds=50, calls=48)

    report = weather(database_url, Storm(plan, chance=0.012, terminate_every=0.2))

    with capsys.disabled():
        print("", *(f"    {name}: {value}" for name, value in report.items()), sep="\n")
    assert report["calls"] >= 20_000
    assert report["events"].keys() >= EXPECTED_EVENTS
    assert min(report["refused"], report["replays"], report["answers lost after the commit"]) > 0
    assert report["the log was read from anew"] > 1
