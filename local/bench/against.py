"""`make bench ARGS="--against REV"`: this checkout beside another revision, in one run on one machine.

Both sides are driven by Lambda events alone, so their layouts may differ. They take turns action by action, which lets
a noisy moment touch both; the ratios are medians over the rounds of what was measured side by side.
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
from statistics import median
from typing import Any, TypeVar

from local.bench.against_actions import ACTIONS, SCRIPTS, Script, Turn, round_calls
from local.bench.against_sides import ROOT, GitError, Sample, Side, checked_out, git, postgres_in_memory
from local.bench.report import table
from local.bench.wire import Wire
from local.bench.workers import Worker, WorkerError
from local.stack.postgres import PostgresError

ROUNDS, REPEATS = 60, 5
TOLERANCE = 1.10
"""So much of the old time the new one may be."""
WARM_UP = 3  # rounds of each crew that do not count: caches, prepared statements
ROUNDS_OF_A_CREW = 15
"""Then come fresh processes: some are a few percent faster than others for as long as they live."""
COUNTED = 10  # repetitions in which round trips are counted, the first of them in vain
IMPORTS = 5

T = TypeVar("T")
Row = dict[str, Any]
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
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # whatever ends us, the worktree goes
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
    """Measure both sides, and print what is found on the way."""
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
            f"{options.distance_ms:g} ms added to each database round trip; a ratio is new / old\n"
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
class Batch:
    """The calls of one action in one turn of a side."""

    wall_us: float  # the median call
    cpu_us: float
    per_second: float  # of all clients together, were they never to pause

    @classmethod
    def of(cls, samples: Sequence[Sample], clients: int) -> Batch:
        walls = [wall for wall, _ in samples]
        return cls(median(walls), median(cpu for _, cpu in samples), clients * len(walls) * 1e6 / sum(walls))


@dataclass(frozen=True, slots=True)
class Traffic:
    """What one call sends to the database."""

    round_trips: int
    statements: int


Sides = dict[str, T]
"""{"old": ..., "new": ...}"""


@dataclass(frozen=True, slots=True)
class _Comparison:
    sides: tuple[Side, Side]
    options: argparse.Namespace
    progress: Progress
    # Each has newcomers of its own, and so have the turns in which round trips are counted.
    rounds: Iterator[int] = field(default_factory=lambda: count(COUNTED))

    def traffic(self) -> dict[str, Sides[Traffic]]:
        """{action: by side}: the fewest of some calls, for now and then one has more to do, such as a new level."""
        found: dict[str, Sides[list[Traffic]]] = {action: {"old": [], "new": []} for action in ACTIONS}
        for side in self.sides:
            self.progress(f"counting round trips, {side.name}")
            with Wire(side.url, counts_statements=True) as wire, side.hired(wire.url) as (worker,):
                for script, number in product(SCRIPTS, range(COUNTED)):
                    for step in script.steps:
                        before = wire.round_trips(), wire.statements()
                        side.run(worker, [step.call(Turn.of(0, number))])
                        if step.action and number:  # the first call fills the caches
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
        """{action: by side}, in the order of the rounds."""
        found: dict[str, Sides[list[Batch]]] = {action: {"old": [], "new": []} for action in ACTIONS}
        for first in range(0, self.options.rounds, ROUNDS_OF_A_CREW):
            rounds = range(first, min(first + ROUNDS_OF_A_CREW, self.options.rounds))
            with ExitStack() as stack:
                crews = [(side, stack.enter_context(self._crew(side))) for side in self.sides]
                for _ in range(WARM_UP):
                    self._round(crews)
                for number in rounds:
                    self.progress(f"round {number + 1} of {self.options.rounds}")
                    for action, side, batch in self._round(crews if number % 2 else crews[::-1]):
                        found[action][side].append(batch)
        return found

    def imports(self) -> list[Row]:
        """One row for each function behind the API that both sides have."""
        functions = [name for name in self.sides[0].handlers if name in self.sides[1].handlers]
        taken: dict[str, Sides[list[Sample]]] = {name: {"old": [], "new": []} for name in functions}
        for number, function, side in product(range(-1, IMPORTS), functions, self.sides):
            self.progress(f"imports, round {max(0, number + 1)} of {IMPORTS}")
            sample = side.import_once(function)
            if number >= 0:  # the first writes the byte-code
                taken[function][side.name].append(sample)
        return [
            {"function": function}
            | _compared("wall_us", *([wall for wall, _ in samples] for samples in sides.values()))
            | _compared("cpu_us", *([cpu for _, cpu in samples] for samples in sides.values()))
            for function, sides in taken.items()
        ]

    @contextmanager
    def _crew(self, side: Side) -> Generator[list[Worker]]:
        """Fresh processes, as far away from the database as wanted."""
        with ExitStack() as stack:
            url = side.url
            if self.options.distance_ms:
                url = stack.enter_context(Wire(url, round_trip_ms=self.options.distance_ms)).url
            yield stack.enter_context(side.hired(url, self.options.clients))

    def _round(self, crews: Sequence[tuple[Side, list[Worker]]]) -> list[tuple[str, str, Batch]]:
        """(action, side, what was measured): for each script one crew after the other."""
        first = next(self.rounds) * self.options.repeats
        turns = range(first, first + self.options.repeats)
        for side, workers in crews:
            side.run(workers[0], [*round_calls()])
        return [
            (action, side.name, batch)
            for script, (side, workers) in product(SCRIPTS, crews)
            for action, batch in _play(side, workers[:1] if script.alone else workers, script, turns)
        ]


def _play(side: Side, workers: list[Worker], script: Script, turns: range) -> Iterator[tuple[str, Batch]]:
    """(action, what was measured) for each measured step of the script."""
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


def rows_of(batches: dict[str, Sides[list[Batch]]], traffic: dict[str, Sides[Traffic]]) -> list[Row]:
    """One row an action, with a verdict where the new side is worse."""
    rows: list[Row] = []
    for action, sides in batches.items():
        old, new = sides["old"], sides["new"]
        sent, sends = traffic[action]["old"], traffic[action]["new"]
        row: Row = {"action": action}
        for unit in ("wall_us", "cpu_us", "per_second"):
            row |= _compared(unit, [getattr(batch, unit) for batch in old], [getattr(batch, unit) for batch in new])
        row |= {
            "old_round_trips": sent.round_trips,
            "new_round_trips": sends.round_trips,
            "old_statements": sent.statements,
            "new_statements": sends.statements,
        }
        row["verdict"] = " ".join(
            verdict
            for verdict, applies in (
                ("SLOWER", row["wall_us_ratio"] > TOLERANCE),
                ("ROUND TRIPS", sent.round_trips != sends.round_trips),
            )
            if applies
        )
        rows.append(row)
    return rows


def printed(rows: Sequence[Row], first: str, *, clients: int = 1) -> str:
    """The table that a person reads.

    Args:
        first: the column that names what was measured.
        clients: throughput is shown where there are several.
    """
    columns = [first, "old_us", "new_us", "ratio", "old_cpu_us", "new_cpu_us", "cpu_ratio"]
    if clients > 1:
        columns += ["old_per_second", "new_per_second"]
    if "old_round_trips" in rows[0]:
        columns += ["round_trips", "statements", "verdict"]
    return table([_shown(row) for row in rows], columns)


def _shown(row: Row) -> Row:
    shown = row | {
        "old_us": row["old_wall_us"],
        "new_us": row["new_wall_us"],
        "ratio": f"{row['wall_us_ratio']:.2f}",
        "cpu_ratio": f"{row['cpu_us_ratio']:.2f}",
    }
    for name in ("round_trips", "statements"):
        if f"old_{name}" in row:
            shown[name] = _change(row[f"old_{name}"], row[f"new_{name}"])
    return shown


def _compared(unit: str, old: Sequence[float], new: Sequence[float]) -> Row:
    """Medians of what was measured in turns, and the median of new / old, turn by turn."""
    ratios = [after / before for before, after in zip(old, new, strict=True)]
    return {
        f"old_{unit}": round(median(old)),
        f"new_{unit}": round(median(new)),
        f"{unit}_ratio": round(median(ratios), 3),
    }


def _change(old: int, new: int) -> str:
    return f"{old}" if old == new else f"{old} -> {new}"


def _describe(side: Side) -> str:
    commit = git("log", "-1", "--format=%h %s", cwd=side.tree)
    changed = git("status", "--porcelain", "--untracked-files=no", cwd=side.tree)
    return f"{side.name}: {commit}{', with uncommitted changes' if changed else ''}"
