"""The time from import to ready: a fresh process per run, python3.13, the layers as deployed."""

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
DISCORD = ("Discord", "DiscordDeferred")
"""Their budget is BUDGET_MS plus the import of the domain, which they need as a whole."""
DOMAIN = "(domain)"
WITHOUT_BUDGET = ("Build", "Migrate", "Replay")
"""Their start-up time does not matter: what they do takes seconds. Build is alone in importing numpy."""
API_GROUPS = (
    "PersonasDesk",  # answers HTTP requests in full, for Consult
    "Play",  # the WebSocket API of Worlds: any command may come first, and decides with all that it knows of the game
    "WorldsDesk",  # lets happen in worlds what comes of an answer, as Play does
    "Fights",  # the same for what is due in fights
)
"""Their budget is that of HTTP groups, although no route leads to them."""
WITHOUT_ANSWER = ("Consult", "Letters")  # they ask another function, for unknown paths too

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
    """Measure every function.

    Returns:
        {"function", "median_ms", "min_ms", "max_ms", "cpu_ms", "budget_ms", "first_answer_ms"?}
    """
    taken: dict[str, list[_Measured]] = {name: [] for name in image.functions}
    for number in range(1, runs + 1):  # in rounds: a noisy moment touches every function once
        progress(f"imports, round {number} of {runs}")
        for name in image.functions:
            taken[name].append(_once(image, name))
    rows = [_row(image, name, runs) for name, runs in taken.items()]
    modules = _domain_of(image)
    domain = [_domain(image, modules) for _ in range(runs)]
    alone = {"function": DOMAIN, **_spread(domain), "budget_ms": None}
    for row in rows:
        if row["function"] in DISCORD:
            row["budget_ms"] = round(alone["median_ms"] + BUDGET_MS)
    return [*rows, alone]


def heaviest(image: Image, name: str, count: int = 8) -> list[tuple[str, float]]:
    """The slowest modules of an import, as (module, its own ms), slowest first."""
    written = _run(image, name, "-X", "importtime").stderr
    lines = re.findall(r"import time:\s+(\d+) \|\s+\d+ \|\s+(\S+)", written)
    ordered = sorted(lines, key=lambda line: -int(line[0]))
    return [(module, int(microseconds) / 1000) for microseconds, module in ordered[:count]]


def _domain_of(image: Image) -> list[str]:
    """The modules of the domain that Discord's door imports."""
    code = (
        "import functions.shared.discord.app, json, sys\n"
        "print(json.dumps([m for m in sys.modules if m.startswith(('kernel', 'community', 'personas'))]))"
    )
    return json.loads(_python(image, DISCORD[0], "-c", code).stdout)


def _domain(image: Image, modules: list[str]) -> _Measured:
    code = (
        "import json, sys, time, doors.start; started = time.perf_counter(); worked = time.process_time()\n"
        "for module in json.loads(sys.argv[1]): __import__(module)\n"
        "print(json.dumps([time.perf_counter() - started, time.process_time() - worked, 0]))"
    )
    return _read(_python(image, DISCORD[0], "-c", code, json.dumps(modules)))


class _Measured(NamedTuple):
    """In ms."""

    ready: float
    worked: float  # CPU time, which noise from other programs hardly affects
    answered: float


def _once(image: Image, name: str) -> _Measured:
    return _read(_run(image, name))


def _read(done: subprocess.CompletedProcess[str]) -> _Measured:
    return _Measured(*(seconds * 1000 for seconds in json.loads(done.stdout)))


def _run(image: Image, name: str, *options: str) -> subprocess.CompletedProcess[str]:
    function = image.functions[name]
    if function.web_app:
        module, _, attribute = function.web_app.partition(":")
        path = ""
    else:
        module, _, attribute = function.handler.rpartition(".")
        path = "/api/v1/nowhere/at-all" if name in image.doors and name not in WITHOUT_ANSWER else ""
    return _python(image, name, *options, "-c", _CHILD, module, attribute, path)


def _python(image: Image, name: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    """In the environment of a function."""
    done = subprocess.run(
        [image.python, *arguments],
        cwd=ROOT.anchor,
        # IAM login needs botocore, which Lambda's runtime provides and none of our layers contains.
        env=image.environment(**{**image.functions[name].environment, "DB_IAM_AUTH": "false"}),
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        raise BuildError(f"{name} cannot be imported\n{done.stderr.strip()}")
    return done


def _row(image: Image, name: str, runs: list[_Measured]) -> Row:
    row: Row = {"function": name, **_spread(runs), "budget_ms": BUDGET_MS}
    if name in WITHOUT_BUDGET:
        row["budget_ms"] = None
    elif name in image.doors or name in API_GROUPS:
        row["budget_ms"] = DOOR_BUDGET_MS
    if name in image.doors and not image.functions[name].web_app:
        row["first_answer_ms"] = round(median(run.answered for run in runs), 1)
    return row


def _spread(runs: list[_Measured]) -> Row:
    ready = [run.ready for run in runs]
    return {
        "median_ms": round(median(ready), 1),
        "min_ms": round(min(ready), 1),
        "max_ms": round(max(ready), 1),
        "cpu_ms": round(median(run.worked for run in runs), 1),
    }
