"""docs/operating.md, followed literally: its commands are run as they are written there, in a copy of the project."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import socket
import subprocess
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from pathlib import Path
from typing import Any, Final
from urllib.error import HTTPError
from urllib.request import Request, urlopen
from uuid import uuid4

import psycopg
import pytest

from kernel.switches.service import RELIED_ON_SECONDS
from local.stack.messages import MessageStore
from local.stack.postgres import find_running
from local.stack.process import ROOT

GUIDE: Final = (ROOT / "docs" / "operating.md").read_text(encoding="utf-8")
PATIENCE: Final = 120.0

# make, without asking whether the environment is up to date; after `make clean`, it is there again.
MAKE: Final = """#!/bin/sh
[ -e .venv ] || ln -s {environment} .venv
case "$*" in *clean*) exec {make} "$@";; esac
exec {make} -o .venv/.installed "$@"
"""


def commands_of(section: str) -> list[str]:
    """Return the blocks of commands below a heading, in their order."""
    text = GUIDE.partition(f"\n## {section}\n")[2].partition("\n## ")[0]
    return re.findall(r"^```sh\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)


def test_every_way_back_that_is_called_tried_has_commands_or_a_test():
    tried = [part.partition("\n")[0] for part in GUIDE.split("\n## ")[1:] if re.match(r"[^\n]*\n\nTried", part)]

    assert tried == ["Backup and restore", "Back to earlier code", "Dead letters", "Keys"]
    assert [len(commands_of(section)) for section in tried] == [2, 0, 3, 1]


class Project:
    """A copy of the project, as someone would have it who has just cloned it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "brandish"
        listed = subprocess.run(
            ["git", "ls-files", "-co", "--exclude-standard"], cwd=ROOT, capture_output=True, check=True
        )
        for name in listed.stdout.decode().splitlines():
            if (ROOT / name).is_file() and not (ROOT / name).is_symlink():
                (self.folder / name).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy(ROOT / name, self.folder / name)
        with closing(socket.create_server(("127.0.0.1", 0))) as free:
            self.port: int = free.getsockname()[1]
        tools = folder / "bin"
        tools.mkdir()
        environment, found = (ROOT / ".venv").resolve(), shutil.which("make")
        (tools / "make").write_text(MAKE.format(environment=environment, make=found), encoding="utf-8")
        (tools / "make").chmod(0o755)
        self.variables = {
            **{name: value for name, value in os.environ.items() if name not in ("PYTHONPATH", "BRANDISH_STATE")},
            "PATH": f"{tools}:{os.environ['PATH']}",
            "PORT": f"{self.port}",
            "GAMBLE_JOIN_DURATION_MINUTES": "1",
        }
        self.stack: subprocess.Popen[bytes] | None = None

    @property
    def state(self) -> Path:
        return self.folder / ".local"

    def run(self, commands: str) -> str:
        """Run commands of the guide; return what they print."""
        ended = subprocess.run(
            ["bash", "-euc", commands],
            cwd=self.folder,
            env=self.variables,
            capture_output=True,
            text=True,
            check=False,
            stdin=subprocess.DEVNULL,
        )
        assert ended.returncode == 0, f"{commands}\n{ended.stdout}{ended.stderr}"
        return ended.stdout

    def start(self, command: str = "make dev") -> None:
        with (self.folder / "dev.log").open("wb") as log:
            self.stack = subprocess.Popen(
                ["bash", "-euc", f"exec {command}"],
                cwd=self.folder,
                env=self.variables,
                stdout=log,
                stderr=log,
                stdin=subprocess.DEVNULL,
                start_new_session=True,
            )
        eventually(lambda: "ready at" in (self.folder / "dev.log").read_text())

    def stop(self, number: signal.Signals = signal.SIGINT) -> None:
        if self.stack and self.stack.poll() is None:
            os.killpg(self.stack.pid, number)  # as a terminal does, to make and to what it has started
            self.stack.wait(PATIENCE)
            eventually(lambda: find_running(self.state / "postgres") is None)

    def play(self, seconds: float, then: Callable[[], str] = str) -> str:
        """Play a part of an evening, and do something in its midst; return what that returns."""
        demo = subprocess.Popen(
            ["bash", "-euc", 'exec make demo ARGS="--fast"'],
            cwd=self.folder,
            env=self.variables,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        time.sleep(seconds)
        try:
            return then()
        finally:
            os.killpg(demo.pid, signal.SIGKILL)
            demo.wait()

    def ask(self, method: str, path: str, body: Any = None, key: str = "test-api-key") -> Any:
        sent = None if body is None else json.dumps(body).encode()
        headers = {"X-API-Key": key, "Content-Type": "application/json"}
        request = Request(f"http://127.0.0.1:{self.port}{path}", data=sent, headers=headers, method=method)
        with urlopen(request, timeout=30) as answer:
            return json.load(answer)

    def database(self) -> psycopg.Connection:
        url = find_running(self.state / "postgres", "brandish")
        assert url
        return psycopg.connect(url, autocommit=True)


@pytest.fixture
def project() -> Iterator[Project]:
    with tempfile.TemporaryDirectory(prefix="brandish-") as name:
        Path(name).chmod(0o755)  # where root runs this, another account has to reach the database
        made = Project(Path(name))
        try:
            yield made
        finally:
            made.stop()


def eventually(holds: Callable[[], Any], seconds: float = PATIENCE) -> None:
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline, "it never came true"
        time.sleep(0.1)


def events_until(project: Project, moment: str) -> list[tuple[int, str]]:
    """The log up to a moment, in its order."""
    with closing(project.database()) as conn:
        rows = conn.execute(
            "SELECT position, event_id::text FROM events WHERE created_at <= %s ORDER BY transaction_id, position",
            [moment],
        )
        return [(row[0], row[1]) for row in rows]


def books(project: Project) -> dict[str, Any]:
    """What the players have, and what the log says of them; the same for the same game."""
    with closing(project.database()) as conn:
        row = conn.execute(
            """
            SELECT (SELECT count(*) FROM users), (SELECT sum(money) FROM user_inventory),
                   (SELECT md5(string_agg(inventory_data::text, '' ORDER BY user_id)) FROM user_inventory),
                   (SELECT sum(xp) FROM user_jobs), (SELECT md5(string_agg(node_id::text, ' ' ORDER BY unlock_id))
                                                    FROM progression_unlocks)
            """
        ).fetchone()
        assert row
        return dict(zip(("players", "money", "inventories", "experience", "unlocks"), row, strict=True))


def uncounted_sales(project: Project) -> int:
    """Sales that the tally has not consumed, or that it has consumed although the log does not have them."""
    with closing(project.database()) as conn:
        row = conn.execute(
            """
            SELECT count(*) FROM (SELECT event_id FROM events WHERE event_type = 'item.sold') AS sold
            FULL JOIN (SELECT event_id FROM consumed_events WHERE consumer = 'tally') AS counted USING (event_id)
            LEFT JOIN events AS known USING (event_id)
            WHERE sold.event_id IS NOT NULL AND counted.event_id IS NULL OR known.event_id IS NULL
            """
        ).fetchone()
        assert row
        return row[0]


@pytest.mark.slow
def test_backup_while_it_runs_then_a_crash_then_the_same_game(project: Project):
    backup, restore = commands_of("Backup and restore")
    project.start()
    project.ask("POST", "/api/v1/progression/admin/unlock-all", {})
    alice = {"platform": "twitch", "platform_id": "1", "username": "alice"}
    project.ask("POST", "/api/v1/user/register", alice)
    for name in ("money", "lootbox_tier1"):
        given = {"platform": "twitch", "username": "alice", "item_name": name, "quantity": 50}
        project.ask("POST", "/api/v1/user/item/add", given)
    bets = [{"item_name": "lootbox_tier1", "quantity": 2}]
    gamble = project.ask("POST", "/api/v1/gamble/start", alice | {"bets": bets})["gamble_id"]
    said = project.play(8, lambda: project.run(backup))
    match = re.search(r"as of (\S+ \S+ UTC) is in (\S+)", said)
    assert match, said
    moment, file = match[1], match[2]
    log = events_until(project, moment)
    project.play(3)
    with closing(project.database()) as conn:
        lost = conn.execute("SELECT max(transaction_id::text::bigint), max(position) FROM events").fetchone()
    project.stop(signal.SIGKILL)
    project.run("make clean")
    assert not project.state.exists()

    assert file in restore.replace("$(ls backups/*.tar.gz | tail -n 1)", file)
    said = project.run(restore.replace("make dev\n", ""))
    assert f"The game is as it was at {moment}" in said
    project.start()

    assert events_until(project, moment) == log
    assert len(log) > 20
    given = {"platform": "twitch", "username": "alice", "item_name": "money", "quantity": 1}
    project.ask("POST", "/api/v1/user/item/add", given)  # an event after the backup, even if nothing else happens
    with closing(project.database()) as conn:
        first = conn.execute("SELECT max(transaction_id::text::bigint), max(position) FROM events").fetchone()
        assert lost
        assert first
        assert first[0] > lost[0]
        assert first[1] > lost[1]
        # Its time was to be over only after the backup.
        ended = "SELECT FROM gambles WHERE gamble_id = %s AND executed_at > %s"
        eventually(lambda: conn.execute(ended, [gamble, moment]).fetchall())
    eventually(lambda: uncounted_sales(project) == 0)

    # Stopped in an orderly way, the same file leads to the very same books; and what was there is kept.
    project.stop()
    again = restore.replace("make dev\n", "").replace(".tar.gz | tail -n 1)", ".tar.gz | tail -n 1) ARGS=--replace")
    assert "is kept in" in project.run(again)
    kept = next(project.state.glob("before-restore-*"))
    assert (kept / "postgres" / "PG_VERSION").exists()


@pytest.mark.slow
def test_a_restored_game_has_the_books_of_the_backup_and_runs_under_earlier_code(project: Project):
    backup, restore = commands_of("Backup and restore")
    later = project.folder / "migrations" / "9999_later.sql"
    later.write_text("CREATE TABLE later (number integer)", encoding="utf-8")
    project.start()
    project.play(15)
    project.run(commands_of("Replays")[0])
    project.run('make features ARGS="freeze on"')
    time.sleep(2 * RELIED_ON_SECONDS)  # the time for which functions rely on what they know, and for what they began
    expected = books(project)
    said = project.run(backup)
    refused = subprocess.run(
        ["bash", "-euc", restore], cwd=project.folder, env=project.variables, capture_output=True, check=False
    )
    assert b"already runs" in refused.stderr
    project.run('make features ARGS="freeze off"')
    project.play(5)
    project.stop()

    later.unlink()  # back to earlier code, on what the later one has migrated
    project.run(restore.replace("make dev\n", "").replace("-n 1)", "-n 1) ARGS=--replace"))
    project.start()

    assert "backups/" in said
    assert books(project) == expected  # still frozen, as in the backup


@pytest.mark.slow
def test_poisoned_letters_are_sent_again_or_dropped(project: Project):
    look, redrive, drop = commands_of("Dead letters")
    project.start()
    project.stop()
    sold = str(uuid4())
    with closing(MessageStore(project.state / "queues" / "own.db")) as store:
        said = {"TARGET_ARN": {"DataType": "String", "StringValue": queue_arn("TallyQueue")}}
        for body in ("not JSON", json.dumps(delivered(sold))):
            store.add("DeadLetters", str(uuid4()), body, said=json.dumps(said))
    project.start()

    assert "2 of 2 dead letters." in project.run(look)
    said = project.run(redrive)
    assert '"stopped_in": "TallyQueue"' in said
    assert said.count("1 letter is on its way again.") == 2
    with closing(project.database()) as conn:
        eventually(lambda: conn.execute("SELECT FROM consumed_events WHERE event_id = %s", [sold]).fetchall())
        assert "Nothing was given up." in project.run(look)

        conn.execute(
            "UPDATE events SET next_attempt_at = NULL, published_at = NULL, last_error = 'no bus' WHERE position ="
            " (SELECT min(position) FROM events)"
        )
    assert "1 of 1 dead letters." in project.run(look)
    assert "1 letter is dropped." in project.run(drop)
    assert "Nothing was given up." in project.run(look)


def queue_arn(name: str) -> str:
    return f"arn:aws:sqs:us-east-1:000000000000:{name}"


def delivered(event_id: str) -> Mapping[str, Any]:
    payload = {"user_id": str(uuid4()), "item_name": "item_spade", "quantity": 1, "money_gained": 40}
    detail = {"version": "1.0", "id": event_id, "type": "item.sold", "timestamp": 0, "payload": payload, "metadata": {}}
    return {"detail-type": "item.sold", "source": "brandish", "detail": detail}


@pytest.mark.slow
def test_every_key_is_rotated_while_a_bot_plays(project: Project):
    [rotate] = commands_of("Keys")
    project.start()
    statuses: list[int] = []
    over = threading.Event()

    def play() -> None:
        number = 0
        while not over.wait(0.2):
            number += 1
            line = {"platform": "twitch", "platform_id": "7", "username": "bea", "message": f"line {number}"}
            try:
                project.ask("POST", "/api/v1/message/handle", line)
                statuses.append(200)
            except HTTPError as error:
                statuses.append(error.code)

    bot = threading.Thread(target=play)
    bot.start()
    try:
        said = project.run(rotate)
        new = re.search(r"shown only now: (\S+)", said)
        assert new, said
        time.sleep(1)
        assert project.ask("GET", "/api/v1/admin/letters", key=new[1])["total"] == 0
    finally:
        over.set()
        bot.join()

    assert set(statuses) == {200}
    assert len(statuses) > 5
    project.stop()
    project.start()
    assert project.ask("GET", "/api/v1/admin/letters", key=new[1])["total"] == 0
