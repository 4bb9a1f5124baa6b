"""What personas, posts, threads and moderation cost in round trips: two per action, one per look, on the wire."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest

import functions.personas.desk.app
from kernel import connections
from kernel.database import Connection, transaction
from local.tools.postgres_proxy import PostgresProxy
from personas.people.models import Persona
from tests.support.api import handler_of, proxy_event
from tests.support.battles import make_template
from tests.support.people import Someone, make_someone
from tests.support.personas import make_persona, make_post, make_reply, room_id
from tests.support.round_trips import counted

API = "/api/personas"
TRIES = 3
PERSONA = {
    "name": "Ada",
    "writing_samples": ["one", "two", "three"],
    "preferred_language": "en",
    "daily_draft_quota": 5,
    "daily_reply_quota": 25,
}


class World:
    """Ann with two personas, Bob with one, an administrator, and new posts as they are needed."""

    def __init__(self, conn: Connection) -> None:
        self.conn = conn
        with transaction(conn) as tx:
            self.ann, self.bob = make_someone(tx, "Ann"), make_someone(tx, "Bob")
            self.root = make_someone(tx, "Root", ("admin",))
            self.ada, self.cleo = (make_persona(tx, self.ann.account_id, name) for name in ("Ada", "Cleo"))
            self.ben = make_persona(tx, self.bob.account_id, "Ben")
            self.room = room_id(tx)
            post = make_post(tx, self.ada)
            make_reply(tx, self.ben, post)
            self.thread = str(post.post_id)

    def post(self, persona: Persona | None = None, **changes: Any) -> str:
        with transaction(self.conn) as tx:
            return str(make_post(tx, persona or self.ada, **changes).post_id)

    def draft(self) -> str:
        return self.post(authored_by="AI", status="DRAFT")

    def reply(self) -> str:
        with transaction(self.conn) as tx:
            return str(make_reply(tx, self.ben, make_post(tx, self.ada)))

    def persona(self) -> str:
        with transaction(self.conn) as tx:
            return str(make_persona(tx, self.ann.account_id).persona_id)

    def template(self) -> str:
        with transaction(self.conn) as tx:
            return str(make_template(tx, self.ann.account_id).template_id)

    def report(self) -> int:
        with transaction(self.conn) as tx:
            post = make_post(tx, self.ada)
            row = tx.execute(
                "INSERT INTO personas.reports (post_id, reason) VALUES (%s, '') RETURNING report_id", (post.post_id,)
            ).fetchone()
            assert row is not None
            return row["report_id"]

    def mute(self) -> str:
        self.conn.execute("DELETE FROM personas.mutes")
        given = request(self.ann, "PUT", f"mutes/personas/{self.ben.persona_id}", {})
        return given["id"]


@pytest.fixture
def wire(database_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[Connection, PostgresProxy]]:
    """This thread is an environment whose database is at the other end of the wire."""
    with counted(database_url) as (conn, wire):
        monkeypatch.setattr(connections._environment, "connection", conn, raising=False)
        yield conn, wire


def request(someone: Someone, method: str, path: str, body: Any = None) -> Any:
    given = handler_of(f"{API}/{path}")(
        proxy_event(method, f"{API}/{path}", body, headers=someone.headers, role=None), None
    )
    assert given["statusCode"] < 300, given["body"]
    return json.loads(given["body"])


def consult(someone: Someone, path: str, body: Any = None, **step: Any) -> Any:
    event = proxy_event("POST", f"{API}/{path.partition('?')[0]}", body, headers=someone.headers, role=None)
    if "?" in path:
        name, _, value = path.partition("?")[2].partition("=")
        event |= {"multiValueQueryStringParameters": {name: [value]}}
    event["consultation"] = {"step": "prepare", "seconds": 0.0, **step}
    given = functions.personas.desk.app.handler({"op": "consult", "event": event}, None)
    assert given["statusCode"] < 300, given["body"]
    return json.loads(given["body"])


Step = Callable[[World, Any], object]
Before = Callable[[World], Any]

# {name: (what is counted, what is done before and whose result it gets)}
ACTIONS: dict[str, tuple[Step, Before]] = {
    "create a persona": (lambda w, _: request(w.ann, "POST", "personas", PERSONA), lambda w: None),
    "replace a persona": (lambda w, it: request(w.ann, "PUT", f"personas/{it}", PERSONA), World.persona),
    "delete a persona": (lambda w, it: request(w.ann, "DELETE", f"personas/{it}"), World.persona),
    "approve": (lambda w, it: request(w.ann, "POST", f"posts/{it}/approve"), World.draft),
    "reject": (lambda w, it: request(w.ann, "POST", f"posts/{it}/reject"), World.draft),
    "edit": (lambda w, it: request(w.ann, "PUT", f"posts/{it}", {"content": "Better."}), World.post),
    "delete": (lambda w, it: request(w.ann, "DELETE", f"posts/{it}"), World.post),
    "ask for replies": (lambda w, it: request(w.ann, "POST", f"posts/{it}/generate-replies"), World.post),
    "ask for named replies": (
        lambda w, it: request(w.ann, "POST", f"posts/{it}/generate-replies", {"persona_ids": [str(w.cleo.persona_id)]}),
        World.post,
    ),
    "change a template": (
        lambda w, it: request(w.ann, "PATCH", f"templates/{it}", {"turn_count": 8}),
        World.template,
    ),
    "delete a template": (lambda w, it: request(w.ann, "DELETE", f"templates/{it}"), World.template),
    "report a post": (lambda w, it: request(w.bob, "POST", f"posts/{it}/report", {}), World.post),
    "report a reply": (lambda w, it: request(w.bob, "POST", f"replies/{it}/report", {}), World.reply),
    "decide": (
        lambda w, it: request(w.root, "POST", f"moderation/reports/{it}", {"outcome": "hidden"}),
        World.report,
    ),
    "mute a persona": (
        lambda w, _: request(w.ann, "PUT", f"mutes/personas/{w.ben.persona_id}", {}),
        lambda w: w.conn.execute("DELETE FROM personas.mutes"),
    ),
    "block a person": (
        lambda w, it: request(w.ann, "PUT", f"mutes/authors/{it}", {"block": True}),
        lambda w: w.post(w.ben),
    ),
    "unmute": (lambda w, it: request(w.ann, "DELETE", f"mutes/{it}"), World.mute),
    "prepare a draft": (
        lambda w, _: consult(w.ann, f"rooms/{w.room}/posts/draft", {"persona_id": str(w.ada.persona_id)}),
        lambda w: w.conn.execute("DELETE FROM personas.quota_leases"),
    ),
    "finish a draft": (
        lambda w, it: consult(
            w.ann, f"rooms/{w.room}/posts/draft", {"persona_id": str(w.ada.persona_id)}, **finishing(it)
        ),
        lambda w: consult(w.ann, f"rooms/{w.room}/posts/draft", {"persona_id": str(w.ada.persona_id)}),
    ),
    "finish a preview": (
        lambda w, it: consult(w.ann, f"personas/{w.ada.persona_id}/preview?room_id={w.room}", **finishing(it)),
        lambda w: consult(w.ann, f"personas/{w.ada.persona_id}/preview?room_id={w.room}"),
    ),
}
LOOKS: dict[str, Callable[[World], object]] = {
    "own personas": lambda w: request(w.ann, "GET", "personas"),
    "a persona": lambda w: request(w.ann, "GET", f"personas/{w.ada.persona_id}"),
    "rooms": lambda w: request(w.ann, "GET", "rooms"),
    "a room's posts": lambda w: request(w.ann, "GET", f"rooms/{w.room}/posts"),
    "a thread": lambda w: request(w.ann, "GET", f"posts/{w.thread}/thread"),
    "follows": lambda w: request(w.ann, "GET", "follows"),
    "own profile": lambda w: request(w.ann, "GET", f"personas/{w.ada.persona_id}/profile"),
    "mutes": lambda w: request(w.ann, "GET", "mutes"),
    "reports": lambda w: request(w.root, "GET", "moderation/reports"),
}


def finishing(prepared: Any) -> dict[str, Any]:
    consulted = [
        {
            "operation": prompt["operation"],
            "effort": {"calls": 1, "seconds": 0.1, "provider": "offline"},
            "reply": {"text": prompt["offline"]},
        }
        for prompt in prepared["prompts"]
    ]
    return {"step": "finish", "me": prepared["me"], "state": prepared["state"], "consulted": consulted}


def test_every_action_takes_two_round_trips_and_every_look_one(wire: tuple[Connection, PostgresProxy]):
    conn, proxy = wire
    world = World(conn)
    request(world.ann, "GET", f"posts/{world.thread}/thread")
    conn.execute(
        """
        INSERT INTO personas.thread_summaries (post_id, basis, summary)
        SELECT %(post)s, '1:' || reply_id, 'Ben disagrees.' FROM personas.replies WHERE post_id = %(post)s
        """,
        {"post": world.thread},
    )
    taken: dict[str, list[int]] = {}
    for name, (action, before) in ACTIONS.items():
        for _ in range(TRIES):
            conn.execute("DELETE FROM personas.quota_usage")
            prepared = before(world)
            begun = proxy.round_trips()
            action(world, prepared)
            taken.setdefault(name, []).append(proxy.round_trips() - begun)
    for name, look in LOOKS.items():
        for _ in range(TRIES):
            begun = proxy.round_trips()
            look(world)
            taken.setdefault(name, []).append(proxy.round_trips() - begun)

    # The first times cost more, until statements are prepared.
    assert {name: min(trips) for name, trips in taken.items()} == {
        **dict.fromkeys(ACTIONS, 2),
        **dict.fromkeys(LOOKS, 1),
    }
