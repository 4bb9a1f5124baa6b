"""`make bench ARGS="--against REV"`: compares this checkout with a git revision in one run.

Both sides are driven only by Lambda events, so their layouts may differ. They take turns action by action, so that
noise affects both alike; a ratio is the median over the rounds of new / old in the same round.
"""

from __future__ import annotations

import argparse
import json
import signal
import sys
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from itertools import count, product
from typing import Any

from local.bench.against_actions import ACTIONS, SCRIPTS, Script, Turn, round_calls
from local.bench.against_report import Batch, Row, Sides, Traffic, compared, printed, rows_of
from local.bench.against_sides import ROOT, GitError, Sample, Side, checked_out, git, postgres_in_memory
from local.bench.workers import Worker, WorkerError
from local.stack.postgres import PostgresError
from local.tools.postgres_proxy import PostgresProxy

ROUNDS, REPEATS = 60, 5
ROUNDS_PER_PROCESS = 15
"""Workers are replaced after so many rounds, because some run a few percent faster than others all their life."""
WARM_UP = 3  # unmeasured rounds of new workers: caches, prepared statements
COUNTED = 10  # calls of each action in which round trips are counted; the first only fills the caches
IMPORTS = 5

Progress = Callable[[str], None]


def add_options(parser: argparse.ArgumentParser) -> None:
    group = parser.add_argument_group("comparison with another revision")
    group.add_argument("--against", metavar="REV", help="compare this checkout with a git revision, and nothing else")
    group.add_argument("--rounds", type=int, default=ROUNDS, metavar="N", help="turns of each side (%(default)s)")
    group.add_argument("--repeats", type=int, default=REPEATS, metavar="N", help="calls in a turn (%(default)s)")
    group.add_argument("--clients", type=int, default=1, metavar="N", help="processes of each side (%(default)s)")
    group.add_argument("--distance-ms", type=float, default=0, metavar="MS", help="added to every database round trip")
    group.add_argument("--no-imports", action="store_true", help="leave out the import times, which take longest")
    group.add_argument(
        "--check", action="store_true", help="fail when an action is over 10 %% slower or its round trips differ"
    )


def main(options: argparse.Namespace, progress: Progress) -> int:
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # so that the worktree is removed
    try:
        found = compare(options, progress)
    except (GitError, PostgresError, WorkerError) as error:
        print(error, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    if options.json:
        options.json.write_text(json.dumps(found, indent=2) + "\n")
        print(f"Written to {options.json}.")
    return 1 if options.check and any(row["verdict"] for row in found["actions"]) else 0


def compare(options: argparse.Namespace, progress: Progress) -> dict[str, Any]:
    """Measure both sides and print the tables; what is returned is for JSON."""
    with ExitStack() as stack:
        tree = stack.enter_context(checked_out(options.against))
        progress("starting Postgres")
        postgres = stack.enter_context(postgres_in_memory())
        old = Side("old", tree, postgres.create_database("old"))
        new = Side("new", ROOT, postgres.create_database("new"))
        print(f"{_describe(old)}\n{_describe(new)}")
        for side in (old, new):
            progress(f"preparing the {side.name} side")
            side.prepare(options.clients)
        comparison = _Comparison((old, new), options, progress)
        traffic = comparison.traffic()
        rows = rows_of(comparison.batches(), traffic)
        progress("")
        print(
            f"\nActions\nmedians of {options.rounds} rounds of {options.repeats} calls, {options.clients} client(s), "
            f"{options.distance_ms:g} ms added to each database round trip; a ratio is new / old, ± its noise\n"
            f"{printed(rows, 'action', clients=options.clients)}"
        )
        imports: list[Row] = []
        if not options.no_imports:
            imports = comparison.imports()
            progress("")
            print(f"\nImports\nmedians of {IMPORTS} fresh processes\n{printed(imports, 'function')}")
    return {
        "old": options.against,
        "rounds": options.rounds,
        "repeats": options.repeats,
        "clients": options.clients,
        "distance_ms": options.distance_ms,
        "actions": rows,
        "imports": imports,
    }


@dataclass(frozen=True, slots=True)
class _Comparison:
    sides: tuple[Side, Side]
    options: argparse.Namespace
    progress: Progress
    # A round's number decides who its newcomers are; the first numbers are taken by `traffic`.
    rounds: Iterator[int] = field(default_factory=lambda: count(COUNTED))

    def traffic(self) -> dict[str, Sides[Traffic]]:
        """The fewest round trips and statements of each action, {action: by side}; a call with a level-up has more."""
        found: dict[str, Sides[list[Traffic]]] = {action: {"old": [], "new": []} for action in ACTIONS}
        for side in self.sides:
            self.progress(f"counting round trips, {side.name}")
            with PostgresProxy(side.url, counts_statements=True) as wire, side.running_workers(wire.url) as (worker,):
                for script, number in product(SCRIPTS, range(COUNTED)):
                    for step in script.steps:
                        before = wire.round_trips(), wire.statements()
                        side.run(worker, [step.call(Turn.of(0, number))])
                        if step.action and number:  # see COUNTED
                            sent = Traffic(wire.round_trips() - before[0], wire.statements() - before[1])
                            found[step.action][side.name].append(sent)
        return {
            action: {
                name: Traffic(min(each.round_trips for each in calls), min(each.statements for each in calls))
                for name, calls in sides.items()
            }
            for action, sides in found.items()
        }

    def batches(self) -> dict[str, Sides[list[Batch]]]:
        """What was measured of each action in each round, {action: by side}."""
        found: dict[str, Sides[list[Batch]]] = {action: {"old": [], "new": []} for action in ACTIONS}
        for first in range(0, self.options.rounds, ROUNDS_PER_PROCESS):
            rounds = range(first, min(first + ROUNDS_PER_PROCESS, self.options.rounds))
            with ExitStack() as stack:
                workers_by_side = [(side, stack.enter_context(self._workers(side))) for side in self.sides]
                for _ in range(WARM_UP):
                    self._round(workers_by_side)
                for number in rounds:
                    self.progress(f"round {number + 1} of {self.options.rounds}")
                    for action, side, batch in self._round(workers_by_side if number % 2 else workers_by_side[::-1]):
                        found[action][side].append(batch)
        return found

    def imports(self) -> list[Row]:
        """Import times, one row per function behind the API that both sides have."""
        functions = [name for name in self.sides[0].handlers if name in self.sides[1].handlers]
        taken: dict[str, Sides[list[Sample]]] = {name: {"old": [], "new": []} for name in functions}
        for number, function, side in product(range(-1, IMPORTS), functions, self.sides):
            self.progress(f"imports, round {max(0, number + 1)} of {IMPORTS}")
            sample = side.import_once(function)
            if number >= 0:  # the first import writes the byte-code
                taken[function][side.name].append(sample)
        return [
            {"function": function}
            | compared("wall_us", *([wall for wall, _ in samples] for samples in sides.values()))
            | compared("cpu_us", *([cpu for _, cpu in samples] for samples in sides.values()))
            for function, sides in taken.items()
        ]

    @contextmanager
    def _workers(self, side: Side) -> Generator[list[Worker]]:
        """New worker processes, at the chosen distance from the database."""
        with ExitStack() as stack:
            url = side.url
            if self.options.distance_ms:
                url = stack.enter_context(PostgresProxy(url, round_trip_ms=self.options.distance_ms)).url
            yield stack.enter_context(side.running_workers(url, self.options.clients))

    def _round(self, workers_by_side: Sequence[tuple[Side, list[Worker]]]) -> list[tuple[str, str, Batch]]:
        """Let both sides play each script in turn; returns (action, side, what was measured)."""
        first = next(self.rounds) * self.options.repeats
        turns = range(first, first + self.options.repeats)
        for side, workers in workers_by_side:
            side.run(workers[0], [*round_calls()])
        return [
            (action, side.name, batch)
            for script, (side, workers) in product(SCRIPTS, workers_by_side)
            for action, batch in _play(side, workers[:1] if script.alone else workers, script, turns)
        ]


def _play(side: Side, workers: list[Worker], script: Script, turns: range) -> Iterator[tuple[str, Batch]]:
    """Play a script once per turn and worker; yields what was measured, by action."""
    results = side.run_together(
        workers,
        [
            [step.call(Turn.of(client, turn)) for turn in turns for step in script.steps]
            for client in range(len(workers))
        ],
    )
    for at, step in enumerate(script.steps):
        if step.action:
            samples = [sample for times in results for sample in times[at :: len(script.steps)]]
            yield step.action, Batch.of(samples, len(workers))


def _describe(side: Side) -> str:
    commit = git("log", "-1", "--format=%h %s", cwd=side.tree)
    changed = git("status", "--porcelain", "--untracked-files=no", cwd=side.tree)
    return f"{side.name}: {commit}{', with uncommitted changes' if changed else ''}"
