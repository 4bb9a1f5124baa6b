"""Drafts and previews over HTTP: through the outer function, to the desk and back. Source: personas 6, 7."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any
from uuid import UUID, uuid4

import pytest

import functions.personas.consult.app
import functions.personas.desk.app
from doors.llm import service as llm
from doors.llm.service import Failure
from kernel.database import Connection, transaction
from kernel.outside.models import Effort, Prompt, ProviderFailed, Reply
from personas.people.models import Persona
from tests.support.api import Answer, code_of, proxy_event
from tests.support.inner_ring import InnerRing, inner_ring
from tests.support.people import Someone, make_someone
from tests.support.personas import make_persona, room_id

Send = Callable[..., Answer]


@pytest.fixture
def ring(environment: Connection, monkeypatch: pytest.MonkeyPatch) -> Iterator[InnerRing]:
    with inner_ring(monkeypatch, environment, {"": functions.personas.desk.app.handler}) as ring:
        yield ring


@pytest.fixture
def ada(environment: Connection, ann: Someone) -> Persona:
    with transaction(environment) as tx:
        return make_persona(tx, ann.account_id, daily_draft_quota=1)


@pytest.fixture
def room(environment: Connection) -> UUID:
    with transaction(environment) as tx:
        return room_id(tx)


@pytest.fixture
def send(ring: InnerRing, ann: Someone) -> Send:
    def send(path: str, body: Any = None, someone: Someone | None = ann, **query: str) -> Answer:
        headers = someone.headers if someone else {}
        event = proxy_event("POST", f"/api/personas/{path}", body, query=query, headers=headers, role=None)
        given = functions.personas.consult.app.handler(event, None)
        return Answer(given["statusCode"], given["headers"], given["body"])

    return send


def used(conn: Connection) -> list[str]:
    return [row["quota_type"] for row in conn.execute("SELECT quota_type FROM personas.quota_events").fetchall()]


def test_one_draft_and_no_second_one(environment: Connection, send: Send, ada: Persona, room: UUID):
    body = {"persona_id": str(ada.persona_id)}

    first, second = send(f"rooms/{room}/posts/draft", body), send(f"rooms/{room}/posts/draft", body)

    assert (first.status, first.json["authored_by"], first.json["status"]) == (201, "AI", "DRAFT")
    assert "x-consultation" not in {name.lower() for name in first.headers}
    assert code_of(second) == (429, "quota_draft")
    assert 1 <= int(second.headers["retry-after"]) <= 86400
    assert used(environment) == ["draft"]


def test_five_previews_with_the_same_words(environment: Connection, send: Send, ada: Persona, room: UUID):
    given = [send(f"personas/{ada.persona_id}/preview", "not even JSON", room_id=str(room)) for _ in range(6)]

    assert [each.status for each in given] == [200] * 5 + [429]
    assert [each.json["quota"] for each in given[:5]] == [{"used": used, "limit": 5} for used in range(1, 6)]
    assert {each.json["drafts"][0]["content"] for each in given[:5]} == {given[0].json["drafts"][0]["content"]}
    drafts = given[0].json["drafts"]
    assert [(each["label"], each["authored_by"]) for each in drafts] == [("AI Preview 1", "AI"), ("AI Preview 2", "AI")]
    assert code_of(given[5]) == (429, "quota_preview")
    assert used(environment) == ["preview"] * 5


def test_what_is_wrong_is_said_in_the_order_of_the_contract(
    environment: Connection, send: Send, ada: Persona, room: UUID
):
    with transaction(environment) as tx:
        bob = make_someone(tx, "Bob")
    body = {"persona_id": str(ada.persona_id)}

    assert code_of(send("rooms/x/posts/draft", {"persona_id": "y"}, None)) == (401, "auth_missing")
    assert code_of(send("rooms/x/posts/draft", {"persona_id": "y"})) == (400, "invalid_id")
    assert code_of(send(f"rooms/{room}/posts/draft", {})) == (400, "invalid_field")
    assert code_of(send(f"rooms/{room}/posts/draft", {"persona_id": "y"})) == (400, "invalid_id")
    assert code_of(send(f"rooms/{room}/posts/draft", body, bob)) == (404, "not_found")
    assert code_of(send(f"rooms/{uuid4()}/posts/draft", body)) == (404, "not_found")
    assert code_of(send(f"personas/{ada.persona_id}/preview")) == (400, "invalid_field")
    assert code_of(send(f"personas/{ada.persona_id}/preview", room_id="x")) == (400, "invalid_id")


@pytest.mark.parametrize(("timed_out", "code"), [(False, (502, "provider_failed")), (True, (504, "timeout"))])
def test_a_provider_that_fails_costs_nothing(
    environment: Connection,
    send: Send,
    ada: Persona,
    room: UUID,
    monkeypatch: pytest.MonkeyPatch,
    timed_out: bool,
    code: tuple[int, str],
):
    def fail(prompt: Prompt, seconds: float) -> tuple[Reply, Effort]:
        raise Failure(ProviderFailed("secret words of the provider", retryable=True, timed_out=timed_out), Effort())

    with monkeypatch.context() as patch:
        patch.setattr(llm, "complete", fail)
        given = send(f"rooms/{room}/posts/draft", {"persona_id": str(ada.persona_id)})

    assert code_of(given) == code
    assert "secret" not in given.text
    assert used(environment) == []
    assert send(f"rooms/{room}/posts/draft", {"persona_id": str(ada.persona_id)}).status == 201


def test_a_banned_phrase_is_written_again_once_and_then_fails(
    environment: Connection, ring: InnerRing, send: Send, ada: Persona, room: UUID, monkeypatch: pytest.MonkeyPatch
):
    asked: list[Prompt] = []

    def repeat(prompt: Prompt, seconds: float) -> tuple[Reply, Effort]:
        asked.append(prompt)
        return Reply("Synergy first. Right?"), Effort()

    monkeypatch.setattr(llm, "complete", repeat)

    assert code_of(send(f"rooms/{room}/posts/draft", {"persona_id": str(ada.persona_id)})) == (502, "provider_failed")

    assert len(asked) == 2
    assert used(environment) == []
    assert not environment.execute("SELECT FROM personas.quota_leases").fetchall()
