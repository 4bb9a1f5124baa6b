"""Discord's commands in a fresh process: the wait after a quiet hour, without SnapStart."""

from __future__ import annotations

import json
import subprocess
import time
from collections.abc import Callable
from statistics import median
from typing import Any, Final
from uuid import uuid4

from nacl.signing import SigningKey

from local.bench.image import ROOT, BuildError, Image

BUDGET_MS = 300
PATH: Final = "/discord/interactions"
COLUMNS = ("command", "median_ms", "max_ms", "budget_ms", "verdict")

_KEY: Final = SigningKey(bytes(range(32)))
_VALUES: Final = {3: "spade", 4: 1, 5: False, 6: "1001"}
"""{type of option: value}"""

_DECLARED = """
import json
from doors.discord.commands import COMMANDS
from functions.shared.discord import catalogue as catalogue
from doors.discord.registration import payload
print(json.dumps([[each, COMMANDS[each["name"]].deferred] for each in payload()]))
"""

_CHILD = """
import json, sys, time
event = json.loads(sys.stdin.read())
started = time.perf_counter()
import functions.shared.discord.app as discord_app
answer = discord_app.handler(event, None)
answered = time.perf_counter()
assert answer["statusCode"] == 200 and json.loads(answer["body"])["type"] in (4, 9), answer
print(answered - started)
"""


def measure(image: Image, database_url: str, *, runs: int, progress: Callable[[str], None]) -> list[dict[str, Any]]:
    """Measure each command from the first import to its answer.

    Returns:
        {"command", "median_ms", "max_ms", "budget_ms", "verdict"}, slowest first.
    """
    declared = json.loads(_python(image, database_url, _DECLARED, ""))
    rows: list[dict[str, Any]] = []
    for command, deferred in declared:
        if deferred:
            continue
        progress(f"cold: /{command['name']}")
        taken = [
            1000 * float(_python(image, database_url, _CHILD, json.dumps(_event(_interaction(command)))))
            for _ in range(runs)
        ]
        middle = round(median(taken), 1)
        rows.append(
            {
                "command": f"/{command['name']}",
                "median_ms": middle,
                "max_ms": round(max(taken), 1),
                "budget_ms": BUDGET_MS,
                "verdict": "" if middle <= BUDGET_MS else "OVER",
            }
        )
    return sorted(rows, key=lambda row: -row["median_ms"])


def _interaction(command: dict[str, Any]) -> dict[str, Any]:
    """An interaction with all required options of the command; of choices, the first."""
    options = [
        {
            "name": option["name"],
            "type": option["type"],
            "value": option["choices"][0]["value"] if option.get("choices") else _VALUES[option["type"]],
        }
        for option in command["options"]
        if option["required"]
    ]
    user = {"id": "1001", "username": "alice", "global_name": "Alice"}
    return {
        "id": str(uuid4().int >> 66),
        "application_id": "2002",
        "type": 2,
        "token": "token-of-the-bench",
        "version": 1,
        "guild_id": "3003",
        "channel_id": "4004",
        "locale": "en-US",
        "member": {"user": user, "nick": None, "permissions": "8", "roles": []},
        "data": {
            "id": "5005",
            "type": 1,
            "name": command["name"],
            "options": options,
            "resolved": {"users": {"1001": user}, "members": {"1001": {"nick": None, "permissions": "8"}}},
        },
    }


def _event(interaction: dict[str, Any]) -> dict[str, Any]:
    body = json.dumps(interaction)
    timestamp = str(int(time.time()))
    signature = _KEY.sign(timestamp.encode() + body.encode()).signature.hex()
    return {
        "resource": "/discord/{proxy+}",
        "path": PATH,
        "httpMethod": "POST",
        "headers": {"X-Signature-Ed25519": signature, "X-Signature-Timestamp": timestamp},
        "body": body,
        "isBase64Encoded": False,
        "requestContext": {"path": PATH, "identity": {}},
    }


def _python(image: Image, database_url: str, code: str, stdin: str) -> str:
    settings = {
        **image.functions["Discord"].environment,
        "DATABASE_URL": database_url,
        "DB_IAM_AUTH": "false",
        "AWS_ENDPOINT_URL_EVENTBRIDGE": "",
        "DISCORD_PUBLIC_KEY": _KEY.verify_key.encode().hex(),
    }
    done = subprocess.run(
        [image.python, "-c", code],
        cwd=ROOT.anchor,
        env=image.environment(**settings),
        input=stdin,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        raise BuildError(f"a command on Discord failed\n{done.stderr.strip()}")
    return done.stdout.splitlines()[-1]
