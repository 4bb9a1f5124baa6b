"""Consulting the provider while a person waits: the outer door and the inner route together."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pytest
from fastapi import Response

from doors import consult as outer
from doors import consulting, desk
from doors.bodies import StrictBody
from doors.call import Call
from doors.people import requires_account
from doors.routes import Router
from functions.personas.door import create_app, create_handler
from functions.personas.security import SECURITY_HEADERS
from kernel.accounts.models import Identity
from kernel.database import Connection, Tx, transaction
from kernel.errors import NotFound
from kernel.idempotency import Answer as StoredAnswer
from kernel.outside import consultations
from kernel.outside.consultations import Again, Consultation, NoReply
from kernel.outside.models import Prompt, Reply
from kernel.outside.rules import Limits
from kernel.outside.settings import OutsideSettings
from kernel.rate_limits import RateLimit
from tests.support.api import Answer, proxy_event
from tests.support.inner_ring import InnerRing, inner_ring
from tests.support.llm_peer import LlmPeer, answering, llm_peer
from tests.support.outer_ring import use_settings
from tests.support.people import Someone, make_someone

PATH = "/api/personas/poems"
LIMIT = RateLimit("poems", 3)


class PoemBody(StrictBody):
    about: str


class NoSuchThing(NotFound):
    code = "not_found"
    message = "There is no such thing."


@dataclass
class Poems:
    """A consultation: two lines, side by side.

    Attributes:
        reserved: what is reserved at the moment.
    """

    reserved: int = 0
    given_up: int = 0
    on_finish: Callable[[Sequence[Reply], Mapping[str, Any]], StoredAnswer | Again] | None = None

    def prepare(self, tx: Tx, me: Identity, data: Mapping[str, Any]) -> tuple[list[Prompt], dict[str, Any]]:
        if data["about"] == "nothing":
            raise NoSuchThing
        self.reserved += 1
        return [line(1, data["about"]), line(2, data["about"])], {"about": data["about"], "of": me.user_name}

    def finish(self, tx: Tx, me: Identity, state: Mapping[str, Any], replies: Sequence[Reply]) -> StoredAnswer | Again:
        if self.on_finish:
            return self.on_finish(replies, state)
        self.reserved -= 1
        return StoredAnswer(201, f'{{"poem": "{" ".join(reply.text for reply in replies)}"}}')

    def give_up(self, tx: Tx, me: Identity, state: Mapping[str, Any]) -> None:
        self.reserved -= 1
        self.given_up += 1


def line(number: int, about: str) -> Prompt:
    return Prompt("poem", "You write poems.", about, 50, f"Line {number} on {about}.")


@dataclass
class Installation:
    """The functions that take part, and who asks."""

    conn: Connection
    poems: Poems
    ring: InnerRing
    ann: Someone

    def ask(self, body: Any, headers: Mapping[str, str] | None = None) -> Answer:
        handler = outer.create_handler("Desk", security_headers=SECURITY_HEADERS)
        sent = self.ann.headers if headers is None else headers
        given = handler(proxy_event("POST", PATH, body, headers=sent, role=None), None)
        return Answer(given["statusCode"], given["headers"], given["body"])

    @property
    def steps(self) -> list[str]:
        return [payload["event"]["consultation"]["step"] for _, payload in self.ring.asked]

    def usage(self, scope: str = "installation") -> dict[str, Any]:
        query = "SELECT calls, input_tokens, output_tokens FROM kernel.outside_usage WHERE scope = %s"
        return self.conn.execute(query, (scope,)).fetchone() or {}


@pytest.fixture
def here(environment: Connection, monkeypatch: pytest.MonkeyPatch) -> Iterator[Installation]:
    poems = Poems()
    consultation = Consultation("personas.poem", poems.prepare, poems.finish, poems.give_up)
    router = Router()

    @router.post(PATH)
    @requires_account(limit=LIMIT)
    async def write(call: Call, body: PoemBody) -> Response:
        return consulting.consult(call, consultation, {"about": body.about})

    http = create_handler(create_app("Poems", router))
    with transaction(environment) as tx:
        ann = make_someone(tx, "Ann")
    with inner_ring(monkeypatch, environment, {"Desk": desk.create_handler([], http)}) as ring:
        yield Installation(environment, poems, ring, ann)


@pytest.fixture
def peer(here: Installation, monkeypatch: pytest.MonkeyPatch) -> Iterator[LlmPeer]:
    with llm_peer() as peer:
        use_settings(monkeypatch, provider="openai", openai_base_url=peer.url, retries=0)
        yield peer


def code_of(given: Answer) -> tuple[int, str]:
    assert given.json.keys() == {"error", "code"}
    assert SECURITY_HEADERS.items() <= given.headers.items()
    return given.status, given.json["code"]


def test_a_request_is_prepared_answered_and_finished(here: Installation):
    given = here.ask({"about": "rain"})

    assert (given.status, given.json) == (201, {"poem": "Line 1 on rain. Line 2 on rain."})
    assert SECURITY_HEADERS.items() <= given.headers.items()
    assert here.steps == ["prepare", "finish"]
    assert here.poems.reserved == 0
    assert (
        here.usage()
        == here.usage(str(here.ann.account_id))
        == {
            "calls": 2,
            "input_tokens": 10,
            "output_tokens": 8,
        }
    )


def test_a_refusal_is_the_answer_and_nothing_is_asked(here: Installation):
    assert code_of(here.ask({"about": "nothing"})) == (404, "not_found")
    assert code_of(here.ask({"mood": "sad"})) == (400, "unknown_field")
    assert code_of(here.ask({"about": "rain"}, headers={})) == (401, "auth_missing")
    assert here.steps == ["prepare"] * 3
    assert here.usage() == {}


def test_a_limit_counts_a_request_once(here: Installation):
    assert [here.ask({"about": "rain"}).status for _ in range(4)] == [201, 201, 201, 429]


def test_a_session_that_ends_in_between_still_gets_its_answer_and_not_the_next(here: Installation):
    here.poems.on_finish = lambda replies, state: end_session()

    def end_session() -> StoredAnswer:
        here.conn.execute("UPDATE kernel.sessions SET ended_at = now()")
        return StoredAnswer(201, "{}")

    assert here.ask({"about": "rain"}).status == 201
    assert code_of(here.ask({"about": "rain"})) == (401, "auth_invalid")


def test_a_provider_that_fails_costs_nothing_and_says_nothing(here: Installation, peer: LlmPeer):
    peer.steps = [answering("A line."), 500]

    given = here.ask({"about": "rain"})

    assert code_of(given) == (502, "provider_failed")
    assert "secret words" not in given.text
    assert (here.steps, here.poems.reserved) == (["prepare", "give_up"], 0)
    counted = here.conn.execute("SELECT label, total FROM business_counters WHERE metric = 'llm_calls_total'")
    assert {row["label"]: row["total"] for row in counted.fetchall()} == {"poem,openai,ok": 1, "poem,openai,failed": 1}


def test_a_provider_that_hangs_is_answered_for_in_time(
    here: Installation, peer: LlmPeer, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(outer, "PROVIDER_SECONDS", 0.6)
    peer.steps = [peer.hang]

    assert code_of(here.ask({"about": "rain"})) == (504, "timeout")
    assert (here.steps, here.poems.reserved) == (["prepare", "give_up"], 0)


def test_an_answer_that_cannot_be_used_releases_what_was_reserved(here: Installation):
    def refuse(replies: Sequence[Reply], state: Mapping[str, Any]) -> StoredAnswer:
        raise NoReply

    here.poems.on_finish = refuse

    assert code_of(here.ask({"about": "rain"})) == (502, "provider_failed")
    assert (here.poems.reserved, here.poems.given_up) == (0, 1)
    assert here.usage()["output_tokens"] == 8


def test_a_second_round_may_be_asked_for_once(here: Installation):
    def again(replies: Sequence[Reply], state: Mapping[str, Any]) -> StoredAnswer | Again:
        if state.get("stricter"):
            return StoredAnswer(201, "{}")
        return Again([line(3, "snow")], {**state, "stricter": True})

    here.poems.on_finish = again
    assert here.ask({"about": "rain"}).status == 201
    assert here.steps == ["prepare", "finish", "finish"]
    assert here.usage()["calls"] == 3

    here.poems.on_finish = lambda replies, state: Again([line(3, "snow")], state)
    assert here.ask({"about": "rain"}).status == 504
    assert here.steps[3:] == ["prepare", "finish", "finish", "give_up"]


def test_a_days_share_that_is_used_up(here: Installation, monkeypatch: pytest.MonkeyPatch):
    limits = OutsideSettings(per_account=Limits(calls=2), installation=Limits())
    monkeypatch.setattr(consultations, "settings", limits)
    assert here.ask({"about": "rain"}).status == 201

    given = here.ask({"about": "rain"})

    assert code_of(given) == (429, "rate_limited")
    assert 1 <= int(given.headers["retry-after"]) <= 86_400
    assert here.usage()["calls"] == 2


def test_a_desk_that_fails_is_answered_for(here: Installation):
    here.ring.failing = {1}

    given = here.ask({"about": "rain"})

    assert code_of(given) == (503, "unavailable")
    assert given.headers["Retry-After"] == "1"


def test_a_request_is_counted_and_logged_once(
    here: Installation, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
):
    from kernel import metrics

    metrics._environment.sums.clear()
    with caplog.at_level("INFO", "brandish"):
        here.ask({"about": "rain"})

    assert [vars(line)["status"] for line in caplog.records if line.message == "request"] == [201]
    assert {key: total.count for key, total in metrics._environment.sums.items()} == {("POST", PATH, 201): 1}
