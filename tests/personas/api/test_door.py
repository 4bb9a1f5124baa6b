"""The door of Personas: its errors, its headers, and who may pass. Source: personas 4."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest
from fastapi import Response

from doors.bodies import StrictBody
from doors.call import Call, answer
from doors.people import COOKIE, limit_address, requires_account, signed_in
from doors.routes import Router
from functions.personas.door import Id, PathId, create_app, create_handler, parse_body
from kernel import metrics
from kernel.accounts.settings import settings as accounts
from kernel.database import Connection, transaction
from kernel.errors import Refused
from kernel.rate_limits import RateLimit
from tests.support.api import Answer, code_of, proxy_event
from tests.support.people import Someone, make_someone

router = Router()


class Note(StrictBody):
    text: str
    room_id: Id | None = None


class Written(StrictBody):
    text: str
    by: str


POSTCARDS = RateLimit("postcards", 2)


class Empty(Refused):
    code = "content_empty"
    message = "Write something."


@router.post("/api/personas/notes")
@requires_account(limit=RateLimit("notes", 2))
async def write(call: Call, body: Note) -> Response:
    def note(tx: Any, me: Any) -> Any:
        if not body.text:
            raise Empty
        return answer(Written(text=body.text, by=me.user_name), 201)

    return signed_in(call).act(note)


@router.post("/api/personas/notes/{note_id}")
@requires_account()
async def rewrite(call: Call, note_id: PathId) -> Response:
    body = await parse_body(call, Note)
    return signed_in(call).look(lambda tx, me: Written(text=body().text, by=me.user_name))


@router.put("/api/personas/notes/{note_id}")
@requires_account()
async def replace(call: Call, note_id: PathId, body: Note) -> Response:
    return signed_in(call).act(lambda tx, me: Written(text=body.text, by=me.user_name))


@router.get("/api/personas/administration")
@router.post("/api/personas/administration")
@requires_account(administrator=True)
async def administer(call: Call) -> Response:
    return signed_in(call).look(lambda tx, me: Written(text="", by=me.user_name))


@router.post("/api/personas/postcards")
async def send_postcard(call: Call, body: Note) -> Response:
    """A route for anyone, which refuses."""

    def refuse(tx: Any) -> Any:
        raise Empty

    return call.act(limit_address(call, POSTCARDS)(refuse))


@router.get("/api/personas/postcards")
async def find_postcard(call: Call) -> Response:
    """The same for a look."""

    def refuse(tx: Any) -> Any:
        raise Empty

    return call.look(limit_address(call, POSTCARDS)(refuse))


handler = create_handler(create_app("Notes", router))
NOTES = "/api/personas/notes"


def send(
    method: str, path: str, body: Any = None, headers: dict[str, str] | None = None, address: str = "203.0.113.7"
) -> Answer:
    given = handler(proxy_event(method, path, body, headers=headers, role=None, address=address), None)
    return Answer(given["statusCode"], given["headers"], given["body"])


def use_up(environment: Connection, limit: RateLimit, key: str, *, but: int) -> None:
    """Let someone have sent all requests that a limit allows, but for some."""
    environment.execute(
        "INSERT INTO kernel.rate_windows (scope, key, window_began_at, requests) VALUES (%s, %s, now(), %s)",
        (limit.scope, key, limit.requests - but),
    )


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ('{"text": "a"} {"text": "b"}', "invalid_json"),
        ("[]", "invalid_json"),
        ("{", "invalid_json"),
        ({"text": "a", "mood": "b"}, "unknown_field"),
        ({"text": 1}, "invalid_field"),
        ({}, "invalid_field"),
        ({"text": "a", "room_id": "x"}, "invalid_id"),
    ],
)
def test_every_wrong_body_is_a_400_with_its_code(ann: Someone, body: Any, code: str):
    assert code_of(send("POST", NOTES, body, ann.headers)) == (400, code)


def test_a_body_may_be_checked_after_other_things(ann: Someone):
    path = f"{NOTES}/2f1c9a04-58f3-4a3b-9d2e-0f6f2b7f6c11"

    assert send("POST", path, {"text": "a"}, ann.headers).json == {"text": "a", "by": "Ann"}
    assert code_of(send("POST", path, {"mood": "b"}, ann.headers)) == (400, "unknown_field")
    assert code_of(send("POST", f"{NOTES}/7", {}, ann.headers)) == (400, "invalid_id")


def test_who_asks_comes_before_what_is_asked(environment: Connection):
    assert code_of(send("POST", NOTES, "{")) == (401, "auth_missing")
    assert code_of(send("POST", NOTES, "{", {"Authorization": "Basic abc"})) == (401, "auth_malformed")
    assert code_of(send("POST", NOTES, "{", {"Authorization": "Bearer a.b.c"})) == (401, "auth_invalid")


def test_an_ended_session_ends_at_once(environment: Connection, ann: Someone):
    assert send("POST", NOTES, {"text": "a"}, ann.headers).status == 201
    environment.execute("UPDATE kernel.sessions SET ended_at = now()")

    assert code_of(send("POST", NOTES, {"text": ""}, ann.headers)) == (401, "auth_invalid")


def test_invalid_and_refused_requests_use_up_the_allowance(ann: Someone):
    assert code_of(send("POST", NOTES, {"mood": 1}, ann.headers)) == (400, "unknown_field")
    assert code_of(send("POST", NOTES, {"text": ""}, ann.headers)) == (400, "content_empty")

    third = send("POST", NOTES, {"text": "a"}, ann.headers)

    assert code_of(third) == (429, "rate_limited")
    assert 1 <= int(third.headers["retry-after"]) <= 60


def test_all_that_an_account_writes_has_a_limit_together(environment: Connection, ann: Someone):
    use_up(environment, accounts.writes, str(ann.account_id), but=1)
    path = f"{NOTES}/{uuid4()}"

    answers = [send("POST", path, {"text": "a"}, ann.headers) for _ in range(2)]
    look = send("GET", "/api/personas/administration", None, ann.headers)

    assert [code_of(each) for each in answers[1:]] == [(429, "rate_limited")]
    assert (answers[0].status, code_of(look)) == (200, (403, "forbidden"))
    assert 1 <= int(answers[1].headers["retry-after"]) <= 60


@pytest.mark.parametrize("limit", accounts.writes_of_address)
def test_all_that_is_written_from_an_address_has_a_limit_together(
    environment: Connection, ann: Someone, limit: RateLimit
):
    """Accounts cost nothing: the limits of many of them are none."""
    with transaction(environment) as tx:
        bob = make_someone(tx, "Bob")
    use_up(environment, limit, "203.0.113.7", but=1)
    path = f"{NOTES}/{uuid4()}"

    answers = [send("POST", path, {"text": "a"}, who.headers) for who in (ann, bob)]
    elsewhere = send("POST", path, {"text": "a"}, bob.headers, address="203.0.113.8")

    assert [each.status for each in (*answers, elsewhere)] == [200, 429, 200]


def test_stored_answers_of_an_account_have_a_limit(environment: Connection, ann: Someone):
    use_up(environment, accounts.stored_answers, str(ann.account_id), but=1)
    path = f"{NOTES}/{uuid4()}"

    keyed = [send("POST", path, {"text": "a"}, ann.headers | {"Idempotency-Key": key}) for key in "ab"]

    assert [each.status for each in keyed] == [200, 429]
    assert send("POST", path, {"text": "a"}, ann.headers).status == 200


def test_what_may_be_repeated_anyhow_is_not_stored_for_retries(environment: Connection, ann: Someone):
    path, key = f"{NOTES}/{uuid4()}", {"Idempotency-Key": "one"}

    answers = [send("PUT", path, {"text": text}, ann.headers | key) for text in "ab"]

    assert [each.json["text"] for each in answers] == ["a", "b"]
    assert environment.execute("SELECT FROM idempotency_keys").fetchall() == []


@pytest.mark.parametrize(
    "addresses", [("203.0.113.1",) * 3, ("2001:db8::1", "2001:db8::2", "2001:db8::3")], ids=["one", "one network"]
)
def test_what_is_refused_counts_for_the_same_address_as_what_is_not(
    environment: Connection, addresses: tuple[str, ...]
):
    answers = [send("POST", "/api/personas/postcards", {"text": "a"}, address=address) for address in addresses]

    assert [code_of(each)[1] for each in answers] == ["content_empty", "content_empty", "rate_limited"]


def test_a_refused_look_counts_whatever_else_is_saved_with_it(environment: Connection, monkeypatch: pytest.MonkeyPatch):
    """Now and then, a look is an action that also saves the counts of requests: its refusal rolls that back."""
    monkeypatch.setattr(metrics, "flush_is_due", lambda: True)

    answers = [send("GET", "/api/personas/postcards", None) for _ in range(3)]

    assert [code_of(each)[1] for each in answers] == ["content_empty", "content_empty", "rate_limited"]


def test_what_no_one_who_is_signed_in_has_asked_for_does_not_count(environment: Connection, ann: Someone):
    environment.execute("UPDATE kernel.sessions SET ended_at = now()")

    assert [send("POST", NOTES, {"text": "a"}, ann.headers).status for _ in range(3)] == [401] * 3


def test_a_stored_answer_is_not_for_a_session_that_has_ended(environment: Connection, ann: Someone):
    headers = ann.headers | {"Idempotency-Key": "once"}
    assert send("POST", NOTES, {"text": "a"}, headers).status == 201
    environment.execute("UPDATE kernel.sessions SET ended_at = now()")

    assert code_of(send("POST", NOTES, {"text": "a"}, headers)) == (401, "auth_invalid")


def test_a_stored_answer_is_not_for_who_is_no_administrator_any_more(environment: Connection):
    with transaction(environment) as tx:
        root = make_someone(tx, "Root", ("admin",))
    headers = root.headers | {"Idempotency-Key": "once"}
    assert send("POST", "/api/personas/administration", {}, headers).status == 200
    environment.execute("UPDATE kernel.accounts SET roles = '{}'")

    assert code_of(send("POST", "/api/personas/administration", {}, headers)) == (403, "forbidden")


def test_a_cookie_signs_in_but_writes_only_from_our_own_pages(ann: Someone):
    token = ann.headers["Authorization"].removeprefix("Bearer ")
    cookie = {"Cookie": f"theme=dark; {COOKIE}={token}", "Host": "play.example"}
    ours = cookie | {"Origin": "http://play.example", "Content-Type": "application/json"}

    assert send("POST", NOTES, {"text": "a"}, ours).status == 201
    for foreign in ({"Origin": "http://evil.example"}, {"Origin": "null"}, {"Content-Type": "text/plain"}):
        assert code_of(send("POST", NOTES, {"text": "a"}, ours | foreign)) == (403, "forbidden")
    assert code_of(send("POST", NOTES, {"text": "a"}, cookie)) == (403, "forbidden")


def test_only_administrators_administer_as_the_database_knows_now(environment: Connection, ann: Someone):
    with transaction(environment) as tx:
        root = make_someone(tx, "Root", ("admin",))

    assert send("GET", "/api/personas/administration", headers=root.headers).status == 200
    assert code_of(send("GET", "/api/personas/administration", headers=ann.headers)) == (403, "forbidden")
    environment.execute("UPDATE kernel.accounts SET roles = '{}'")
    assert code_of(send("GET", "/api/personas/administration", headers=root.headers)) == (403, "forbidden")


def test_one_idempotency_key_of_two_people_names_two_requests(environment: Connection, ann: Someone):
    with transaction(environment) as tx:
        bob = make_someone(tx, "Bob")
    key = {"Idempotency-Key": "one"}

    first = send("POST", NOTES, {"text": "a"}, ann.headers | key)
    again = send("POST", NOTES, {"text": "a"}, ann.headers | key)
    other = send("POST", NOTES, {"text": "a"}, bob.headers | key)

    assert (again.text, again.headers["idempotency-replayed"]) == (first.text, "true")
    assert other.json["by"] == "Bob"


@pytest.mark.parametrize(("method", "path", "status"), [("GET", "/api/personas/x", 404), ("PUT", NOTES, 405)])
def test_unknown_addresses_are_answered_in_json_with_all_headers(method: str, path: str, status: int):
    given = send(method, path)

    assert code_of(given)[0] == status
    assert {
        "X-Content-Type-Options": "nosniff",
        "X-Frame-Options": "DENY",
        "Referrer-Policy": "no-referrer",
        "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
        "Permissions-Policy": "geolocation=(), microphone=(), camera=()",
    }.items() <= given.headers.items()
