"""The account that the server runs as. Postgres refuses to run as root, so root gives it another account."""

from __future__ import annotations

import ctypes
import os
import pwd
import signal
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from local.stack.postgres.errors import PostgresError

_PR_SET_PDEATHSIG = 1
# Loaded before any fork: the child must not import.
_libc = ctypes.CDLL(None) if sys.platform == "linux" else None


@dataclass(frozen=True, slots=True)
class Account:
    name: str
    uid: int
    gid: int
    borrowed: bool  # we are root and switch to another account

    @classmethod
    def for_data(cls, data_dir: Path) -> Account:
        """The current account; for root the owner of the data, or else `postgres` or `nobody`."""
        if os.geteuid() != 0:
            return cls(f"user {os.geteuid()}", os.geteuid(), os.getegid(), borrowed=False)
        owner = data_dir.stat() if data_dir.exists() else None
        if owner and owner.st_uid != 0:
            return cls(f"user {owner.st_uid}", owner.st_uid, owner.st_gid, borrowed=True)
        for name in ("postgres", "nobody"):
            try:
                entry = pwd.getpwnam(name)
            except KeyError:
                continue
            return cls(f"user {name}", entry.pw_uid, entry.pw_gid, borrowed=True)
        raise PostgresError("Postgres does not run as root, and there is no user postgres or nobody to run it as")

    def spawn(
        self, command: Sequence[str | Path], output: int | BinaryIO, at_our_death: signal.Signals
    ) -> subprocess.Popen[bytes]:
        """Start a command whose output and errors go to `output`. On Linux it gets the signal when we die.

        "We" is the thread that calls this: Linux sends the signal when that very thread ends. Call it from
        one that lives as long as the command should.

        Raises:
            OSError: the account may not execute the command, or does not reach it.
        """
        return subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            cwd="/",
            env=_environment(),
            # Ctrl-C in a terminal goes to the whole group. The server outlives our last transactions.
            start_new_session=True,
            user=self.uid if self.borrowed else None,
            group=self.gid if self.borrowed else None,
            extra_groups=[] if self.borrowed else None,
            # After the change of user, which would clear the setting. Only system calls: threads do no harm.
            preexec_fn=_signal_when_parent_dies(at_our_death),
        )

    def run(self, command: Sequence[str | Path]) -> tuple[int, str]:
        """The exit status of a finished command and what it wrote.

        Raises:
            OSError: as for `spawn`.
        """
        process = self.spawn(command, subprocess.PIPE, signal.SIGTERM)
        written, _ = process.communicate()
        return process.returncode, written.decode(errors="replace")

    def may_enter(self, directory: Path) -> bool:
        """Checked by trying, because modes alone say nothing about ACLs and mounts."""
        try:
            return self.run(["/bin/sh", "-c", 'cd -- "$1"', "sh", directory])[0] == 0
        except OSError:
            return False

    def take_over(self, tree: Path) -> None:
        """Make a borrowed account the owner of everything below a directory."""
        if not self.borrowed:
            return
        for folder, _, files in os.walk(tree):
            for name in (".", *files):
                os.chown(os.path.join(folder, name), self.uid, self.gid, follow_symlinks=False)


def _signal_when_parent_dies(number: signal.Signals) -> Callable[[], None] | None:
    if _libc is None:
        return None
    libc, parent = _libc, os.getpid()

    def in_child() -> None:
        libc.prctl(_PR_SET_PDEATHSIG, int(number), 0, 0, 0)
        if os.getppid() != parent:  # the parent died before the signal was requested
            os._exit(1)

    return in_child


def _environment() -> dict[str, str]:
    """Ours without what would steer Postgres: its variables, and locales that may not exist here."""
    inherited = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("PG", "LC_")) and name not in ("LANG", "LANGUAGE", "TZ")
    }
    return inherited | {"LC_ALL": "C"}
