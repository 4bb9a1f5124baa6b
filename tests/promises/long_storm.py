"""Everything at once against a running stack, for as long as wanted.

All use cases over HTTP, accounts that are linked, unlinked and forgotten, imports, random kills of every process, and
connections that end. Every few minutes all of it pauses, and the ledger is checked.
"""

from __future__ import annotations

import tempfile
import time
from collections import Counter
from collections.abc import Callable
from contextlib import ExitStack, closing
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from random import Random

from kernel.database import connect
from local.stack.process import StackProcess
from tests.promises import ledger, tally_audit
from tests.promises.clock import fast_forward, in_flight
from tests.promises.durable_database import DurableDatabase, durable_database
from tests.promises.http_clients import HttpClients
from tests.promises.ledger import Holdings
from tests.promises.nuisances import Hurry, Killer, Saboteur
from tests.promises.preparation import prepare_players
from tests.promises.waiting import wait, wait_for_failure

Say = Callable[[str], None]


@dataclass(frozen=True)
class LongStorm:
    """How much happens.

    Attributes:
        checks_every: minutes between two checks of the ledger; after the last minute there is one more.
        kill_every, cut_every: seconds between two kills of a process or two ends of a connection, on average.
    """

    minutes: float
    checks_every: float = 5.0
    clients: int = 8
    kill_every: float = 7.0
    cut_every: float = 0.7


@dataclass
class Report:
    """What has happened so far."""

    calls: Counter[str] = field(default_factory=Counter[str])
    answers: dict[str, int] = field(default_factory=dict[str, int])
    killed: Counter[str] = field(default_factory=Counter[str])
    cut: int = 0
    troubles: Counter[str] = field(default_factory=Counter[str])
    checks: int = 0

    def lines(self) -> list[str]:
        told = {"answers": self.answers, "done": self.calls, "killed": self.killed, "clients met": self.troubles}
        return [*(f"  {name}: {_listed(counted)}" for name, counted in told.items()), f"  connections cut: {self.cut}"]


def run(storm: LongStorm, seed: int, say: Say) -> Report:
    """Let it rage, and check the ledger.

    Raises:
        AssertionError: something is off.
    """
    with ExitStack() as stack:
        database = stack.enter_context(durable_database())
        state = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="brandish-storm-")))
        game = stack.enter_context(StackProcess(database.url, state=state))
        with closing(connect(database.url)) as conn:
            initial = prepare_players(conn, Random(seed))
        clients = HttpClients(game, seed, storm.clients)
        stack.callback(clients.stop)
        killer = Killer(game, database, Random(f"{seed} killer"), storm.kill_every)
        saboteur = Saboteur(database.url, Random(f"{seed} saboteur"), storm.cut_every)
        hurry = Hurry(database.url, Random(f"{seed} hurry"), 0.3)
        for nuisance in (killer, saboteur, hurry):
            stack.enter_context(nuisance.running())
        clients.start()
        report = Report()
        end = time.monotonic() + storm.minutes * 60
        while (left := end - time.monotonic()) > 0:
            wait_for_failure((killer, saboteur, hurry, clients), min(left, storm.checks_every * 60))
            with saboteur.paused(), hurry.paused(), killer.paused(), clients.paused():
                began = time.monotonic()
                killer.restart_stack()
                count = _check(database, clients, initial)
                done = Counter(answer.call.action for answer in clients.ledger.actions())
                report = Report(done, count, killer.killed, saboteur.ended.total(), clients.troubles, report.checks + 1)
            minutes = storm.minutes - max(0.0, end - time.monotonic()) / 60
            took = time.monotonic() - began
            say("\n".join([f"after {minutes:.0f} min: 0 off (checked in {took:.0f} s)", *report.lines()]))
    return report


def _check(database: DurableDatabase, clients: HttpClients, initial: Holdings) -> dict[str, int]:
    """Let everything come to its end, and check it; returns the numbers of answers."""
    with closing(connect(database.url)) as conn:
        fast_forward(conn)
        # The stack's own clock finds it, at the next full minute at the latest.
        wait(lambda: not in_flight(conn), "what was in the works, and the gamble", 120)
        wait(partial(tally_audit.nothing_waits, conn), "the relay", 120)
        ledger.check(conn, clients.ledger, initial)
        tally_audit.check(conn, database.url)
    return clients.ledger.count()


def _listed(counted: Counter[str] | dict[str, int]) -> str:
    return ", ".join(f"{name} {number}" for name, number in sorted(counted.items())) or "nothing"
