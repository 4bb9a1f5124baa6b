"""Public profiles and what pages report, over HTTP. Source: personas 11, 13."""

from __future__ import annotations

from typing import Any
from uuid import UUID, uuid4

import pytest

from kernel import metrics
from kernel.database import Connection, transaction
from tests.support.api import Answer, CallApi, code_of
from tests.support.people import Someone, make_someone
from tests.support.persona_rows import make_battle, make_persona, make_post, make_room, make_template
from tests.support.prometheus import parse

NO_BATTLE = UUID(int=7, version=4)
PROFILE = {
    *("persona_id", "slug", "name", "bio", "tone", "preferred_language", "formality", "is_public", "followers"),
    *("posts_count", "badges", "created_at"),
}


@pytest.fixture
def ada(environment: Connection, ann: Someone) -> UUID:
    with transaction(environment) as tx:
        return make_persona(tx, ann.account_id, "Ada", bio="Her own bio.", tone="dry")


def publish(call: CallApi, someone: Someone, persona_id: UUID, body: Any = None) -> Answer:
    return call(
        "POST",
        f"/api/personas/personas/{persona_id}/publish-profile",
        body,
        headers=someone.headers | {"Host": "b.org"},
    )


def unpublish(call: CallApi, someone: Someone, persona_id: UUID) -> Answer:
    path = f"/api/personas/personas/{persona_id}/unpublish-profile"
    return call("POST", path, "not read", headers=someone.headers | {"Host": "b.org"})


def test_publishing_and_unpublishing(call: CallApi, ann: Someone, bob: Someone, ada: UUID):
    assert unpublish(call, ann, ada).json == {
        "persona_id": str(ada),
        "slug": "",
        "is_public": False,
        "share_url": "",
    }

    published = publish(call, ann, ada, {"slug": "  Ada_Lovelace  #1 "})

    assert published.status == 200
    assert published.json.pop("created_at").endswith("Z")
    assert {name: value for name, value in published.json.items() if name != "created_at"} == {
        "persona_id": str(ada),
        "slug": "ada-lovelace-1",
        "is_public": True,
        "bio": "Her own bio.",
        "share_url": "http://b.org/p/ada-lovelace-1",
    }
    assert call("GET", "/api/personas/p/ada-lovelace-1").status == 200
    own = f"/api/personas/personas/{ada}/profile"
    known = call("GET", own, headers=ann.headers).json
    assert (known["slug"], known["is_public"], known["bio"]) == ("ada-lovelace-1", True, "Her own bio.")
    assert code_of(call("GET", own, headers=bob.headers)) == (404, "not_found")
    call("POST", "/api/personas/p/ada-lovelace-1/follow", headers=bob.headers)
    [followed] = call("GET", "/api/personas/follows", headers=bob.headers).json["follows"]
    assert (followed["slug"], followed["is_public"]) == ("ada-lovelace-1", True)

    assert unpublish(call, ann, ada).json == {
        "persona_id": str(ada),
        "slug": "ada-lovelace-1",
        "is_public": False,
        "share_url": "http://b.org/p/ada-lovelace-1",
    }
    assert code_of(call("GET", "/api/personas/p/ada-lovelace-1")) == (404, "not_found")


def test_what_is_refused_when_publishing(call: CallApi, ann: Someone, bob: Someone, ada: UUID):
    assert code_of(publish(call, ann, ada, {"slug": "!!!"})) == (400, "invalid_field")
    assert code_of(publish(call, ann, ada, {"slug": 5})) == (400, "invalid_field")
    assert code_of(publish(call, ann, ada, {"other": 5})) == (400, "unknown_field")
    assert code_of(publish(call, ann, ada, {"bio": "b" * 401})) == (400, "content_too_long")
    for body in (None, {"slug": "!!!"}, {"other": 5}):
        assert code_of(publish(call, bob, ada, body)) == (404, "not_found")
    assert code_of(call("POST", f"/api/personas/personas/{ada}/publish-profile")) == (401, "auth_missing")
    assert code_of(call("POST", "/api/personas/personas/1/publish-profile", headers=ann.headers)) == (400, "invalid_id")


def test_a_profile_has_the_fields_of_its_list_only(
    call: CallApi, environment: Connection, ann: Someone, bob: Someone, ada: UUID
):
    publish(call, ann, ada)
    with transaction(environment) as tx:
        room = make_room(tx, "games")
        for _ in range(11):
            make_post(tx, ann.account_id, room, ada)

    bundle = call("GET", "/api/personas/p/Ada", headers=bob.headers)

    assert bundle.status == 200
    assert {*bundle.json} == {"profile", "latest_posts", "top_rooms", "next_cursor"}
    assert {*bundle.json["profile"]} == PROFILE
    assert bundle.json["profile"]["badges"] == ["AI persona", "EN", "dry", "conversational"]
    assert {*bundle.json["latest_posts"][0]} == {"id", "room_id", "room_name", "authored_by", "content", "created_at"}
    assert bundle.json["top_rooms"] == [{"room_id": str(room), "room_name": "games", "post_count": 11}]
    page = call("GET", "/api/personas/p/ada/posts", query={"cursor": bundle.json["next_cursor"]})
    assert (len(page.json["posts"]), page.json["next_cursor"]) == (1, "")


def test_a_wrong_cursor_says_nothing_about_the_database(call: CallApi, ann: Someone, ada: UUID):
    publish(call, ann, ada)

    answer = call("GET", "/api/personas/p/ada/posts", query={"cursor": "abc"})

    assert code_of(answer) == (400, "invalid_cursor")
    assert answer.json["error"] == "cursor: take it from the page before."


def test_what_everyone_sees_is_kept_for_a_second_and_not_sent_twice(
    call: CallApi, ann: Someone, bob: Someone, ada: UUID
):
    publish(call, ann, ada)

    for path in ("/api/personas/p/ada", "/api/personas/p/ada/posts"):
        first = call("GET", path)
        assert first.headers["cache-control"] == "public, max-age=0, s-maxage=1"
        again = call("GET", path, headers={"If-None-Match": first.headers["etag"]})
        assert (again.status, again.text, again.headers["etag"]) == (304, "", first.headers["etag"])
    assert call("GET", "/api/personas/p/ada", headers=bob.headers).headers["cache-control"] == "no-store"


def test_the_order_in_which_following_is_checked(call: CallApi, ann: Someone, bob: Someone, ada: UUID):
    follow = "/api/personas/p/ada/follow"
    invalid = {"Authorization": "Bearer x"}
    assert code_of(call("POST", follow)) == (404, "not_found")
    assert code_of(call("POST", follow, headers=invalid)) == (404, "not_found")
    publish(call, ann, ada)

    for headers in ({}, invalid, {"Authorization": "Basic x"}):
        answer = call("POST", follow, "not read", headers=headers)
        assert answer.status == 401
        assert answer.json == {"error": "signup_required", "code": "signup_required"}
    assert call("POST", follow, headers=bob.headers).json == {"followed": True, "followers": 1}
    assert call("POST", follow, headers=bob.headers).json == {"followed": False, "followers": 1}
    assert code_of(call("POST", follow, headers=ann.headers)) == (409, "self_follow")
    assert code_of(call("DELETE", follow)) == (401, "auth_missing")
    assert call("DELETE", follow, headers=bob.headers).json == {"followed": False, "followers": 0}


def test_a_session_that_has_ended_cannot_follow(
    call: CallApi, environment: Connection, ann: Someone, bob: Someone, ada: UUID
):
    publish(call, ann, ada)
    with transaction(environment) as tx:
        tx.execute("UPDATE kernel.sessions SET ended_at = now() WHERE account_id = %s", (bob.account_id,))

    assert code_of(call("POST", "/api/personas/p/ada/follow", headers=bob.headers)) == (401, "signup_required")
    assert code_of(call("POST", "/api/personas/p/eve/follow", headers=bob.headers)) == (404, "not_found")
    assert call("GET", "/api/personas/p/ada").json["profile"]["followers"] == 0


def test_public_reads_and_follows_are_limited_per_address(
    call: CallApi, environment: Connection, ann: Someone, ada: UUID
):
    publish(call, ann, ada)
    follow = "/api/personas/p/ada/follow"
    for _ in range(2):
        call("GET", "/api/personas/p/ada")
        call("POST", follow)
        call("POST", follow, headers=ann.headers)

    with transaction(environment) as tx:
        rows = tx.execute("SELECT scope, requests FROM kernel.rate_windows WHERE key = '203.0.113.7'").fetchall()
        assert {row["scope"]: row["requests"] for row in rows}.items() >= {"public_read": 2, "public_write": 4}.items()
        tx.execute("UPDATE kernel.rate_windows SET requests = 1000")

    for method, path in (("GET", "/api/personas/p/ada"), ("GET", "/api/personas/p/ada/posts"), ("POST", follow)):
        limited = call(method, path)
        assert code_of(limited) == (429, "rate_limited")
        assert int(limited.headers["retry-after"]) > 0


def test_a_refusal_by_a_limit_is_counted_for_its_route(
    call: CallApi, environment: Connection, ann: Someone, ada: UUID, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(metrics, "FLUSH_EVERY", 0.0)
    monkeypatch.setattr(metrics, "_environment", metrics._Environment())
    publish(call, ann, ada)
    reporting = ("POST", "/api/personas/p/ada/report", {"reason": "spam"})
    call("GET", "/api/personas/p/ada")
    call(*reporting, headers=ann.headers)
    environment.execute("UPDATE kernel.rate_windows SET requests = 1000")

    assert code_of(call("GET", "/api/personas/p/ada")) == (429, "rate_limited")
    assert code_of(call(*reporting, headers=ann.headers)) == (429, "rate_limited")

    page = parse([call("GET", "/metrics", role=None) for _ in range(2)][-1].text)["rate_limit_events_total"]
    assert {tuple(dict(labels).values()): value for (_, labels), value in page.samples.items()} == {
        ("/api/personas/p/{slug}", "ip"): 1,
        ("/api/personas/p/{slug}/report", "user"): 1,
    }


@pytest.fixture
def gone(environment: Connection, bob: Someone) -> Someone:
    """Someone whose token outlives their account."""
    environment.execute("DELETE FROM kernel.accounts WHERE account_id = %s", (bob.account_id,))
    return bob


def test_the_token_of_a_deleted_account_counts_as_none(
    call: CallApi, environment: Connection, ann: Someone, ada: UUID, gone: Someone
):
    publish(call, ann, ada)
    with transaction(environment) as tx:
        battle_id = make_battle(tx, ann.account_id, make_room(tx), pro=ada, con=ada)

    def status(method: str, path: str, body: Any = None) -> int:
        return call(method, f"/api/personas{path}", body, headers=gone.headers).status

    assert status("POST", "/events", {"event_name": "daily_return"}) == 202
    assert status("GET", f"/b/{battle_id}/meta") == 200
    assert status("GET", "/p/ada") == 200
    assert status("POST", f"/battles/{battle_id}/remix-intent") == 200
    assert code_of(call("POST", "/api/personas/p/ada/follow", headers=gone.headers)) == (401, "signup_required")
    [owners] = environment.execute("SELECT count(account_id) FROM personas.happenings").fetchall()
    assert owners == {"count": 0}


def test_a_deleted_account_owns_nothing_new(
    call: CallApi, environment: Connection, ann: Someone, ada: UUID, gone: Someone
):
    with transaction(environment) as tx:
        post_id = make_post(tx, ann.account_id, make_room(tx), ada)
    template = {"name": "T", "prompt_rules": "Be brief.", "turn_count": 2, "word_limit": 40, "is_public": True}
    persona = {"name": "Eve", "bio": "Bio.", "tone": "dry", "writing_samples": ["One.", "Two.", "Three."]}

    for method, path, body in (
        ("POST", "/personas", persona),
        ("POST", "/templates", template),
        ("POST", f"/posts/{post_id}/report", {"reason": "spam"}),
        ("PUT", f"/mutes/personas/{ada}", {}),
        ("PUT", f"/mutes/authors/{post_id}", {}),
    ):
        for key in ({}, {"Idempotency-Key": "once"}):
            answer = call(method, f"/api/personas{path}", body, headers=gone.headers | key)
            assert code_of(answer) == (401, "auth_invalid"), path


@pytest.mark.parametrize("path", ["/p/no-one", "/p/no-one/posts", f"/b/{NO_BATTLE}/meta", f"/b/{NO_BATTLE}/card.png"])
def test_what_is_not_there_counts_as_well(
    call: CallApi, environment: Connection, monkeypatch: pytest.MonkeyPatch, path: str
):
    monkeypatch.setattr(metrics, "flush_is_due", lambda: True)

    answers = [call("GET", f"/api/personas{path}").status for _ in range(3)]

    assert answers == [404] * 3
    [counted] = environment.execute("SELECT requests FROM kernel.rate_windows").fetchall()
    assert counted == {"requests": 3}


@pytest.mark.parametrize("path", ["/events", f"/battles/{NO_BATTLE}/remix-intent"])
def test_another_site_makes_no_one_send_anything(call: CallApi, environment: Connection, path: str):
    foreign = {"Origin": "http://evil.example", "Host": "b.org", "Content-Type": "text/plain"}
    body = {"event_name": "daily_return"}

    assert code_of(call("POST", f"/api/personas{path}", body, headers=foreign)) == (403, "forbidden")
    assert call("POST", f"/api/personas{path}", body, headers=foreign | {"Origin": "http://b.org"}).status != 403


def test_one_idempotency_key_of_two_readers_names_two_requests(call: CallApi, bob: Someone):
    def send(day: int, address: str, headers: dict[str, str] | None = None) -> Answer:
        body = {"event_name": "daily_return", "metadata": {"day": day}}
        sent = {"Idempotency-Key": "k"} | (headers or {})
        return call("POST", "/api/personas/events", body, headers=sent, address=address)

    firsts = [send(1, "203.0.113.7"), send(2, "203.0.113.8"), send(3, "203.0.113.8", bob.headers)]

    assert [each.status for each in firsts] == [202] * 3
    assert "idempotency-replayed" in send(1, "203.0.113.7").headers


def test_pages_send_their_own_events_only(call: CallApi, environment: Connection, bob: Someone):
    def send(body: Any, someone: Someone | None = None) -> Answer:
        return call("POST", "/api/personas/events", body, headers=someone.headers if someone else {})

    assert code_of(send({"event_name": "remix_completed"})) == (400, "unsupported_event")
    assert code_of(send({"event_name": "made_up"})) == (400, "unsupported_event")
    assert code_of(send({"event_name": 5})) == (400, "invalid_field")
    assert code_of(send({})) == (400, "invalid_field")
    assert code_of(send({"event_name": "daily_return", "when": 1})) == (400, "unknown_field")
    battle = {"event_name": "battle_shared", "metadata": {"battle_id": str(uuid4())}}
    assert code_of(send(battle)) == (400, "invalid_field")

    known = send({"event_name": " Daily_Return", "metadata": {"day": "2026-02-18", "message": "x"}}, bob)

    assert (known.status, known.json) == (202, {"ok": True})
    with transaction(environment) as tx:
        [row] = tx.execute("SELECT account_id, event_name, metadata FROM personas.happenings").fetchall()
        [limit] = tx.execute("SELECT requests FROM kernel.rate_windows WHERE scope = 'events'").fetchall()
    assert row == {"account_id": bob.account_id, "event_name": "daily_return", "metadata": {"day": "2026-02-18"}}
    assert limit["requests"] == 4  # those that were refused by their contents, too


def test_an_address_sends_a_bounded_number_of_events_a_day(call: CallApi, environment: Connection):
    environment.execute(
        "INSERT INTO kernel.rate_windows (scope, key, window_began_at, requests)"
        " VALUES ('events_day', '203.0.113.7', now() - interval '23 hours', 1999)"
    )

    sent = [
        call("POST", "/api/personas/events", {"event_name": "daily_return"}, address="203.0.113.7") for _ in range(2)
    ]

    assert [each.status for each in sent] == [202, 429]


def test_a_public_request_has_at_most_64_kib(call: CallApi):
    head, tail = '{"event_name": "daily_return", "metadata": {"a": "', '"}}'
    fitting = head + "a" * (65_536 - len(head) - len(tail)) + tail

    assert call("POST", "/api/personas/events", fitting).status == 202
    assert code_of(call("POST", "/api/personas/events", fitting + " ")) == (413, "body_too_large")


def test_one_address_shares_a_battle_once_a_day(call: CallApi, environment: Connection, ann: Someone):
    with transaction(environment) as tx:
        battle = make_battle(tx, ann.account_id, make_room(tx))
    body = {"event_name": "battle_shared", "metadata": {"battle_id": str(battle)}}

    for address in ("203.0.113.7", "203.0.113.7", "203.0.113.8"):
        assert call("POST", "/api/personas/events", body, address=address).status == 202
    assert call("POST", "/api/personas/events", body, headers=ann.headers).status == 202

    with transaction(environment) as tx:
        [row] = tx.execute("SELECT shares FROM personas.engagement_totals").fetchall()
        sharers = tx.execute("SELECT sharer FROM personas.engagements").fetchall()
    assert row["shares"] == 2
    assert not any("203.0.113" in each["sharer"] for each in sharers)


@pytest.mark.parametrize("path", ["/api/personas", "/api/personas/nothing", "/api/personas/p", "/api/personas/x/y/z"])
def test_unknown_paths_are_answered_in_this_dialect(call: CallApi, path: str):
    answer = call("GET", path)

    assert code_of(answer) == (404, "not_found")
    assert answer.headers["X-Frame-Options"] == "DENY"


def test_an_unknown_method_is_answered_in_this_dialect(call: CallApi):
    assert code_of(call("PUT", "/api/personas/p/ada")) == (405, "method_not_allowed")


def test_health_needs_no_database_and_readiness_does(
    call: CallApi, environment: Connection, monkeypatch: pytest.MonkeyPatch
):
    assert call("GET", "/api/personas/healthz").json == {"ok": True}
    assert call("GET", "/api/personas/readyz").json == {"ok": True}

    with transaction(environment) as tx:
        tx.execute("ALTER TABLE personas.notifications RENAME TO gone")
    answer = call("GET", "/api/personas/readyz")

    assert answer.status == 503
    assert answer.json == {"ok": False, "error": "The database does not answer.", "code": "not_ready"}
    assert call("GET", "/api/personas/healthz").status == 200


def test_a_view_is_recorded_with_its_viewer(
    call: CallApi, environment: Connection, ann: Someone, bob: Someone, ada: UUID
):
    publish(call, ann, ada)
    call("GET", "/api/personas/p/ada", headers=bob.headers)
    call("GET", "/api/personas/p/ada", headers={"Authorization": "Bearer x"})

    with transaction(environment) as tx:
        rows = tx.execute("SELECT event_name, account_id FROM personas.happenings ORDER BY happening_id").fetchall()
    assert [[*row.values()] for row in rows] == [
        ["public_profile_viewed", bob.account_id],
        ["public_profile_viewed", None],
    ]


def test_shares_of_one_network_count_once(call: CallApi, environment: Connection, ann: Someone, ada: UUID):
    with transaction(environment) as tx:
        battle_id = make_battle(tx, ann.account_id, make_room(tx), pro=ada, con=ada)
    body = {"event_name": "battle_shared", "metadata": {"battle_id": str(battle_id)}}

    for address in ("2001:db8:1:2::1", "2001:db8:1:2::2"):
        assert call("POST", "/api/personas/events", body, address=address).status == 202

    [totals] = environment.execute("SELECT shares FROM personas.engagement_totals").fetchall()
    assert totals == {"shares": 1}


def test_profiles_and_templates_are_reported(
    call: CallApi, environment: Connection, ann: Someone, bob: Someone, ada: UUID
):
    publish(call, ann, ada)
    with transaction(environment) as tx:
        template_id = make_template(tx, ann.account_id, "Spam")
        root = make_someone(tx, "Root", ("admin",))
    reports = {"profile": "/p/ada", "template": f"/templates/{template_id}"}

    for path in reports.values():
        answer = call("POST", f"/api/personas{path}/report", {"reason": "Spam."}, headers=bob.headers)
        assert (answer.status, answer.json) == (200, {"reported": True})
        assert code_of(call("POST", f"/api/personas{path}/report", {})) == (401, "auth_missing")
    assert code_of(call("POST", "/api/personas/p/eve/report", {}, headers=bob.headers)) == (404, "not_found")

    listed = call("GET", "/api/personas/moderation/reports", headers=root.headers).json["reports"]
    assert {each["kind"]: each["reason"] for each in listed} == dict.fromkeys(reports, "Spam.")
    assert "post_id" not in listed[0]
    for each in listed:
        path = f"/api/personas/moderation/reports/{each['id']}"
        assert call("POST", path, {"outcome": "hidden"}, headers=root.headers).status == 200
    assert call("GET", "/api/personas/p/ada").status == 404
    assert code_of(publish(call, ann, ada)) == (403, "forbidden")
