"""Clients of a running stack who try every call until they know what came of it."""

from __future__ import annotations

import http.client
import itertools
import json
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import closing, contextmanager
from random import Random
from urllib.parse import urlsplit

from local.stack.process import StackProcess
from tests.promises.calls import Call, draw
from tests.promises.client import in_full
from tests.promises.ledger import Answer, Ledger

PATIENCE = 300
"""Seconds for one call: a stack that was killed starts again in that time, on a busy machine too."""


class HttpClients:
    """Each on a thread, one call after the other, with a key wherever the answer is needed to know the outcome.

    Attributes:
        troubles: what calls met before they were answered.
        failure: why a client has stopped, if one has.
    """

    def __init__(self, stack: StackProcess, seed: int, clients: int) -> None:
        self.ledger = Ledger()
        self.troubles: Counter[str] = Counter()
        self.failure: BaseException | None = None
        self._stack = stack
        self._seed = seed
        self._gate = threading.Condition()
        self._closed = False
        self._over = False
        self._busy = 0
        self._threads = [threading.Thread(target=self._work, args=(n,), daemon=True) for n in range(clients)]

    def start(self) -> None:
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        with self._gate:
            self._over = True
            self._gate.notify_all()
        for thread in self._threads:
            thread.join(PATIENCE)

    @contextmanager
    def paused(self) -> Iterator[None]:
        """No call is under way, and none is made, until the block ends."""
        with self._gate:
            self._closed = True
            assert self._gate.wait_for(lambda: self._busy == 0, 3 * PATIENCE), "the clients do not come to an end"
        if self.failure is not None:
            raise self.failure
        yield
        with self._gate:
            self._closed = False
            self._gate.notify_all()

    def _work(self, client: int) -> None:
        rng = Random(f"{self._seed} client {client}")
        for number in itertools.count():
            with self._gate:
                self._gate.wait_for(lambda: self._over or not self._closed)
                if self._over or self.failure is not None:
                    return
                self._busy += 1
            try:
                call = draw(rng, f"{self._seed}-{client}-{number}")
                for answer in in_full(call, lambda each: self._perform(each, rng)):
                    self.ledger.answers.append(answer)
            except Exception as error:
                self.failure = error
            finally:
                with self._gate:
                    self._busy -= 1
                    self._gate.notify_all()

    def _perform(self, call: Call, rng: Random) -> Answer:
        began, lost, trouble = time.monotonic(), 0, ""
        while time.monotonic() < began + PATIENCE:
            try:
                status, replayed, body = self._post(call)
                if status < 500:
                    return Answer(call, status, json.loads(body), lost, replayed, began, time.monotonic())
                trouble = f"{status} {json.loads(body).get('code')}"
            except (OSError, http.client.HTTPException) as error:
                trouble = type(error).__name__
            self.troubles[trouble] += 1
            lost += 1
            time.sleep(rng.uniform(0.05, 0.3))
        raise TimeoutError(f"{trouble}, again and again: {call}")

    def _post(self, call: Call) -> tuple[int, bool, str]:
        with closing(http.client.HTTPConnection(str(urlsplit(self._stack.url).netloc), timeout=15)) as connection:
            headers = {"X-API-Key": self._stack.api_key, "Content-Type": "application/json"}
            if call.key:
                headers["Idempotency-Key"] = call.key
            connection.request("POST", call.path, json.dumps(call.body), headers)
            answer = connection.getresponse()
            return answer.status, answer.getheader("Idempotency-Replayed") is not None, answer.read().decode()
