"""Several Lambda environments in one process: a thread each, with its own database connection."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from threading import Barrier
from typing import Any, NamedTuple

from kernel import connections as database
from kernel.database import connect
from tests.promises.calls import Call
from tests.promises.client import send
from tests.support.races import PATIENCE


class Reply(NamedTuple):
    status: int
    body: Any
    replayed: bool


Environments = Callable[[Sequence[Callable[[], Any]]], list[Any]]


@contextmanager
def environments(url: str, number: int) -> Iterator[Environments]:
    """Yield a function that runs up to `number` callables at the same time, each in its own environment."""

    def open_environment() -> None:
        database._environment.connection = connect(url)

    def close_environment() -> None:
        database.close()

    with ThreadPoolExecutor(number, initializer=open_environment) as pool:

        def together(work: Sequence[Callable[[], Any]]) -> list[Any]:
            start = Barrier(len(work), timeout=PATIENCE)

            def begin(piece: Callable[[], Any]) -> Any:
                start.wait()
                return piece()

            return [future.result(PATIENCE) for future in [pool.submit(begin, piece) for piece in work]]

        try:
            yield together
        finally:
            together([close_environment] * len(pool._threads))


def send_call(call: Call) -> Reply:
    status, headers, body = send(call)
    return Reply(status, json.loads(body), "idempotency-replayed" in headers)
