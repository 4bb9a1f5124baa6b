"""Rooms, posts, threads and moderation over HTTP. Source: personas 4, 5, 7, 8."""

from __future__ import annotations

from typing import Any
from uuid import UUID, uuid4

import pytest

from kernel.database import Connection, transaction
from personas.outside_kinds import KINDS
from personas.people.models import Persona
from personas.posts.models import Post
from tests.support.api import CallApi, code_of
from tests.support.outside import run_due
from tests.support.people import Someone, make_someone
from tests.support.personas import make_persona, make_post, make_reply

API = "/api/personas"
POST_FIELDS = {
    "id",
    "room_id",
    "persona_id",
    "persona_name",
    "kind",
    "authored_by",
    "status",
    "content",
    "created_at",
    "updated_at",
}
REPLY_FIELDS = {
    "id",
    "post_id",
    "persona_id",
    "persona_name",
    "authored_by",
    "content",
    "created_at",
    "updated_at",
}


@pytest.fixture
def ada(environment: Connection, ann: Someone) -> Persona:
    with transaction(environment) as tx:
        return make_persona(tx, ann.account_id)


@pytest.fixture
def draft(environment: Connection, ada: Persona) -> Post:
    with transaction(environment) as tx:
        return make_post(tx, ada, authored_by="AI", status="DRAFT")


@pytest.fixture
def post(environment: Connection, ada: Persona) -> Post:
    with transaction(environment) as tx:
        return make_post(tx, ada)


def test_rooms_and_what_stands_in_them(call: CallApi, ann: Someone, bob: Someone, draft: Post):
    rooms = call("GET", f"{API}/rooms", headers=ann.headers).json["rooms"]
    path = f"{API}/rooms/{draft.room_id}/posts"

    assert [set(room) for room in rooms] == [{"id", "slug", "name", "description", "created_at"}] * 4
    [own] = call("GET", path, headers=ann.headers).json["posts"]
    assert set(own) == POST_FIELDS
    assert call("GET", path, headers=bob.headers).json == {"posts": [], "next_cursor": ""}
    assert code_of(call("GET", f"{API}/rooms/{uuid4()}/posts", headers=ann.headers)) == (404, "not_found")
    assert code_of(call("GET", f"{API}/rooms/x/posts", headers=ann.headers)) == (400, "invalid_id")


def test_approving_needs_no_body_and_happens_once(call: CallApi, ann: Someone, draft: Post):
    path = f"{API}/posts/{draft.post_id}/approve"

    approved = call("POST", path, headers=ann.headers)

    assert approved.status == 200
    assert set(approved.json) == POST_FIELDS | {"published_at"}
    assert (approved.json["status"], approved.json["authored_by"]) == ("PUBLISHED", "AI_DRAFT_APPROVED")
    assert code_of(call("POST", path, headers=ann.headers)) == (409, "not_draft")


def test_what_is_wrong_with_an_approval_is_said_in_the_order_of_the_contract(
    call: CallApi, ann: Someone, bob: Someone, draft: Post
):
    def approve(post_id: UUID | str, someone: Someone, body: Any) -> tuple[int, str]:
        return code_of(call("POST", f"{API}/posts/{post_id}/approve", body, headers=someone.headers))

    assert approve("x", bob, {"mood": 1}) == (400, "invalid_id")
    assert approve(uuid4(), bob, {"mood": 1}) == (404, "not_found")
    assert approve(draft.post_id, bob, {"mood": 1}) == (403, "forbidden")
    assert approve(draft.post_id, ann, {"mood": 1}) == (400, "unknown_field")
    assert approve(draft.post_id, ann, {"content": "https://a.com http://www.b.com"}) == (400, "content_links")
    assert (
        call("POST", f"{API}/posts/{draft.post_id}/approve", {"content": " Edited. "}, headers=ann.headers).json[
            "content"
        ]
        == "Edited."
    )
    assert approve(draft.post_id, ann, {"mood": 1}) == (409, "not_draft")


def test_rejecting_editing_and_deleting(call: CallApi, ann: Someone, draft: Post, post: Post):
    assert call("POST", f"{API}/posts/{draft.post_id}/reject", headers=ann.headers).json == {"rejected": True}
    assert code_of(call("POST", f"{API}/posts/{post.post_id}/reject", headers=ann.headers)) == (409, "not_draft")
    edited = call("PUT", f"{API}/posts/{post.post_id}", {"content": "Better."}, headers=ann.headers).json
    assert (edited["content"], "edited_at" in edited) == ("Better.", True)
    assert code_of(call("PUT", f"{API}/posts/{post.post_id}", {}, headers=ann.headers)) == (400, "invalid_field")
    assert call("DELETE", f"{API}/posts/{post.post_id}", headers=ann.headers).json == {"deleted": True}
    assert code_of(call("GET", f"{API}/posts/{post.post_id}/thread", headers=ann.headers)) == (404, "not_found")


def test_replies_are_asked_for_and_read(call: CallApi, environment: Connection, bob: Someone, post: Post):
    path = f"{API}/posts/{post.post_id}"
    assert code_of(call("POST", f"{path}/generate-replies", headers=bob.headers)) == (400, "no_personas")
    with transaction(environment) as tx:
        cleo = make_persona(tx, bob.account_id, "Cleo")

    asked = call("POST", f"{path}/generate-replies", {"persona_ids": [f" {cleo.persona_id} "] * 2}, headers=bob.headers)
    again = call("POST", f"{path}/generate-replies", headers=bob.headers)

    assert (asked.json, again.json) == ({"enqueued": 1, "skipped": 0}, {"enqueued": 0, "skipped": 1})
    run_due(environment, KINDS)
    thread = call("GET", f"{path}/thread", headers=bob.headers).json
    assert set(thread) == {"post", "replies", "next_cursor", "ai_summary"}
    assert [set(reply) for reply in thread["replies"]] == [REPLY_FIELDS]
    assert "Cleo" in thread["ai_summary"]
    assert call("GET", f"{API}/b/{post.post_id}", headers=bob.headers).json == thread


def test_what_is_wrong_with_asking_for_replies_is_said_in_the_order_of_the_contract(
    call: CallApi, ann: Someone, bob: Someone, ada: Persona, draft: Post, post: Post
):
    def ask(post_id: UUID | str, body: Any, someone: Someone = bob) -> tuple[int, str]:
        return code_of(call("POST", f"{API}/posts/{post_id}/generate-replies", body, headers=someone.headers))

    wrong = {"mood": 1}
    assert ask("x", wrong) == (400, "invalid_id")
    assert ask(uuid4(), wrong) == (404, "not_found")
    assert ask(draft.post_id, wrong, ann) == (409, "not_published")
    assert ask(post.post_id, wrong) == (400, "unknown_field")
    assert ask(post.post_id, {"persona_ids": [" "]}) == (400, "invalid_field")
    assert ask(post.post_id, {"persona_ids": [str(uuid4()) for _ in range(11)]}) == (400, "invalid_field")
    assert ask(post.post_id, {"persona_ids": ["x"]}) == (400, "persona_unknown")
    assert ask(post.post_id, {"persona_ids": [str(ada.persona_id)]}) == (400, "persona_unknown")


def test_asking_for_replies_is_limited_and_bad_requests_count(call: CallApi, ann: Someone, post: Post):
    path = f"{API}/posts/{post.post_id}/generate-replies"
    for _ in range(20):
        assert call("POST", path, {"mood": 1}, headers=ann.headers).status == 400

    assert code_of(call("POST", path, {}, headers=ann.headers)) == (429, "rate_limited")


def test_the_first_reader_of_an_old_thread_asks_for_its_summary(
    call: CallApi, environment: Connection, ann: Someone, ada: Persona, post: Post
):
    with transaction(environment) as tx:
        make_reply(tx, ada, post)
    path = f"{API}/posts/{post.post_id}/thread"

    first = call("GET", path, headers=ann.headers).json["ai_summary"]
    call("GET", path, headers=ann.headers)
    ended = run_due(environment, KINDS)

    assert (first, len(ended)) == ("There is no summary of this thread yet.", 1)
    assert "Delete the cache." in call("GET", path, headers=ann.headers).json["ai_summary"]


def test_a_draft_is_its_authors_secret(call: CallApi, ann: Someone, bob: Someone, draft: Post):
    path = f"{API}/posts/{draft.post_id}"

    assert call("GET", f"{path}/thread", headers=ann.headers).status == 200
    assert code_of(call("GET", f"{path}/thread", headers=bob.headers)) == (404, "not_found")
    assert code_of(call("POST", f"{path}/report", {}, headers=bob.headers)) == (404, "not_found")


def test_reports_are_for_administrators(call: CallApi, environment: Connection, ann: Someone, bob: Someone, post: Post):
    with transaction(environment) as tx:
        root = make_someone(tx, "Root", ("admin",))
    reports = f"{API}/moderation/reports"
    assert call("POST", f"{API}/posts/{post.post_id}/report", {"reason": "Rude."}, headers=bob.headers).json == {
        "reported": True
    }

    assert code_of(call("GET", reports, headers=ann.headers)) == (403, "forbidden")
    [report] = call("GET", reports, headers=root.headers).json["reports"]
    assert "account_id" not in report
    path = f"{reports}/{report['id']}"
    assert code_of(call("POST", path, {"outcome": "hidden"}, headers=ann.headers)) == (403, "forbidden")
    assert code_of(call("POST", path, {"outcome": "burnt"}, headers=root.headers)) == (400, "invalid_field")
    assert call("POST", path, {"outcome": "hidden"}, headers=root.headers).json == {"decided": True}
    assert code_of(call("GET", f"{API}/posts/{post.post_id}/thread", headers=bob.headers)) == (404, "not_found")
    [decided] = call("GET", reports, query={"state": "decided"}, headers=root.headers).json["reports"]
    assert decided["outcome"] == "hidden"
    assert code_of(call("POST", f"{reports}/x", {"outcome": "kept"}, headers=root.headers))[0] == 400


def test_muting_a_persona_and_blocking_its_person(
    call: CallApi, environment: Connection, ann: Someone, bob: Someone, ada: Persona, post: Post
):
    room = f"{API}/rooms/{post.room_id}/posts"
    muted = call("PUT", f"{API}/mutes/personas/{ada.persona_id}", {}, headers=bob.headers).json
    assert (muted["kind"], muted["persona_id"], muted["block"]) == ("persona", str(ada.persona_id), False)
    assert call("GET", room, headers=bob.headers).json == {"posts": [], "next_cursor": ""}
    assert call("DELETE", f"{API}/mutes/{muted['id']}", headers=bob.headers).json == {"deleted": True}
    assert len(call("GET", room, headers=bob.headers).json["posts"]) == 1

    blocked = call("PUT", f"{API}/mutes/authors/{post.post_id}", {"block": True}, headers=bob.headers).json

    assert call("GET", f"{API}/mutes", headers=bob.headers).json == {"mutes": [blocked], "next_cursor": ""}
    assert set(blocked) == {"id", "kind", "name", "block", "created_at"}
    with transaction(environment) as tx:
        make_persona(tx, bob.account_id, "Cleo")
    assert code_of(call("POST", f"{API}/posts/{post.post_id}/generate-replies", {}, headers=bob.headers)) == (
        403,
        "forbidden",
    )
    own = call("PUT", f"{API}/mutes/personas/{ada.persona_id}", {"person": True}, headers=ann.headers)
    assert code_of(own) == (404, "not_found")


def test_no_one_who_is_not_signed_in_sees_anything(call: CallApi, post: Post):
    for path in ("rooms", f"rooms/{post.room_id}/posts", f"posts/{post.post_id}/thread", "mutes", "personas"):
        assert code_of(call("GET", f"{API}/{path}")) == (401, "auth_missing")
