"""Background traffic on a running stack; the outcome of its calls does not matter."""

from __future__ import annotations

import http.client
import json
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import closing, contextmanager
from random import Random
from urllib.parse import urlsplit

from local.stack.process import StackProcess
from tests.promises.calls import Call, draw

CLIENTS = 8


@contextmanager
def background_traffic(stack: StackProcess, seed: int) -> Iterator[Counter[str]]:
    """Eight clients that make one call after the other. A call that a restart interrupts is not repeated."""
    over = threading.Event()
    statuses: Counter[str] = Counter()

    def play(number: int) -> None:
        rng = Random(f"{seed} client {number}")
        while not over.is_set():
            statuses[_answer(stack, draw(rng, None))] += 1
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


def _answer(stack: StackProcess, call: Call) -> str:
    """The class of the status, or that the connection broke."""
    try:
        with closing(http.client.HTTPConnection(str(urlsplit(stack.url).netloc), timeout=10)) as connection:
            headers = {"X-API-Key": stack.api_key, "Content-Type": "application/json"}
            connection.request("POST", call.path, json.dumps(dict(call.body)), headers)
            return f"{connection.getresponse().status // 100}xx"
    except (OSError, http.client.HTTPException):
        return "broken off"
