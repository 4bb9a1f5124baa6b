"""Import to ready: a fresh process per run, python3.13, the layers as they are deployed."""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Callable
from statistics import median
from typing import Any, NamedTuple

from local.bench.image import ROOT, BuildError, Image

DOOR_BUDGET_MS = 350
BUDGET_MS = 150
UNHURRIED = ("Migrate",)  # runs once a deployment, and nobody waits for its start

# `ready`: what Lambda's INIT phase waits for. `answered`: a path that no route has, so no use case and no database.
_CHILD = """
import json, sys, time
module, attribute, path = sys.argv[1:4]
worked = time.process_time()
started = time.perf_counter()
handler = getattr(__import__(module, fromlist=[attribute]), attribute)
ready = time.perf_counter()
worked = time.process_time() - worked
if path:
    answer = handler({
        "resource": path, "path": path, "httpMethod": "GET", "headers": {}, "multiValueHeaders": {},
        "queryStringParameters": None, "multiValueQueryStringParameters": None, "pathParameters": None,
        "stageVariables": None, "body": None, "isBase64Encoded": False,
        "requestContext": {"path": path, "identity": {}, "authorizer": {"role": "admin", "principalId": "bench"}},
    }, None)
    assert answer["statusCode"] == 404, answer
answered = time.perf_counter()
print(json.dumps([ready - started, worked, answered - ready]))
"""

Row = dict[str, Any]


def measure(image: Image, *, runs: int, progress: Callable[[str], None]) -> list[Row]:
    """{"function", "median_ms", "min_ms", "max_ms", "cpu_ms", "budget_ms", "first_answer_ms"?} for every function."""
    taken: dict[str, list[_Measured]] = {name: [] for name in image.functions}
    for number in range(1, runs + 1):  # in rounds: a noisy moment touches every function once
        progress(f"imports, round {number} of {runs}")
        for name in image.functions:
            taken[name].append(_once(image, name))
    return [_row(image, name, runs) for name, runs in taken.items()]


def heaviest(image: Image, name: str, count: int = 8) -> list[tuple[str, float]]:
    """(module, ms spent in itself alone), largest first."""
    written = _run(image, name, "-X", "importtime").stderr
    lines = re.findall(r"import time:\s+(\d+) \|\s+\d+ \|\s+(\S+)", written)
    ordered = sorted(lines, key=lambda line: -int(line[0]))
    return [(module, int(microseconds) / 1000) for microseconds, module in ordered[:count]]


class _Measured(NamedTuple):
    """In ms."""

    ready: float
    worked: float  # by the processor: what noise from other programs hardly touches
    answered: float


def _once(image: Image, name: str) -> _Measured:
    return _Measured(*(seconds * 1000 for seconds in json.loads(_run(image, name).stdout)))


def _run(image: Image, name: str, *options: str) -> subprocess.CompletedProcess[str]:
    function = image.functions[name]
    module, _, attribute = function.handler.rpartition(".")
    path = "/api/v1/nowhere/at-all" if name in image.doors else ""
    done = subprocess.run(
        [image.python, *options, "-c", _CHILD, module, attribute, path],
        cwd=ROOT.anchor,
        env=image.environment(**function.environment),
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        raise BuildError(f"{name} cannot be imported\n{done.stderr.strip()}")
    return done


def _row(image: Image, name: str, runs: list[_Measured]) -> Row:
    ready = [run.ready for run in runs]
    row: Row = {
        "function": name,
        "median_ms": round(median(ready), 1),
        "min_ms": round(min(ready), 1),
        "max_ms": round(max(ready), 1),
        "cpu_ms": round(median(run.worked for run in runs), 1),
        "budget_ms": DOOR_BUDGET_MS if name in image.doors else None if name in UNHURRIED else BUDGET_MS,
    }
    if name in image.doors:
        row["first_answer_ms"] = round(median(run.answered for run in runs), 1)
    return row
