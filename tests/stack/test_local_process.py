"""Starting, stopping and killing `python -m local.stack`."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from kernel import database
from kernel.keys import service as keys
from local.stack import command
from local.stack.process import START_SECONDS, StackProcess

ROOT = Path(__file__).resolve().parents[2]
NO_DATABASE = "postgresql://nobody@127.0.0.1:1/nothing"


def refused(**environment: str) -> str:
    """What a start that does not succeed prints."""
    ended = subprocess.run(
        [sys.executable, "-m", "local.stack"],
        cwd=ROOT,
        env={**os.environ, "PORT": "0", "DATABASE_URL": NO_DATABASE, **environment},
        capture_output=True,
        text=True,
        timeout=START_SECONDS,
    )
    assert ended.returncode == 1
    assert ended.stderr == ""
    return ended.stdout


@pytest.mark.parametrize("port", ["http", "-1", "70000", "80 80"])
def test_an_invalid_port_is_named(monkeypatch: pytest.MonkeyPatch, port: str):
    monkeypatch.setenv("PORT", port)

    with pytest.raises(command.StartError) as said:
        command._listen()

    assert str(said.value) == f"PORT={port} is no port: use a number from 1 to 65535, or leave it out for 8080"


def test_a_busy_port_is_named_with_a_remedy():
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]

        said = refused(PORT=str(port))

    assert said.count("\n") == 1
    assert f"Port {port} " in said
    assert f"PORT={port + 1} make dev" in said


def test_an_unreachable_database_ends_the_start_in_one_line():
    said = refused()

    assert said.startswith("Preparing the database\n")
    assert said.count("\n") == 2
    assert "Connection refused" in said


def welcome(ends_at: datetime | None) -> str:
    url = "http://127.0.0.1:8080"
    return "\n".join(command.welcome_lines(url, "ws://127.0.0.1:8080/realtime", "first", ends_at, Path("log")))


def test_a_key_that_lets_no_one_in_is_not_offered(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.delenv("BRANDISH_STATE", raising=False)
    monkeypatch.delenv("API_KEY", raising=False)
    now = datetime.now(UTC)

    valid, over = welcome(None), welcome(now)

    assert valid.count("first") == 3
    assert "terminal:  make demo" in valid
    assert over.count("first") == 1
    assert "first is revoked or replaced. Use another one, or start with a new one: API_KEY=... make dev" in over
    assert "terminal:  API_KEY=... make demo" in over
    assert "realtime?key=..." in over
    replaced = welcome(datetime(9999, 11, 29, 17, 5, tzinfo=UTC))
    assert replaced.count("first") == 3
    assert "works until 9999-11-29 17:05 UTC)" in replaced


def test_the_end_of_a_key_is_known_at_the_start(database_url: str):
    with closing(database.connect(database_url)) as conn, database.transaction(conn) as tx:
        keys.store_first(tx, keys.digest("first"))
    assert command.end_of_key(database_url, "first") is None

    with closing(database.connect(database_url)) as conn, database.transaction(conn) as tx:
        keys.create(tx, keys.FIRST_KEY, "admin", timedelta(hours=1))
        ends_at = tx.now + timedelta(hours=1)

    assert command.end_of_key(database_url, "first") == ends_at


@pytest.mark.slow
def test_an_invalid_setting_ends_the_start_in_one_line(database_url: str, tmp_path: Path):
    said = refused(DATABASE_URL=database_url, BRANDISH_STATE=str(tmp_path), GAMBLE_JOIN_DURATION_MINUTES="nonsense")

    assert said.splitlines()[-1] == (
        "GAMBLE_JOIN_DURATION_MINUTES: 'nonsense' is no number of minutes: 2, or 0.5 for half a minute"
    )


@pytest.mark.slow
def test_dev_mode_of_the_caller_reaches_the_functions(database_url: str, monkeypatch: pytest.MonkeyPatch):
    """Without it, the second search would be too early."""
    monkeypatch.setenv("DEV_MODE", "true")
    seeker = {"platform": "twitch", "platform_id": "1001", "username": "alice"}

    with StackProcess(database_url) as stack:
        post(stack, "/api/v1/progression/admin/unlock", {"node_key": "feature_search"})
        searched = [post(stack, "/api/v1/user/search", seeker) for _ in range(2)]

    assert searched == [200, 200]


def post(stack: StackProcess, path: str, body: dict[str, str]) -> int:
    """The status."""
    request = urllib.request.Request(f"{stack.url}{path}", json.dumps(body).encode(), {"X-API-Key": stack.api_key})
    try:
        with urllib.request.urlopen(request) as response:
            return response.status
    except urllib.error.HTTPError as refusal:
        with refusal:
            return refusal.code


def test_it_starts_is_killed_starts_again_and_stops_within_seconds(database_url: str):
    with StackProcess(database_url) as killed:
        killed.kill()
    with StackProcess(database_url) as stack:
        request = urllib.request.Request(f"{stack.url}/api/v1/prices", headers={"X-API-Key": stack.api_key})
        with urllib.request.urlopen(request) as response:
            assert response.status == 200
        begun = time.monotonic()

        assert stack.stop() == 0

        assert time.monotonic() - begun < 20  # the relay would go on for a minute
        assert "GET  /api/v1/prices 200 " in stack.output()
        assert "Traceback" not in stack.output()
        assert stack.output().endswith("Stopped.\n")
