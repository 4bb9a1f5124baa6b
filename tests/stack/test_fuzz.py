"""Schemathesis against the running stack: no input causes a server error."""

from __future__ import annotations

import json
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from random import Random
from typing import Any

import pytest

from community.catalog.content import items
from community.jobs.content import jobs
from kernel.database import connect
from local.stack.process import StackProcess
from tests.promises.calls import PLAYERS
from tests.promises.preparation import prepare_players

ROOT = Path(__file__).resolve().parents[2]
DOCUMENT = ROOT / "docs" / "openapi.json"
APART = ("/api/v1/events", "/api/v1/admin/features/{name}")
"""The stream, each of whose answers is listened to for ten seconds, and what pauses everything else."""
TWITCH = [ref for ref in PLAYERS if ref.platform == "twitch"]
KNOWN = {
    "platform": ["twitch"],
    "platform_id": [ref.platform_id for ref in TWITCH],
    "username": [ref.username for ref in TWITCH],
    "item_name": [item.public_name for item in items.by_name.values()],
    "item": [item.public_name for item in items.by_name.values()],
    "quantity": ["1", "2", "half", "all", "1.5k"],
    "quality_level": ["COMMON"],
    "target_platform_id": [ref.platform_id for ref in TWITCH],
    "target_user": ["", *(ref.username for ref in TWITCH), *jobs.by_key, "rainbow"],
}
"""{field of a request: what makes sense there}"""
REQUESTS = ("UseItemRequest", "CraftRequest", "CancelRequest", "StartRequest", "JoinRequest", "RequestedBet")


def fuzz(stack: StackProcess, document: Path, *options: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [
            Path(sys.executable).parent / "schemathesis",
            "run",
            document,
            f"--url={stack.url}",
            "--header=X-API-Key: test-api-key",
            "--checks=not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance",
            "--seed=20261121",
            "--suppress-health-check=all",
            "--no-color",
            *options,
        ],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=600,
    )


def failures(report: str) -> str:
    """Return what it found, without its advice and its progress."""
    return report.partition(" FAILURES ")[2].partition(" WARNINGS ")[0] or report[-8000:]


@pytest.mark.slow
def test_no_input_causes_a_server_error(database_url: str):
    with StackProcess(database_url) as stack:
        options = ("--phases=examples,coverage,fuzzing", "--max-examples=60", "--max-time=240")
        result = fuzz(stack, DOCUMENT, *options, *(f"--exclude-path={path}" for path in APART))

    assert result.returncode == 0, failures(result.stdout)


@pytest.mark.slow
@pytest.mark.parametrize("path", APART)
def test_no_input_to_what_is_tried_apart_causes_a_server_error(database_url: str, path: str):
    with StackProcess(database_url) as stack:
        result = fuzz(stack, DOCUMENT, "--phases=coverage", "--max-time=60", f"--include-path={path}")

    assert result.returncode == 0, failures(result.stdout)


@pytest.mark.slow
def test_no_use_of_an_item_causes_a_server_error(database_url: str, tmp_path: Path):
    """Random names match no player, so this test draws from real players, their items and what is unlocked."""
    document: dict[str, Any] = json.loads(DOCUMENT.read_text())
    for name in REQUESTS:
        properties = document["components"]["schemas"][name]["properties"]
        properties |= {field: {"type": "string", "enum": KNOWN[field]} for field in properties.keys() & KNOWN.keys()}
    bet = document["components"]["schemas"]["RequestedBet"]["properties"]
    bet["item_name"]["enum"] = ["crate", "lootbox", "spade"]
    bet["quantity"] |= {"minimum": 0, "maximum": 3}
    knowing = tmp_path / "openapi.json"
    knowing.write_text(json.dumps(document))
    with StackProcess(database_url) as stack, closing(connect(database_url)) as conn:
        prepare_players(conn, Random(1))
        options = ("--phases=coverage,fuzzing", "--max-examples=200")
        result = fuzz(
            stack, knowing, *options, "--include-path-regex=/item/(use|upgrade|disassemble)|/gamble/|/crafting/"
        )
        done = {row["event_type"] for row in conn.execute("SELECT DISTINCT event_type FROM events").fetchall()}

    assert result.returncode == 0, failures(result.stdout)
    assert done >= {"item.used", "item.upgraded", "item.disassembled", "crafting.started", "gamble.started"}
