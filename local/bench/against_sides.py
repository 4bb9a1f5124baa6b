"""A side of a comparison: a tree of the project, its database, and the processes that play Lambda for it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Generator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Any

import psycopg

from local.bench.against_actions import Call, setup_calls
from local.bench.requests import KEY
from local.bench.workers import Worker, WorkerError
from local.stack.postgres import Postgres

ROOT = Path(__file__).resolve().parents[2]
WORKER = Path(__file__).with_name("against_worker.py")
Sample = list[float]
"""[wall, CPU] in µs, of one call or import."""
ADMIN_KEY_SHA256 = sha256(KEY.encode()).hexdigest()  # the use cases ask for it, although the authorizer is not called

_IMPORT = """
import json, sys, time
sys.path[:0] = json.loads(sys.argv[1])
module, _, attribute = sys.argv[2].rpartition(".")
started, worked = time.perf_counter(), time.process_time()
getattr(__import__(module, fromlist=[attribute]), attribute)
print(json.dumps([(time.perf_counter() - started) * 1e6, (time.process_time() - worked) * 1e6]))
"""


class GitError(Exception):
    """A git command failed; the text says which and why."""


@dataclass(slots=True)
class Side:
    """A tree of the project with its database.

    Attributes:
        url: of its database.
        paths: the folders on sys.path.
        handlers: {function: handler} of the functions behind the API.
    """

    name: str
    tree: Path
    url: str
    paths: list[str] = field(default_factory=list[str])
    handlers: dict[str, str] = field(default_factory=dict[str, str])

    def prepare(self, clients: int) -> None:
        """Migrate the database and set up the community, through this tree's own functions."""
        with self.running_workers(self.url) as (worker,):
            described = _result(self, worker, {"describe": True})
            self.paths, self.handlers = described["paths"], described["handlers"]
            self.run(worker, [{"function": "migrate", "event": {"admin_key_sha256": ADMIN_KEY_SHA256}}])
        with self.running_workers(self.url) as (worker,):
            self.run(worker, [*setup_calls(clients)])
        with psycopg.connect(self.url, autocommit=True) as conn:
            # Out of reach: an unlock would change prices and the vote in the middle of a measurement.
            conn.execute("UPDATE unlock_progress SET starts_at_points = %s WHERE unlocked_at IS NULL", [10**15])
            conn.execute("VACUUM ANALYZE")

    @contextmanager
    def running_workers(self, url: str, count: int = 1) -> Generator[list[Worker]]:
        """Start `count` processes that serve this tree with the database at `url`; they end with the block."""
        with ExitStack() as stack:
            workers: list[Worker] = []
            for _ in range(count):
                process = stack.enter_context(
                    subprocess.Popen(
                        [sys.executable, "-P", WORKER, self.tree],
                        cwd=self.tree,
                        env=_environment(url),
                        stdin=subprocess.PIPE,
                        stdout=subprocess.PIPE,
                        text=True,
                        start_new_session=True,  # Ctrl-C reaches only the parent, which ends them
                    )
                )
                stack.callback(process.kill)
                workers.append(Worker(process))
            yield workers

    def run(self, worker: Worker, calls: Sequence[Call]) -> list[Sample]:
        """Make one call after the other."""
        return _result(self, worker, {"calls": calls})["times"]

    def run_together(self, workers: Sequence[Worker], calls: Sequence[Sequence[Call]]) -> list[list[Sample]]:
        """Let each worker make its own calls, all at the same time."""
        for worker, own in zip(workers, calls, strict=True):
            worker.begin({"calls": own})
        return [_checked(self, worker.result())["times"] for worker in workers]

    def import_once(self, function: str) -> Sample:
        """Import a function's handler in a fresh process."""
        done = subprocess.run(
            [sys.executable, "-P", "-c", _IMPORT, json.dumps(self.paths), self.handlers[function]],
            cwd=self.tree,
            env=_environment(self.url),
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode != 0:
            raise WorkerError(f"{self.name}: {function} cannot be imported\n{done.stderr.strip()}")
        return json.loads(done.stdout.splitlines()[-1])


@contextmanager
def checked_out(revision: str) -> Generator[Path]:
    """Check a revision out into a temporary folder, which is removed at the end.

    Raises:
        GitError
    """
    with tempfile.TemporaryDirectory(prefix="brandish-against-") as folder:
        tree = Path(folder) / "tree"
        try:
            git("worktree", "add", "--quiet", "--detach", str(tree), revision)
            yield tree
        finally:
            if tree.exists():
                git("worktree", "remove", "--force", "--force", str(tree))  # twice: even one that was left half-made


def git(*arguments: str, cwd: Path = ROOT) -> str:
    """What git prints.

    Raises:
        GitError
    """
    done = subprocess.run(["git", *arguments], cwd=cwd, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise GitError(f"git {' '.join(arguments)}: {done.stderr.strip()}")
    return done.stdout.strip()


@contextmanager
def postgres_in_memory() -> Generator[Postgres]:
    """A throw-away server with its data in memory where possible, because the disk is not what is compared."""
    memory = Path("/dev/shm")
    home = memory if os.access(memory, os.W_OK) else Path(tempfile.gettempdir())
    server = Postgres.start(home / f"brandish-against-{os.getpid()}", durable=False)
    try:
        yield server
    finally:
        server.destroy()
        for suffix in (".log", ".lock"):
            server.data_dir.with_name(server.data_dir.name + suffix).unlink(missing_ok=True)


def _environment(url: str) -> dict[str, str]:
    """A clean environment, the same for both sides."""
    return {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ} | {
        "PYTHONHASHSEED": "0",
        "DATABASE_URL": url,
        "DEV_MODE": "true",  # no cooldowns
        "GAMBLE_JOIN_DURATION_MINUTES": "0.05",  # so short that a gamble may be played at once
        "AWS_REGION": "eu-central-1",
        "AWS_DEFAULT_REGION": "eu-central-1",
        "AWS_ACCESS_KEY_ID": "bench",
        "AWS_SECRET_ACCESS_KEY": "bench",
        "AWS_EC2_METADATA_DISABLED": "true",
    }


def _result(side: Side, worker: Worker, order: dict[str, Any]) -> Any:
    return _checked(side, worker.do(order))


def _checked(side: Side, result: Any) -> Any:
    if "error" in result:
        raise WorkerError(f"{side.name} side, in {side.tree}:\n{result['error'].strip()}")
    return result
