"""Background traffic on a running stack; the outcome of its calls does not matter."""

from __future__ import annotations

import http.client
import json
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import closing, contextmanager
from random import Random
from typing import Any
from urllib.parse import urlsplit

from local.stack.process import StackProcess
from tests.promises.calls import Call, draw, follow_up

CLIENTS = 8


@contextmanager
def background_traffic(stack: StackProcess, seed: int, *, moves: bool = True) -> Iterator[Counter[str]]:
    """Eight clients that make one call after the other. A call that a restart interrupts is not repeated.

    Args:
        moves: accounts are linked, unlinked and forgotten as well.
    """
    over = threading.Event()
    statuses: Counter[str] = Counter()

    def play(number: int) -> None:
        rng = Random(f"{seed} client {number}")
        while not over.is_set():
            call: Call | None = draw(rng, None, moves=moves)
            while call is not None:
                status, body = _answer(stack, call)
                statuses[status] += 1
                call = follow_up(call, body) if status == "2xx" else None
                over.wait(rng.uniform(0, 0.1))

    threads = [threading.Thread(target=play, args=(number,)) for number in range(CLIENTS)]
    for thread in threads:
        thread.start()
    try:
        yield statuses
    finally:
        over.set()
        for thread in threads:
            thread.join()


def _answer(stack: StackProcess, call: Call) -> tuple[str, Any]:
    """The class of the status, or that the connection broke, and the body."""
    try:
        with closing(http.client.HTTPConnection(str(urlsplit(stack.url).netloc), timeout=10)) as connection:
            headers = {"X-API-Key": stack.api_key, "Content-Type": "application/json"}
            connection.request("POST", call.path, json.dumps(call.body), headers)
            answer = connection.getresponse()
            return f"{answer.status // 100}xx", json.loads(answer.read())
    except (OSError, http.client.HTTPException):
        return "broken off", None
