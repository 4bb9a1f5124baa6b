"""Starts worker processes and sends them orders."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Generator, Sequence
from contextlib import ExitStack, contextmanager
from typing import Any

from local.bench.image import ROOT, Image


class WorkerError(Exception):
    """A worker died; its error output is on the terminal."""


class Worker:
    def __init__(self, process: subprocess.Popen[str]) -> None:
        assert process.stdin
        assert process.stdout
        self._process = process
        self._orders = process.stdin
        self._answers = process.stdout

    def begin(self, order: dict[str, Any]) -> None:
        try:
            self._orders.write(json.dumps(order) + "\n")
            self._orders.flush()
        except BrokenPipeError as error:
            raise WorkerError(f"a worker died before the order {order}") from error

    def result(self) -> Any:
        line = self._answers.readline()
        if not line:
            raise WorkerError("a worker ended in the middle of an order")
        return json.loads(line)

    def do(self, order: dict[str, Any]) -> Any:
        self.begin(order)
        return self.result()


def do_together(workers: Sequence[Worker], orders: Sequence[dict[str, Any]]) -> list[Any]:
    """Give each worker its order at the same time; returns their results."""
    for worker, order in zip(workers, orders, strict=True):
        worker.begin(order)
    return [worker.result() for worker in workers]


@contextmanager
def running_workers(image: Image, database_url: str, count: int = 1, **settings: str) -> Generator[list[Worker]]:
    """Start `count` processes that use this database and these settings; they end with the block."""
    environment = image.environment(DATABASE_URL=database_url, **settings)
    environment["PYTHONPATH"] += f":{ROOT}"
    with ExitStack() as stack:
        workers: list[Worker] = []
        for _ in range(count):
            process = stack.enter_context(
                subprocess.Popen(
                    [image.python, "-m", "local.bench.worker"],
                    cwd=ROOT,
                    env=environment,
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                    text=True,
                )
            )
            stack.callback(process.kill)  # runs before the process's own exit, which waits for its end
            workers.append(Worker(process))
        yield workers
