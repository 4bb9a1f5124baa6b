"""/api/auth and /api/personas/auth. Source: personas 4.3 and 4.6, worlds 2 and 3."""

from __future__ import annotations

import json
from base64 import b64decode, urlsafe_b64decode
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from argon2 import low_level
from msgspec.structs import replace

from doors import front
from doors.people import COOKIE
from kernel.accounts import mails, tokens
from kernel.accounts.key_ring import ring
from kernel.accounts.models import Identity
from kernel.database import Connection
from kernel.outside.models import Mail, Reply
from tests.support.api import Answer, CallApi
from tests.support.logged_secrets import PASSWORD
from tests.support.outside import run_due

PERSONAS = "/api/personas/auth"
OWN = {"Origin": "http://brandish.example", "Host": "brandish.example", "Content-Type": "application/json"}


@pytest.fixture
def send(call: CallApi) -> CallApi:
    """Send a request without an API key."""
    return lambda *request, **options: call(*request, role=None, **options)


def register(send: CallApi, email: str = "ann@x.io", name: str = "Ann", password: str = PASSWORD) -> Answer:
    return send("POST", "/api/auth/register", {"email": email, "username": name, "password": password})


def log_in(send: CallApi, email: str = "ann@x.io", password: str = PASSWORD, **options: Any) -> Answer:
    return send("POST", "/api/auth/login", {"email": email, "password": password}, **options)


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


def ann(send: CallApi) -> dict[str, str]:
    """The headers of Ann, who is logged in."""
    register(send)
    return bearer(log_in(send).json["token"])


def claims_of(token: str) -> dict[str, Any]:
    body = token.split(".")[1]
    return json.loads(urlsafe_b64decode(body + "=" * (-len(body) % 4)))


def error_of(answer: Answer) -> tuple[int, str]:
    """Status and code, in either shape."""
    error = answer.json["error"]
    if isinstance(error, str):
        assert answer.json.keys() == {"error", "code"}
        return answer.status, answer.json["code"]
    assert error.keys() - {"details"} == {"code", "message", "request_id"}
    assert error["request_id"] == answer.headers["X-Request-ID"]
    return answer.status, error["code"]


# ---------------------------------------------------------------- signing up


def test_the_first_sign_up_of_the_contract(send: CallApi):
    made = send("POST", f"{PERSONAS}/signup", {"email": " Ann@X.io ", "password": "12345678"})

    assert (made.status, made.json.keys()) == (201, {"token", "user_id"})
    claims = claims_of(made.json["token"])
    assert claims["exp"] - claims["iat"] == 86_400
    assert claims["sub"] == claims["user_id"] == made.json["user_id"]
    again = send("POST", f"{PERSONAS}/signup", {"email": "ANN@x.io", "password": "12345678"})
    assert error_of(again) == (409, "email_taken")


@pytest.mark.parametrize(
    ("password", "status"), [("x" * 7, 400), ("x" * 8, 201), ("é" * 4, 201), ("x" * 128, 201), ("x" * 129, 400)]
)
def test_a_password_has_8_to_128_bytes(send: CallApi, password: str, status: int):
    assert send("POST", f"{PERSONAS}/signup", {"email": "ann@x.io", "password": password}).status == status


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"email": "ann@x.io", "password": "12345678", "admin": True}, "unknown_field"),
        ({"email": "ann@x.io", "password": 12345678}, "invalid_field"),
        ({"email": "ann@x.io"}, "invalid_field"),
        ('{"email": "ann@x.io", "password": "12345678"}{}', "invalid_json"),
        ({"email": "ann", "password": "12345678"}, "invalid_field"),
        ({"email": "a@b@c", "password": "12345678"}, "invalid_field"),
        ({"email": "@x.io", "password": "12345678"}, "invalid_field"),
        ({"email": "ann@x.io\r\nBcc: bob@x.io", "password": "12345678"}, "invalid_field"),
        ({"email": "a" * 249 + "@x.io!", "password": "12345678"}, "invalid_field"),
    ],
)
def test_a_sign_up_that_makes_no_sense(send: CallApi, body: Any, code: str):
    assert error_of(send("POST", f"{PERSONAS}/signup", body)) == (400, code)


def test_a_body_has_at_most_64_kib(send: CallApi):
    padding = 65_536 - len(json.dumps({"email": "", "password": "x"}))

    assert error_of(send("POST", f"{PERSONAS}/login", {"email": "a" * padding, "password": "x"})) == (
        400,
        "invalid_field",
    )
    for more in (1, 2**20):
        answer = send("POST", f"{PERSONAS}/login", {"email": "a" * (padding + more), "password": "x"})
        assert error_of(answer) == (413, "body_too_large")
    assert error_of(send("POST", "/api/auth/login", "x" * 65_537)) == (413, "BODY_TOO_LARGE")


def test_registering_at_the_door_of_worlds(send: CallApi):
    made = register(send, " Ann@X.io ")

    assert made.status == 201
    assert made.json.keys() == {"user_id", "email", "username", "created_at", "last_login", "last_world_id"}
    assert (made.json["email"], made.json["username"], made.json["last_world_id"]) == ("ann@x.io", "Ann", None)
    assert error_of(register(send, "ANN@X.IO", "Bob")) == (409, "USER_EXISTS")
    assert error_of(register(send, "bob@x.io", "ANN")) == (409, "USER_EXISTS")


@pytest.mark.parametrize(
    ("email", "name", "password", "code"),
    [
        ("ann@x.io", "Ann", "password123", "PASSWORD_WEAK"),
        ("ann@x.io", "Ann", "PASSWORD123", "PASSWORD_WEAK"),
        ("ann@x.io", "Ann", "Passwordx", "PASSWORD_WEAK"),
        ("ann@x.io", "Ann", "Pass0rd", "PASSWORD_WEAK"),
        ("ann@x.io", "Ann", "Passw0rd" * 16 + "x", "PASSWORD_WEAK"),
        ("ann@localhost", "Ann", PASSWORD, "EMAIL_INVALID"),
        ("ann@x.i", "Ann", PASSWORD, "EMAIL_INVALID"),
        ("ann@x.io", " ", PASSWORD, "INVALID_INPUT"),
        ("ann@x.io", "A" * 51, PASSWORD, "INVALID_INPUT"),
        ("ann@x.io", "Ann\u202e", PASSWORD, "INVALID_INPUT"),
        ("ann@x.io", "bob@x.io", PASSWORD, "INVALID_INPUT"),
    ],
)
def test_the_door_of_worlds_asks_for_more(send: CallApi, email: str, name: str, password: str, code: str):
    assert error_of(register(send, email, name, password)) == (400, code)


def test_a_name_is_needed_at_the_door_of_worlds_only(send: CallApi):
    body = {"email": "ann@x.io", "password": PASSWORD}

    assert error_of(send("POST", "/api/auth/register", body)) == (400, "INVALID_INPUT")
    assert send("POST", f"{PERSONAS}/signup", body).status == 201


# ---------------------------------------------------------------- logging in


def test_logging_in(send: CallApi):
    user_id = register(send).json["user_id"]

    personas = send("POST", f"{PERSONAS}/login", {"email": "ANN@x.io", "password": PASSWORD})
    worlds = log_in(send)

    assert (personas.status, personas.json.keys(), personas.json["user_id"]) == (200, {"token", "user_id"}, user_id)
    assert (worlds.status, worlds.json.keys()) == (200, {"token", "user"})
    assert worlds.json["user"]["last_login"] is not None
    for answer in (personas, worlds):
        assert send("GET", "/api/auth/me", headers=bearer(answer.json["token"])).json["user_id"] == user_id


def test_the_token_keeps_its_secrets(send: CallApi):
    token = register(send, name="Bartholomew") and log_in(send).json["token"]

    claims = claims_of(token)
    assert "Bartholomew" not in json.dumps(claims)
    assert b"Bartholomew" not in b64decode(claims["enc_data"])
    assert len(b64decode(claims["enc_data"])[:12]) == 12


@pytest.mark.parametrize("door", [f"{PERSONAS}/login", "/api/auth/login"])
def test_an_unknown_address_and_a_wrong_password_are_the_same(
    send: CallApi, door: str, monkeypatch: pytest.MonkeyPatch
):
    register(send)
    compared: list[bytes] = []
    compare = low_level.verify_secret

    def count(stored: bytes, *others: Any) -> bool:
        compared.append(stored.rpartition(b"$")[0].rpartition(b"$")[0])
        return compare(stored, *others)

    monkeypatch.setattr(low_level, "verify_secret", count)
    headers = {"X-Request-ID": "the-same"}

    wrong = send("POST", door, {"email": "ann@x.io", "password": "wrong"}, headers=headers)
    unknown = send("POST", door, {"email": "bob@x.io", "password": "wrong"}, headers=headers)

    assert (wrong.status, wrong.text) == (unknown.status, unknown.text)
    assert error_of(wrong)[0] == 401
    assert len(compared) == 2
    assert compared[0] == compared[1]  # with the same parameters, so as slow


def test_a_hash_that_is_none_of_ours_lets_no_one_in(send: CallApi, environment: Connection):
    register(send)
    other = low_level.hash_secret(PASSWORD.encode(), b"s" * 16, 1, 8, 1, 32, low_level.Type.I).decode()
    environment.execute("UPDATE kernel.accounts SET password_hash = %s", (other,))

    assert error_of(log_in(send)) == (401, "AUTH_INVALID_CREDENTIALS")


def test_the_sixth_log_in_of_a_minute_waits(send: CallApi, environment: Connection):
    register(send)
    assert [log_in(send).status for _ in range(6)] == [200] * 5 + [429]
    refused = log_in(send)

    assert error_of(refused) == (429, "AUTH_RATE_LIMITED")
    assert 1 <= int(refused.headers["retry-after"]) <= 60
    assert log_in(send, address="203.0.113.8").status == 200
    environment.execute("UPDATE kernel.rate_windows SET window_began_at = window_began_at - interval '60 seconds'")
    assert log_in(send).status == 200


def test_the_eleventh_request_of_an_address_waits_at_any_door(send: CallApi):
    given = [send("POST", f"{PERSONAS}/login", {"email": f"{n}@x.io", "password": "wrong"}) for n in range(9)]
    register(send)

    refused = send("POST", f"{PERSONAS}/signup", {"email": "bob@x.io", "password": PASSWORD})

    assert {answer.status for answer in given} == {401}
    assert error_of(refused) == (429, "rate_limited")
    assert 1 <= int(refused.headers["retry-after"]) <= 60
    assert error_of(register(send, "bob@x.io", "Bob")) == (429, "AUTH_RATE_LIMITED")


def test_three_accounts_are_registered_in_five_minutes(send: CallApi):
    made = [register(send, f"{n}@x.io", f"Ann {n}") for n in range(4)]

    assert [answer.status for answer in made] == [201, 201, 201, 429]
    assert 60 < int(made[-1].headers["retry-after"]) <= 300


def test_sign_ups_that_were_refused_count_too(send: CallApi):
    """Or anyone could ask for any number of addresses whether they have an account."""
    register(send)

    given = [send("POST", f"{PERSONAS}/signup", {"email": "ann@x.io", "password": PASSWORD}) for _ in range(10)]

    assert [answer.status for answer in given] == [409] * 9 + [429]


# ---------------------------------------------------------------- lockouts


@pytest.fixture
def unlimited(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let everyone ask as often as they like."""
    from functions.shared.accounts import password_routes, sign_in_routes
    from kernel.accounts import service
    from kernel.accounts.settings import settings

    many = {
        name: replace(getattr(settings, name), requests=10_000)
        for name in ("signing_in", "worlds_log_ins", "worlds_sign_ups", "password_changes")
    }
    for module in (password_routes, sign_in_routes, service):
        monkeypatch.setattr(module, "settings", replace(settings, **many))


def test_ten_wrong_passwords_lock_an_account_for_their_address(send: CallApi, unlimited: None, environment: Connection):
    register(send)

    wrong = [log_in(send, password="wrong") for _ in range(11)]
    locked = log_in(send)

    assert [answer.status for answer in wrong] == [401] * 10 + [429]
    assert error_of(locked) == (429, "AUTH_RATE_LIMITED")
    assert 850 < int(locked.headers["retry-after"]) <= 900
    # No one locks out someone else: neither from elsewhere, nor for other accounts.
    assert log_in(send, address="203.0.113.8").status == 200
    assert register(send, "bob@x.io", "Bob").status == 201
    assert log_in(send, "bob@x.io").status == 200
    environment.execute("UPDATE kernel.failed_log_ins SET locked_until = now()")
    assert log_in(send).status == 200


def test_an_unknown_address_is_locked_like_a_known_one(send: CallApi, unlimited: None):
    register(send)

    known, unknown = (
        [send("POST", f"{PERSONAS}/login", {"email": email, "password": "wrong"}).text for _ in range(12)]
        for email in ("ann@x.io", "bob@x.io")
    )

    assert known == unknown


def test_a_right_password_forgets_the_wrong_ones(send: CallApi, unlimited: None):
    register(send)

    for _ in range(3):
        assert [log_in(send, password="wrong").status for _ in range(9)] == [401] * 9
        assert log_in(send).status == 200


def test_a_stolen_session_cannot_guess_the_password(send: CallApi, unlimited: None):
    headers = ann(send)

    given = [send("POST", "/api/auth/delete", {"password": "wrong"}, headers=headers) for _ in range(11)]

    assert [answer.status for answer in given] == [403] * 10 + [429]


# ---------------------------------------------------------------- tokens


def identity_of(token: str) -> Identity:
    return tokens.read_access(ring(tokens.ACCESS), token, datetime.now(UTC)).identity


def test_a_token_lasts_a_day(send: CallApi):
    identity = identity_of(ann(send)["Authorization"].removeprefix("Bearer "))
    key = ring(tokens.ACCESS)[0]

    for age, expected in ((timedelta(hours=23, minutes=59), 200), (timedelta(hours=24, seconds=1), 401)):
        token = tokens.issue_access(key, identity, datetime.now(UTC) - age)
        answer = send("GET", "/api/auth/me", headers=bearer(token))
        assert answer.status == expected
    assert error_of(answer) == (401, "AUTH_TOKEN_EXPIRED")


def test_what_is_no_token(send: CallApi):
    for headers, code in (
        ({}, "UNAUTHORIZED"),
        ({"Authorization": "Basic YTpi"}, "UNAUTHORIZED"),
        (bearer("rubbish"), "AUTH_TOKEN_INVALID"),
    ):
        assert error_of(send("GET", "/api/auth/me", headers=headers)) == (401, code)


def test_a_token_of_twelve_hours_is_renewed(send: CallApi, environment: Connection):
    identity = identity_of(ann(send)["Authorization"].removeprefix("Bearer "))
    young, old = (
        tokens.issue_access(ring(tokens.ACCESS)[0], identity, datetime.now(UTC) - timedelta(hours=hours))
        for hours in (11, 13)
    )
    environment.execute("UPDATE kernel.sessions SET expires_at = now() + interval '1 hour'")

    assert "token" not in send("GET", "/api/auth/me", headers=bearer(young)).json
    renewed = send("GET", "/api/auth/me", headers=bearer(old))

    assert renewed.headers["set-cookie"].startswith(f"{COOKIE}={renewed.json['token']}; ")
    assert send("GET", "/api/auth/me", headers=bearer(renewed.json["token"])).status == 200
    row = environment.execute("SELECT max(expires_at) > now() + interval '23 hours' AS extended FROM kernel.sessions")
    assert row.fetchone() == {"extended": True}


def test_a_cookie_of_twelve_hours_is_renewed_by_any_look(send: CallApi):
    identity = identity_of(ann(send)["Authorization"].removeprefix("Bearer "))
    young, old = (
        tokens.issue_access(ring(tokens.ACCESS)[0], identity, datetime.now(UTC) - timedelta(hours=hours))
        for hours in (11, 13)
    )

    def look(headers: dict[str, str]) -> str:
        return send("GET", "/api/auth/sessions", headers=headers).headers.get("set-cookie", "")

    assert [look({"Cookie": f"{COOKIE}={young}"}), look(bearer(old))] == ["", ""]
    renewed = look({"Cookie": f"{COOKIE}={old}"}).partition("=")[2].partition(";")[0]
    assert send("GET", "/api/auth/me", headers=bearer(renewed)).status == 200


# ---------------------------------------------------------------- cookies and other sites


def test_the_cookie_of_a_log_in(send: CallApi):
    register(send)

    plain = log_in(send)
    secure = log_in(send, headers={"X-Forwarded-Proto": "https"})

    given = plain.headers["set-cookie"]
    assert given == f"{COOKIE}={plain.json['token']}; Path=/; Max-Age=86400; HttpOnly; SameSite=Lax"
    assert secure.headers["set-cookie"].endswith("; Secure")
    cookie = {"Cookie": f"a=b; {COOKIE}={plain.json['token']}"}
    assert send("GET", "/api/auth/me", headers=cookie).json["email"] == "ann@x.io"


@pytest.mark.parametrize(
    "changed",
    [
        {"Origin": "https://evil.example"},
        {"Origin": None},
        {"Origin": "null"},
        {"Content-Type": "text/plain"},
        {"Content-Type": "application/x-www-form-urlencoded"},
    ],
)
def test_another_site_writes_nothing_with_our_cookie(send: CallApi, changed: dict[str, Any]):
    register(send)
    cookie = {"Cookie": f"{COOKIE}={log_in(send).json['token']}"}
    foreign = {name: value for name, value in {**OWN, **cookie, **changed}.items() if value is not None}

    for method, path, body in (
        ("POST", "/api/auth/logout", None),
        ("DELETE", "/api/auth/sessions", None),
        ("PUT", "/api/auth/me", {"username": "Eve"}),
        ("POST", "/api/auth/delete", {"password": PASSWORD}),
    ):
        assert error_of(send(method, path, body, headers=foreign)) == (403, "FORBIDDEN"), path
    assert send("POST", "/api/auth/logout", headers=OWN | cookie).status == 200


def test_another_site_signs_no_one_in(send: CallApi):
    register(send)
    foreign = OWN | {"Origin": "https://evil.example"}

    assert error_of(log_in(send, headers=foreign)) == (403, "FORBIDDEN")
    body = {"email": "ann@x.io", "password": PASSWORD}
    assert error_of(send("POST", f"{PERSONAS}/login", body, headers=foreign)) == (403, "forbidden")
    assert log_in(send, headers=OWN).status == 200


def test_another_site_asks_for_no_mails(send: CallApi, mailed: Mailed):
    register(send)

    assert error_of(forget(send, headers=OWN | {"Origin": "https://evil.example"})) == (403, "FORBIDDEN")
    assert mailed() == []
    assert forget(send, headers=OWN).status == 202


# ---------------------------------------------------------------- sessions


def test_a_log_out_ends_the_session_at_once(send: CallApi):
    headers = ann(send)

    ended = send("POST", "/api/auth/logout", headers=headers)

    assert (ended.status, ended.json.keys()) == (200, {"message"})
    assert ended.headers["set-cookie"].startswith(f"{COOKIE}=; Path=/; Max-Age=0; ")
    assert error_of(send("GET", "/api/auth/me", headers=headers)) == (401, "SESSION_EXPIRED")
    assert error_of(send("POST", "/api/auth/logout", headers=headers)) == (401, "SESSION_EXPIRED")


def test_sessions_are_listed_and_ended_one_by_one(send: CallApi):
    register(send)
    phone, laptop = (
        bearer(log_in(send, headers={"User-Agent": name}, address=f"203.0.113.{n}").json["token"])
        for n, name in enumerate(("phone", "laptop"))
    )

    listed = send("GET", "/api/auth/sessions", headers=laptop).json["sessions"]

    assert {(each["user_agent"], each["address"], each["current"]) for each in listed} == {
        ("phone", "203.0.113.0", False),
        ("laptop", "203.0.113.1", True),
        ("", "203.0.113.7", False),  # of the sign-up
    }
    [other] = [each["session_id"] for each in listed if each["user_agent"] == "phone"]
    assert send("DELETE", f"/api/auth/sessions/{other}", headers=laptop).json == {"ended": 1}
    assert send("GET", "/api/auth/me", headers=phone).status == 401
    assert error_of(send("DELETE", f"/api/auth/sessions/{other}", headers=laptop)) == (404, "SESSION_NOT_FOUND")


def test_no_one_ends_the_session_of_someone_else(send: CallApi):
    headers = ann(send)
    register(send, "bob@x.io", "Bob")
    bob = bearer(log_in(send, "bob@x.io").json["token"])
    [session, *_] = [each["session_id"] for each in send("GET", "/api/auth/sessions", headers=headers).json["sessions"]]

    assert error_of(send("DELETE", f"/api/auth/sessions/{session}", headers=bob)) == (404, "SESSION_NOT_FOUND")
    for named in ({"query": {"session_id": session}}, {"headers": bob | {"X-Session-ID": session}}):
        answer = send("POST", "/api/auth/logout", **({"headers": bob} | named))
        assert error_of(answer) == (404, "SESSION_NOT_FOUND")
    assert send("GET", "/api/auth/me", headers=headers).status == 200


def test_a_log_out_may_name_another_session(send: CallApi):
    register(send)
    old, new = (log_in(send).json["token"] for _ in range(2))

    ended = send("POST", "/api/auth/logout", headers=bearer(new) | {"X-Session-ID": str(identity_of(old).session_id)})

    assert "set-cookie" not in ended.headers
    assert [send("GET", "/api/auth/me", headers=bearer(token)).status for token in (old, new)] == [401, 200]


def test_all_other_sessions_end_together_or_all(send: CallApi):
    register(send)
    here, there = (bearer(log_in(send).json["token"]) for _ in range(2))

    assert send("DELETE", "/api/auth/sessions", headers=here).json == {"ended": 2}
    assert [send("GET", "/api/auth/me", headers=each).status for each in (here, there)] == [200, 401]
    assert send("DELETE", "/api/auth/sessions", query={"this_one": "true"}, headers=here).json == {"ended": 1}
    assert send("GET", "/api/auth/me", headers=here).status == 401


# ---------------------------------------------------------------- passwords


def test_a_new_password_ends_the_other_sessions(send: CallApi):
    register(send)
    here, there = (bearer(log_in(send).json["token"]) for _ in range(2))

    def change(current: str, new: str) -> Answer:
        return send("PUT", "/api/auth/password", {"current_password": current, "password": new}, headers=here)

    assert error_of(change("wrong", "a new password")) == (403, "WRONG_PASSWORD")
    assert error_of(change(PASSWORD, "short")) == (400, "PASSWORD_WEAK")
    assert change(PASSWORD, "a new password").json == {"ended": 2}

    assert [send("GET", "/api/auth/me", headers=each).status for each in (here, there)] == [200, 401]
    assert log_in(send).status == 401
    assert log_in(send, password="a new password").status == 200


Mailed = Callable[[], list[Mail]]


def test_the_password_changes_ten_times_an_hour(send: CallApi):
    here = ann(send)
    body = {"current_password": PASSWORD, "password": PASSWORD}

    changes = [send("PUT", "/api/auth/password", body, headers=here) for _ in range(11)]

    assert [each.status for each in changes] == [200] * 10 + [429]


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("POST", f"{PERSONAS}/signup", {"email": "a@x.io", "password": "\ud800" * 8}, 400),
        ("POST", f"{PERSONAS}/login", {"email": "a@x.io", "password": "\ud800" * 8}, 400),
        ("POST", "/api/auth/login", {"email": "\ud800@x.io", "password": PASSWORD}, 400),
        ("POST", "/api/auth/register", {"email": "b@x.io", "username": "B\ud800", "password": PASSWORD}, 400),
        ("POST", "/api/auth/password/reset", {"token": "\ud800", "password": PASSWORD}, 400),
        ("PUT", "/api/auth/password", {"current_password": PASSWORD, "password": "\ud800" * 8}, 400),
        ("PUT", "/api/auth/me", {"username": "\ud800"}, 400),
        ("POST", "/api/auth/delete", {"password": "\ud800" * 8}, 400),
    ],
)
def test_half_a_character_is_no_text(send: CallApi, method: str, path: str, body: Any, status: int):
    assert send(method, path, body, headers=ann(send)).status == status


@pytest.fixture
def mailed(environment: Connection) -> Mailed:
    """Send the mails that have been asked for; return them."""

    def send_mails() -> list[Mail]:
        sent: list[Mail] = []

        def take(mail: Mail) -> Reply:
            sent.append(mail)
            return Reply("")

        run_due(environment, mails.KINDS, take)
        return sent

    return send_mails


def token_in(mail: Mail) -> str:
    [link] = [line for line in mail.text.splitlines() if mails.PAGE in line]
    return link.partition(mails.PAGE)[2]


def forget(send: CallApi, email: str = "ann@x.io", **options: Any) -> Answer:
    return send("POST", "/api/auth/password/forgot", {"email": email}, **options)


def reset(send: CallApi, token: str, password: str = "a new password") -> Answer:
    return send("POST", "/api/auth/password/reset", {"token": token, "password": password})


def test_a_forgotten_password(send: CallApi, mailed: Mailed, environment: Connection):
    headers = ann(send)

    asked = forget(send, " Ann@X.io")
    [mail] = mailed()
    done = reset(send, token_in(mail))

    assert (asked.status, mail.to, done.status) == (202, "ann@x.io", 200)
    assert send("GET", "/api/auth/me", headers=headers).status == 401
    assert log_in(send).status == 401
    assert log_in(send, password="a new password").status == 200
    assert error_of(reset(send, token_in(mail), "another password")) == (400, "AUTH_TOKEN_INVALID")
    stored = environment.execute("SELECT input::text FROM kernel.outside_requests").fetchall()
    assert token_in(mail) not in str(stored)


def test_the_link_leads_to_us_even_if_the_request_names_another_host(
    send: CallApi, mailed: Mailed, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(front, "settings", replace(front.settings, public_url="https://brandish.example"))
    register(send)

    forget(send, headers={"Host": "evil.example", "X-Viewer-Host": "evil.example"})

    assert f"https://brandish.example{mails.PAGE}" in mailed()[0].text
    assert "evil" not in str(mailed())


def test_an_unknown_address_gets_the_same_answer_and_no_mail(send: CallApi, mailed: Mailed):
    register(send)

    known, unknown = forget(send), forget(send, "bob@x.io")

    assert (known.status, known.text) == (unknown.status, unknown.text)
    assert [mail.to for mail in mailed()] == ["ann@x.io"]


def test_only_the_link_of_the_last_mail_works_and_for_an_hour(
    send: CallApi, mailed: Mailed, environment: Connection, unlimited: None
):
    register(send)
    links: list[str] = []
    for _ in range(5):  # of which three are sent
        forget(send)
        links += map(token_in, mailed())

    assert len(links) == 3
    assert [reset(send, link).status for link in links[:2]] == [400, 400]
    environment.execute("UPDATE kernel.password_resets SET expires_at = expires_at - interval '1 hour'")
    assert reset(send, links[2]).status == 400


def test_a_new_password_does_not_end_the_link_in_the_mailbox(send: CallApi, mailed: Mailed):
    """Someone else may have signed up with the address: its owner takes the account back."""
    stranger = ann(send)
    forget(send)
    [mail] = mailed()
    change = {"current_password": PASSWORD, "password": "the stranger's"}
    assert send("PUT", "/api/auth/password", change, headers=stranger).status == 200

    assert reset(send, token_in(mail)).status == 200

    assert send("GET", "/api/auth/me", headers=stranger).status == 401
    assert [log_in(send, password=each).status for each in ("the stranger's", "a new password")] == [401, 200]


def test_a_reset_unlocks_the_account(send: CallApi, mailed: Mailed, unlimited: None):
    register(send)
    for _ in range(10):
        log_in(send, password="wrong")
    forget(send)

    assert log_in(send).status == 429
    reset(send, token_in(mailed()[0]))
    assert log_in(send, password="a new password").status == 200


def test_tokens_of_mails_cannot_be_guessed_often(send: CallApi):
    assert [reset(send, f"guess {n}").status for n in range(11)] == [400] * 10 + [429]


# ---------------------------------------------------------------- one's own account


def test_who_is_signed_in(send: CallApi):
    headers = ann(send)

    mine = send("GET", "/api/auth/me", headers=headers).json

    assert mine.keys() == {
        *("user_id", "email", "username", "created_at", "last_login", "last_world_id", "language", "roles"),
    }
    assert (mine["email"], mine["username"], mine["roles"]) == ("ann@x.io", "Ann", [])


def test_a_user_name_and_a_language(send: CallApi):
    headers = ann(send)
    register(send, "bob@x.io", "Bob")

    changed = send("PUT", "/api/auth/me", {"username": " Anna ", "language": "tr"}, headers=headers)

    assert (changed.json["username"], changed.json["language"]) == ("Anna", "tr")
    assert error_of(send("PUT", "/api/auth/me", {"username": "BOB"}, headers=headers)) == (409, "USER_EXISTS")
    assert send("PUT", "/api/auth/me", {"username": "ANNA"}, headers=headers).json["username"] == "ANNA"
    assert error_of(send("PUT", "/api/auth/me", {"language": "no such thing"}, headers=headers))[0] == 400


def test_all_ones_data_and_no_hash(send: CallApi, environment: Connection):
    headers = ann(send)

    exported = send("GET", "/api/auth/export", headers=headers)

    assert exported.json["data"].keys() == {"account", "community", "personas", "worlds"}
    [account] = exported.json["data"]["account"]["kernel.accounts"]
    assert account["email"] == "ann@x.io"
    assert "argon2" not in exported.text
    assert len(exported.json["data"]["account"]["kernel.sessions"]) == 2


def test_ones_data_is_asked_for_a_bounded_number_of_times(send: CallApi, environment: Connection):
    headers = ann(send)

    answers = [send("GET", "/api/auth/export", headers=headers).status for _ in range(11)]

    assert answers == [200] * 10 + [429]


def test_leaving(send: CallApi, environment: Connection):
    headers = ann(send)

    assert error_of(send("POST", "/api/auth/delete", {"password": "wrong"}, headers=headers)) == (403, "WRONG_PASSWORD")
    gone = send("POST", "/api/auth/delete", {"password": PASSWORD}, headers=headers)

    assert gone.status == 200
    assert gone.headers["set-cookie"].startswith(f"{COOKIE}=; ")
    assert error_of(send("GET", "/api/auth/me", headers=headers)) == (401, "SESSION_EXPIRED")
    for table in ("accounts", "sessions", "password_resets", "failed_log_ins"):
        assert environment.execute(f"SELECT FROM kernel.{table}").fetchall() == []
    assert register(send).status == 201


def test_what_is_not_there_answers_in_the_doors_own_words(send: CallApi):
    assert error_of(send("GET", "/api/auth/nothing")) == (404, "NOT_FOUND")
    assert error_of(send("GET", "/api/auth")) == (404, "NOT_FOUND")
    assert error_of(send("GET", "/api/auth/login")) == (405, "METHOD_NOT_ALLOWED")
    assert error_of(send("GET", f"{PERSONAS}/nothing")) == (404, "not_found")


def test_no_secret_is_logged(send: CallApi, caplog: pytest.LogCaptureFixture):
    caplog.set_level("DEBUG")
    headers = ann(send)
    forget(send)
    reset(send, "a-token-of-a-mail")
    send("PUT", "/api/auth/password", {"current_password": "wrong", "password": "a new password"}, headers=headers)

    logged = "\n".join(str(record.__dict__) for record in caplog.records)

    assert "/api/auth/login" in logged
    for secret in (PASSWORD, "a new password", "a-token-of-a-mail", headers["Authorization"].split()[1], "argon2"):
        assert secret not in logged


def test_the_log_names_the_account(send: CallApi, caplog: pytest.LogCaptureFixture):
    headers = ann(send)
    caplog.clear()

    user_id = send("GET", "/api/auth/me", headers=headers).json["user_id"]

    [line] = [record for record in caplog.records if record.message == "request"]
    assert line.__dict__["user_id"] == user_id


def test_a_session_that_never_was(send: CallApi):
    register(send)
    stranger = Identity(UUID(log_in(send).json["user"]["user_id"]), uuid4())

    token = tokens.issue_access(ring(tokens.ACCESS)[0], stranger, datetime.now(UTC))

    assert error_of(send("GET", "/api/auth/me", headers=bearer(token))) == (401, "SESSION_EXPIRED")


# ---------------------------------------------------------------- administrators


def test_an_administrators_key_makes_an_account_an_administrators(send: CallApi, call: CallApi):
    headers = ann(send)
    role = "/api/v1/admin/accounts/role"

    granted = call("POST", role, {"email": "ANN@x.io"})

    assert (granted.status, granted.json["roles"], granted.json["username"]) == (200, ["admin"], "Ann")
    assert call("POST", role, {"email": "ann@x.io"}).json["roles"] == ["admin"]  # once is enough
    listed = call("GET", "/api/v1/admin/accounts/administrators").json
    assert [account["email"] for account in listed] == ["ann@x.io"]
    assert send("GET", "/api/auth/me", headers=headers).json["roles"] == ["admin"]
    assert call("POST", role, {"email": "ann@x.io", "granted": False}).json["roles"] == []
    assert call("GET", "/api/v1/admin/accounts/administrators").json == []


def test_no_one_else_grants_it(send: CallApi, call: CallApi):
    headers = ann(send)
    role = "/api/v1/admin/accounts/role"

    assert call("POST", role, {"email": "bob@x.io"}).status == 404
    assert call("POST", role, {"email": "ann@x.io", "role": "owner"}).status == 400
    assert call("POST", role, {"email": "ann@x.io"}, role="bot").status == 403
    assert send("POST", role, {"email": "ann@x.io"}, headers=headers).status == 401


def test_a_sign_up_remembers_the_profile_that_led_to_it(send: CallApi, environment: Connection):
    for email, more in (("ann@x.io", {}), ("bob@x.io", {"share_slug": "nova"})):
        made = send("POST", f"{PERSONAS}/signup", {"email": email, "password": PASSWORD} | more)

    [row] = environment.execute("SELECT account_id, event_name, metadata FROM personas.happenings").fetchall()
    assert row == {
        "account_id": UUID(made.json["user_id"]),
        "event_name": "signup_from_share",
        "metadata": {"share_slug": "nova", "source": "profile"},
    }
