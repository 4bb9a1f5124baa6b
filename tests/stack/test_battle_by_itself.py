"""A battle on a running stack is spoken to its end without any further request, and listeners see each turn."""

from __future__ import annotations

import json
import threading
import time
import urllib.request
from typing import Any
from uuid import uuid4

import pytest

from local.stack.postgres import Postgres
from local.stack.process import StackProcess

API_KEY = "key-of-the-battle"
SECONDS = 10
"""From its creation to the verdict, when the functions are warm."""


class Listener:
    """Hears what is said in battles, as it is said.

    Attributes:
        heard: types and payloads, each with the time when it came.
    """

    def __init__(self, stack: StackProcess) -> None:
        self.heard: list[tuple[float, str, dict[str, Any]]] = []
        types = "battle.created,battle.turn,battle.completed,battle.halted"
        request = urllib.request.Request(f"{stack.url}/api/v1/events?types={types}", headers={"X-API-Key": API_KEY})
        self._stream = urllib.request.urlopen(request, timeout=60)
        self._thread = threading.Thread(target=self._listen)
        self._thread.start()

    def _listen(self) -> None:
        with self._stream:
            for line in self._stream:
                if line.startswith(b"data: {"):
                    frame = json.loads(line.removeprefix(b"data: "))
                    if frame["type"].startswith("battle."):
                        self.heard.append((time.monotonic(), frame["type"], frame["payload"]))
                        if frame["type"] in ("battle.completed", "battle.halted") and self.is_last():
                            return

    def is_last(self) -> bool:
        return sum(type in ("battle.completed", "battle.halted") for _, type, _ in self.heard) == 2

    def wait(self) -> None:
        self._thread.join(120)
        assert not self._thread.is_alive(), self.heard


@pytest.mark.slow
def test_six_turns_are_spoken_within_ten_seconds(postgres: Postgres, template_database: str):
    """battle -> relay -> queue -> outer function -> desk, six times -> listeners."""
    name = f"battle_{uuid4().hex}"
    with StackProcess(postgres.create_database(name, template_database), API_KEY) as stack:
        listener = Listener(stack)
        token = asked(stack, "/api/personas/auth/signup", {"email": "ann@example.org", "password": "long enough"})
        headers = {"Authorization": f"Bearer {token['token']}"}
        for each in ("Ada", "Bob"):
            asked(stack, "/api/personas/personas", persona(each), headers)
        [room, *_] = asked(stack, "/api/personas/rooms", None, headers)["rooms"]
        path = f"/api/personas/rooms/{room['id']}/battles"
        asked(stack, path, {"topic": "Does the first one wake everyone?"}, headers)
        while not any(type == "battle.completed" for _, type, _ in listener.heard):
            time.sleep(0.1)
            assert listener._thread.is_alive()

        began = time.monotonic()
        battle_id = asked(stack, path, {"topic": "Should we ship weekly?"}, headers)["battle_id"]
        listener.wait()

        heard = [each for each in listener.heard if each[2]["battle_id"] == battle_id]
        status = asked(stack, f"/api/personas/battles/{battle_id}/status", None)
        assert (status["status"], status["turns_done"]) == ("COMPLETED", 6)
        transcript = asked(stack, f"/api/personas/battles/{battle_id}/turns", None)
        assert [type for _, type, _ in heard] == ["battle.created", *["battle.turn"] * 6, "battle.completed"]
        assert [said["content"] for _, type, said in heard if type == "battle.turn"] == [
            turn["content"] for turn in transcript["turns"]
        ]
        assert heard[-1][0] - began < SECONDS, [round(moment - began, 1) for moment, _, _ in heard]
    postgres.drop_database(name)


def persona(name: str) -> dict[str, Any]:
    return {"name": name, "writing_samples": ["One.", "Two.", "Three."], "preferred_language": "en"}


def asked(stack: StackProcess, path: str, body: Any, headers: dict[str, str] | None = None) -> Any:
    request = urllib.request.Request(
        stack.url + path,
        None if body is None else json.dumps(body).encode(),
        {"Content-Type": "application/json", **(headers or {})},
    )
    with urllib.request.urlopen(request, timeout=60) as answer:
        return json.load(answer)
