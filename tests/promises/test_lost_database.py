"""What `make dev` runs outlives the death of its Postgres, and a disk that is full for a while."""

from __future__ import annotations

import json
import os
import signal
import sqlite3
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from functools import partial
from pathlib import Path
from subprocess import PIPE
from urllib.parse import quote

import psutil
import psycopg
import pytest

from kernel.database import Connection, connect
from local.demo.game import Game, GameUnavailable, Request
from local.stack.process import StackProcess
from tests.promises.listeners import Socketed, Streamed, heard, last_position, listening, to_hear
from tests.promises.small_disk import Limited, SmallDisk, small_disk
from tests.promises.waiting import wait
from tests.support.announcements import post_admin

PLAYERS = [{"platform": "twitch", "platform_id": name, "username": name} for name in ("alice", "bob")]
MONEY = {"item_name": "money", "quantity": 10_000}
BOX = {"item_name": "lootbox_tier1", "quantity": 2}
RUNS_AGAIN = "Postgres runs again"
GAMBLE_SECONDS = 15
VISIBILITY_SECONDS = 180
"""What a consumer could not handle, because there was no database, comes again after so long."""
BACK_SECONDS = 60
"""for a machine that has much else to do; the pauses between starts are 10 s at most"""


@pytest.fixture(scope="module")
def disk() -> Iterator[SmallDisk]:
    with small_disk(megabytes=400) as made:
        yield made


@pytest.fixture(scope="module")
def stack(disk: SmallDisk) -> Iterator[StackProcess]:
    """The stack with a Postgres of its own, as `make dev` runs it, and two players."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("GAMBLE_JOIN_DURATION_MINUTES", f"{GAMBLE_SECONDS / 60:.4f}")
        with StackProcess("", state=disk.folder) as started:
            with Game(started.url, started.api_key) as game:
                post_admin(game, "/api/v1/progression/admin/unlock-all", {})
                for player in PLAYERS:
                    post_admin(game, "/api/v1/user/register", player)
                    post_admin(game, "/api/v1/user/item/add", player | BOX)
                for _ in range(20):
                    post_admin(game, "/api/v1/user/item/add", PLAYERS[0] | MONEY)
            yield started


@pytest.mark.slow
def test_postgres_is_started_again_and_the_next_requests_succeed(stack: StackProcess, disk: SmallDisk):
    took: list[float] = []
    with Game(stack.url, stack.api_key) as game:
        for kills in (1, 2, 3):
            os.kill(postmaster(disk), signal.SIGKILL)
            killed = time.monotonic()
            # Until then a server process that has not noticed yet may still answer.
            wait(lambda: stack.output().count(RUNS_AGAIN) == kills, "Postgres after the kill", BACK_SECONDS)  # noqa: B023
            wait(partial(buys, game), "a purchase after the kill", BACK_SECONDS)
            took.append(time.monotonic() - killed)

    assert min(took) < 5, took
    said = stack.output()
    assert said.count("Postgres ended with status -9; starting it again in ") == 3
    assert said.count(RUNS_AGAIN) == 3


def test_where_mounting_is_not_allowed_a_limit_stands_in_for_a_full_disk(tmp_path: Path):
    write = f"""
import os
file = os.open({str(tmp_path / "file")!r}, os.O_WRONLY | os.O_CREAT)
for line in iter(input, ""):
    try:
        os.write(file, b"x")
        print("written")
    except OSError:
        print("no room")
"""
    with subprocess.Popen([sys.executable, "-uc", write], stdin=PIPE, stdout=PIPE, text=True) as process:
        assert process.stdin
        assert process.stdout
        said: list[str] = []
        disk = Limited(tmp_path)
        for step in (disk.fill, disk.free):
            step([psutil.Process(process.pid)])
            process.stdin.write("go\n")
            process.stdin.flush()
            said.append(process.stdout.readline().strip())
        process.stdin.write("\n")

    assert said == ["no room", "written"]


@pytest.mark.slow
def test_a_full_disk_stops_nothing_for_good(stack: StackProcess, disk: SmallDisk, capsys: pytest.CaptureFixture[str]):
    listeners = (Streamed(stack), Socketed(stack))
    restarts = stack.output().count(RUNS_AGAIN)
    with Game(stack.url, stack.api_key) as game:
        wait(partial(buys, game), "a purchase", BACK_SECONDS)
        with closing(connect(url(disk))) as conn:
            begin = last_position(conn)
        with listening(listeners, wait):
            gamble(game)
            processes = processes_of(stack)
            disk.fill(processes)
            statuses = Counter(status_of_purchase(stack) for _ in range(5))
            break_the_log(disk)
            full_until = time.monotonic() + GAMBLE_SECONDS  # by then the gamble is over
            while time.monotonic() < full_until:
                statuses[status_of_purchase(stack)] += 1
                time.sleep(0.1)
            disk.free([*processes, *processes_of(stack)])

            wait(partial(buys, game), "a purchase", BACK_SECONDS)
            with closing(connect(url(disk))) as conn:
                wait(partial(no_gamble, conn), "the end of the gamble", 2 * BACK_SECONDS)
                wait(partial(nothing_to_publish, conn), "the relay", BACK_SECONDS)
                wait(partial(nothing_queued, disk), "the consumers", VISIBILITY_SECONDS + BACK_SECONDS)
                wait(partial(is_counted, conn), "the tally", BACK_SECONDS)
                all_of_it = to_hear(conn, begin)
            for each in listeners:
                wait(lambda each=each: heard(each)[-1:] == all_of_it[-1:], "the end", BACK_SECONDS)

    with capsys.disabled():
        print(f"\n    {disk.kind}: {dict(statuses)}")
    assert sum(statuses[status] for status in statuses if status >= 500), "the disk was not full"
    assert stack.output().count(RUNS_AGAIN) > restarts
    for each in listeners:
        assert list(dict.fromkeys(heard(each))) == all_of_it
    assert dead_letters(disk) == []
    assert psutil.Process(processes_of(stack)[0].pid).is_running()


def buys(game: Game) -> bool:
    try:
        return game.ask(purchase()).ok
    except GameUnavailable:
        return False


def purchase() -> Request:
    values = PLAYERS[0] | {"item_name": "spade", "quantity": 1}
    return Request("POST", "/api/v1/user/item/buy", values)


def status_of_purchase(stack: StackProcess) -> int:
    """One attempt; 599 for no answer at all."""
    asked = purchase()
    request = urllib.request.Request(
        f"{stack.url}{asked.path}", json.dumps(asked.values).encode(), {"X-API-Key": stack.api_key}
    )
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:
            return answer.status
    except urllib.error.HTTPError as refusal:
        with refusal:
            return refusal.code
    except OSError:
        return 599


def gamble(game: Game) -> None:
    post_admin(game, "/api/v1/gamble/start", PLAYERS[0] | {"bets": [BOX]})
    post_admin(game, "/api/v1/gamble/join", PLAYERS[1])


def postmaster(disk: SmallDisk) -> int:
    return int((disk.folder / "postgres" / "postmaster.pid").read_text().splitlines()[0])


def url(disk: SmallDisk) -> str:
    """The address of the stack's own Postgres."""
    lines = (disk.folder / "postgres" / "postmaster.pid").read_text().splitlines()
    return f"postgresql://postgres@/brandish?host={quote(lines[4], safe='')}&port={lines[3]}"


def processes_of(stack: StackProcess) -> list[psutil.Process]:
    assert stack._process is not None
    main = psutil.Process(stack._process.pid)
    return [main, *main.children()]


def break_the_log(disk: SmallDisk) -> None:
    """Let Postgres begin files of its log of changes until it finds no room."""
    deadline = time.monotonic() + BACK_SECONDS
    while time.monotonic() < deadline:
        try:
            with psycopg.connect(url(disk), autocommit=True) as conn:
                conn.execute("SELECT pg_logical_emit_message(false, 'test', repeat('x', 1000000)), pg_switch_wal()")
        except (psycopg.Error, OSError, IndexError):
            return
    raise AssertionError("Postgres still finds room")


def no_gamble(conn: Connection) -> bool:
    return conn.execute("SELECT FROM gambles WHERE state NOT IN ('Completed', 'Refunded') LIMIT 1").fetchone() is None


def nothing_to_publish(conn: Connection) -> bool:
    return conn.execute("SELECT FROM events WHERE published_at IS NULL LIMIT 1").fetchone() is None


def is_counted(conn: Connection) -> bool:
    """Whether the consumer of purchases has counted each of them, once."""
    bought = conn.execute(
        "SELECT coalesce(sum((payload->>'quantity')::int), 0) AS n FROM events WHERE event_type = 'item.bought'"
    ).fetchone()
    counted = conn.execute(
        "SELECT coalesce(sum(total), 0) AS n FROM business_counters WHERE metric = 'items_bought_total'"
    ).fetchone()
    return bought == counted


def queued(disk: SmallDisk) -> list[str]:
    (file,) = (disk.folder / "queues").glob("*.db")
    with closing(sqlite3.connect(file)) as db:
        return [queue for (queue,) in db.execute("SELECT queue FROM messages")]


def nothing_queued(disk: SmallDisk) -> bool:
    return not [queue for queue in queued(disk) if "DeadLetters" not in queue]


def dead_letters(disk: SmallDisk) -> list[str]:
    return [queue for queue in queued(disk) if "DeadLetters" in queue]
