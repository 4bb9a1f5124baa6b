"""A disk of our own that can be full: a small tmpfs; where mounting is not allowed, a limit on what processes write."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Protocol

import psutil


class SmallDisk(Protocol):
    """A folder, and the processes that write there.

    Attributes:
        folder: open to every account, because root lends Postgres another one.
        kind: for the test's output.
    """

    folder: Path
    kind: str

    def fill(self, processes: Sequence[psutil.Process]) -> None:
        """From now on, there is no room for what these processes and their children want to write."""
        ...

    def free(self, processes: Sequence[psutil.Process]) -> None:
        """From now on, there is."""
        ...


class Mounted:
    """A tmpfs. Filling it stops everything that grows a file on it."""

    kind = "tmpfs"

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._filler = folder / "filler"

    def fill(self, processes: Sequence[psutil.Process]) -> None:
        with suppress(OSError), self._filler.open("ab", buffering=0) as file:
            while file.write(bytes(4096)):
                pass

    def free(self, processes: Sequence[psutil.Process]) -> None:
        self._filler.unlink()


class Limited:
    """A folder on the ordinary disk. Filling it forbids the processes to write to files, as a full disk does."""

    kind = "RLIMIT_FSIZE"

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def fill(self, processes: Sequence[psutil.Process]) -> None:
        self._limit(processes, "0")

    def free(self, processes: Sequence[psutil.Process]) -> None:
        self._limit(processes, "unlimited")

    def _limit(self, processes: Sequence[psutil.Process], size: str) -> None:
        for process in processes:
            with suppress(psutil.NoSuchProcess):
                for each in (process, *process.children(recursive=True)):
                    with suppress(psutil.NoSuchProcess):
                        _set_limit(each, size)


def _set_limit(process: psutil.Process, size: str) -> None:
    """As the account of the process: root in a container may not limit those of others."""
    command = ["prlimit", "--pid", f"{process.pid}", f"--fsize={size}:"]  # the soft limit
    ours = process.uids().real == os.getuid()
    account = {} if ours else {"user": process.uids().real, "group": process.gids().real, "extra_groups": []}
    done = subprocess.run(command, capture_output=True, text=True, **account)
    assert done.returncode == 0 or not process.is_running(), done.stderr


@contextmanager
def small_disk(megabytes: int) -> Iterator[SmallDisk]:
    folder = Path(tempfile.mkdtemp(prefix="brandish-disk-"))
    folder.chmod(0o755)
    options = f"size={megabytes}m,mode=755"
    mounted = os.geteuid() == 0 and (
        subprocess.run(["mount", "-t", "tmpfs", "-o", options, "tmpfs", folder], capture_output=True).returncode == 0
    )
    try:
        yield Mounted(folder) if mounted else Limited(folder)
    finally:
        if mounted:
            subprocess.run(["umount", "--lazy", folder], check=True)
        shutil.rmtree(folder, ignore_errors=True)
