"""Servers that an earlier start has left on a data directory."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from local.stack.postgres.errors import PostgresError

_PROC = Path("/proc")


def end_previous_server(data_dir: Path, patience_seconds: float = 10) -> None:
    """Leave no process at work in this data directory, be it a postmaster or the children of a killed one.

    The caller holds the directory's lock: whoever started these processes is gone.

    Raises:
        PostgresError: a process survives even SIGKILL, or is not ours to end.
    """
    for number in (signal.SIGINT, signal.SIGQUIT, signal.SIGKILL):  # fast, immediate, none
        pid = find_postmaster(data_dir)
        if pid is None:
            break
        _send(number, [pid], data_dir)
        _wait(lambda: find_postmaster(data_dir) is None, patience_seconds)
    # A busy child notices the postmaster's death late, and until then it blocks a new one.
    for number in (signal.SIGQUIT, signal.SIGKILL):
        _send(number, find_children(data_dir), data_dir)
        _wait(lambda: not find_children(data_dir), patience_seconds)
    if find_postmaster(data_dir) is not None or find_children(data_dir):
        raise PostgresError(f"the previous server on {data_dir} does not end")
    _forget_reused_pid(data_dir)


def find_postmaster(data_dir: Path) -> int | None:
    """The live postmaster on this data directory, never a stranger who got its pid after a restart."""
    pid = _noted_pid(data_dir)
    return pid if pid is not None and f" {data_dir} " in _command(pid) else None


def find_children(data_dir: Path) -> list[int]:
    """Server processes at work in this directory. Only Linux tells; elsewhere they notice by themselves."""
    found: list[int] = []
    for entry in _PROC.glob("[0-9]*"):
        with suppress(OSError):
            if Path(os.readlink(entry / "cwd")) == data_dir and Path(os.readlink(entry / "exe")).name.startswith(
                "postgres"
            ):
                found.append(int(entry.name))
    return found


def _noted_pid(data_dir: Path) -> int | None:
    try:
        return int((data_dir / "postmaster.pid").read_text().splitlines()[0])
    except (FileNotFoundError, ValueError, IndexError):
        return None


def _command(pid: int) -> str:
    """The command line of a process, a space after each word; empty for a dead one and for a zombie."""
    if (_PROC / "self").exists():
        try:
            return (_PROC / f"{pid}" / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
        except OSError:
            return ""
    listing = subprocess.run(["ps", "-o", "command=", "-p", f"{pid}"], capture_output=True, text=True, check=False)
    return f"{listing.stdout.strip()} "


def _forget_reused_pid(data_dir: Path) -> None:
    """Postgres takes any live process with the noted pid for its predecessor, and refuses to start."""
    pid = _noted_pid(data_dir)
    if pid is None:
        return
    with suppress(ProcessLookupError):
        with suppress(PermissionError):
            os.kill(pid, 0)
        (data_dir / "postmaster.pid").unlink()


def _send(number: signal.Signals, pids: list[int], data_dir: Path) -> None:
    for pid in pids:
        with suppress(ProcessLookupError):
            try:
                os.kill(pid, number)
            except PermissionError as error:
                raise PostgresError(f"another user's server (pid {pid}) runs on {data_dir}") from error


def _wait(done: Callable[[], bool], patience_seconds: float) -> None:
    deadline = time.monotonic() + patience_seconds
    while not done() and time.monotonic() < deadline:
        time.sleep(0.01)
