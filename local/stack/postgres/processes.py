"""Servers that an earlier start has left on a data directory."""

from __future__ import annotations

import signal
import time
from contextlib import suppress
from pathlib import Path

import psutil

from local.stack.postgres.errors import PostgresError

_PATIENCE_SECONDS = 10  # after each signal


def end_previous_server(data_dir: Path) -> None:
    """Leave no process at work in this data directory, be it a postmaster or the children of a killed one.

    The caller holds the directory's lock, so the process that started these is gone.

    Raises:
        PostgresError: a process survives even SIGKILL, or is not ours to end.
    """
    postmaster = _find_postmaster(data_dir)
    if postmaster is not None:
        _end([postmaster], (signal.SIGINT, signal.SIGQUIT, signal.SIGKILL), data_dir)  # fast, immediate, none
    # A busy child notices the postmaster's death late, and until then it blocks a new one.
    _end(find_children(data_dir), (signal.SIGQUIT, signal.SIGKILL), data_dir)
    _forget_reused_pid(data_dir)


def find_children(data_dir: Path) -> list[psutil.Process]:
    """Server processes at work in this directory. Those of other users show only to root."""
    return [
        process
        for process in psutil.process_iter(["cwd", "exe"])
        if process.info["cwd"] == f"{data_dir}" and Path(process.info["exe"] or "").name.startswith("postgres")
    ]


def _find_postmaster(data_dir: Path) -> psutil.Process | None:
    """The live postmaster on this data directory, never a stranger who got its pid after a restart."""
    pid = _noted_pid(data_dir)
    with suppress(psutil.NoSuchProcess, psutil.AccessDenied):
        if pid is not None and psutil.pid_exists(pid) and f"{data_dir}" in (process := psutil.Process(pid)).cmdline():
            return process
    return None


def _noted_pid(data_dir: Path) -> int | None:
    try:
        return int((data_dir / "postmaster.pid").read_text().splitlines()[0])
    except (FileNotFoundError, ValueError, IndexError):
        return None


def _forget_reused_pid(data_dir: Path) -> None:
    """Postgres takes any live process with the noted pid for its predecessor, and refuses to start."""
    pid = _noted_pid(data_dir)
    if pid is not None and psutil.pid_exists(pid):
        (data_dir / "postmaster.pid").unlink()


def _end(processes: list[psutil.Process], signals: tuple[signal.Signals, ...], data_dir: Path) -> None:
    for number in signals:
        for process in processes:
            with suppress(psutil.NoSuchProcess):
                try:
                    process.send_signal(number)
                except psutil.AccessDenied as error:
                    raise PostgresError(f"another user's server (pid {process.pid}) runs on {data_dir}") from error
        deadline = time.monotonic() + _PATIENCE_SECONDS
        while processes := [process for process in processes if _is_alive(process)]:
            if time.monotonic() > deadline:
                break
            time.sleep(0.01)
        else:
            return
    raise PostgresError(f"the previous server on {data_dir} does not end")


def _is_alive(process: psutil.Process) -> bool:
    """A zombie is dead, whether its parent has noticed or not."""
    with suppress(psutil.NoSuchProcess):
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    return False
