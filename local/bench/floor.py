"""The floor: the statements of a use case in pgbench, which only sends them and waits.

The scripts are made from what the use case has just sent, so the floor follows the code. Each player has their own
script, and pgbench picks one at random. Values are bound, not written into the statements.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path

from local.bench.recording import Recording, Statement
from local.stack.postgres import find_binaries

# A fresh random number, cast to the type of the value that it replaces.
_NEW = {"name": ":new::text", "id": "lpad(:new::text, 32, '0')::uuid"}


class FloorError(Exception):
    """pgbench failed; the text is its output."""


def find_pgbench() -> str | None:
    beside = find_binaries() / "pgbench"
    return str(beside) if beside.exists() else shutil.which("pgbench")


class Scripts:
    """pgbench scripts, with the variables they share."""

    def __init__(self, recordings: Sequence[Recording]) -> None:
        self._names: dict[str, str] = {}  # value -> variable
        self.texts = [self._script(recording) for recording in recordings]

    @property
    def variables(self) -> dict[str, str]:
        return {name: value for value, name in self._names.items()}

    def _script(self, recording: Recording) -> str:
        lines = ["\\set new random(1, 9223372036854775807)"] if recording.new_values else []
        for group in recording.round_trips:
            lines.append("\\startpipeline")
            lines += [f"{self._statement(statement, recording.new_values)};" for statement in group]
            lines.append("\\endpipeline")
        return "\n".join(lines) + "\n"

    def _statement(self, statement: Statement, new_values: dict[str, str]) -> str:
        def value(match: re.Match[str]) -> str:
            place = int(match[1]) - 1
            bound, kind = statement.values[place], statement.types[place]
            cast = f"::{kind}" if kind else ""
            if bound is None:
                return f"NULL{cast}"
            if bound in new_values:
                return _NEW[new_values[bound]]
            return f":{self._names.setdefault(bound, f'v{len(self._names)}')}{cast}"

        return re.sub(r"\$(\d+)", value, statement.text.strip())


def run(
    pgbench: str, database_url: str, recordings: Sequence[Sequence[Recording]], *, clients: int, seconds: int
) -> list[float]:
    """Run pgbench; returns the microseconds of each transaction.

    Args:
        recordings: one group of players for each pgbench process; processes run at the same time.
        clients: connections in each process.
    """
    with tempfile.TemporaryDirectory() as folder:
        places = [Path(folder, f"{number}") for number in range(len(recordings))]
        processes = [
            _start(pgbench, database_url, Scripts(group), place, clients, seconds)
            for group, place in zip(recordings, places, strict=True)
        ]
        outputs = [process.communicate()[0] for process in processes]
        for process, output in zip(processes, outputs, strict=True):
            if process.returncode != 0 or "aborted" in output:
                raise FloorError(output.strip())
        logs = [log for place in places for log in place.glob("log*")]
        # client, transaction, microseconds, script, epoch, ...
        return [float(line.split()[2]) for log in logs for line in log.read_text().splitlines()]


def _start(
    pgbench: str, database_url: str, scripts: Scripts, place: Path, clients: int, seconds: int
) -> subprocess.Popen[str]:
    place.mkdir()
    command = [pgbench, "--no-vacuum", "--protocol=prepared", f"--client={clients}", f"--jobs={min(clients, 2)}"]
    command += [f"--time={seconds}", "--log", f"--log-prefix={place}/log"]
    for number, text in enumerate(scripts.texts):
        script = place / f"{number}.sql"
        script.write_text(text)
        command.append(f"--file={script}")
    command += [f"--define={name}={value}" for name, value in scripts.variables.items()]
    return subprocess.Popen(
        [*command, database_url], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL, text=True
    )
