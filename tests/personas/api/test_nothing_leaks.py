"""Nothing private is in what others get: answers, events, log lines. Source: personas 11."""

from __future__ import annotations

import logging
import re
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import pytest

from doors import people as door
from doors.routes import Route
from functions.personas.battles.app import app as battles_app
from functions.personas.card.app import app as card_app
from functions.personas.feed.app import app as feed_app
from functions.personas.people.app import app as people_app
from functions.personas.posts.app import app as posts_app
from functions.personas.public.app import app as public_app
from kernel.database import Connection, transaction
from personas.battles import service as battles
from personas.battles.models import BattleDraft
from personas.happenings import service as happenings
from personas.notices import service as notices
from personas.outside_kinds import KINDS
from personas.profiles import service as profiles
from tests.support.api import Answer, CallApi
from tests.support.leaks import leaks_in, leaks_in_text
from tests.support.outside import run_due
from tests.support.people import Someone, make_someone
from tests.support.persona_rows import make_persona, make_post, make_template
from tests.support.personas import room_id

APPS = (battles_app, card_app, feed_app, people_app, posts_app, public_app)


@dataclass(frozen=True, slots=True)
class House:
    """What is in the house of the one whose secrets are looked for.

    Attributes:
        secrets: ids and texts that no one else may get.
    """

    owner: Someone
    reader: Someone
    persona: UUID
    post: UUID
    battle: UUID
    room: UUID
    secrets: tuple[str, ...]


@pytest.fixture
def house(environment: Connection) -> House:
    with transaction(environment) as tx:
        owner, reader = make_someone(tx, "Ownerina"), make_someone(tx, "Reader")
        room = room_id(tx)
        persona = make_persona(tx, owner.account_id, "Ada")
        make_persona(tx, owner.account_id, "Bea")
        profiles.publish(tx, owner.account_id, persona)
        template = make_template(tx, owner.account_id)
        post = make_post(tx, owner.account_id, room, persona)
        make_post(tx, owner.account_id, room, persona, content="A secret draft.", draft=True)
    with transaction(environment) as tx:
        draft = BattleDraft(topic="Should we ship weekly?", template_id=str(template))
        battle = battles.create(tx, owner.account_id, room, lambda: draft).battle.battle_id
    run_due(environment, KINDS)
    with transaction(environment) as tx:
        profiles.follow(tx, reader.account_id, "ada")
        happenings.record(tx, "battle_shared", owner.account_id, {}, post)
        happenings.record(tx, "battle_shared", reader.account_id, {}, battle)
        notices.notify(tx, reader.account_id, owner.account_id, "battle_remixed", battle, {"room": "ai"}, {})
        [row] = tx.execute("SELECT email FROM kernel.accounts WHERE account_id = %s", (owner.account_id,)).fetchall()
    secrets = (str(owner.account_id), str(owner.identity.session_id), row["email"], "Ownerina")
    return House(owner, reader, persona, post, battle, room, secrets)


PUBLIC = {
    "/api/personas/p/{slug}": ("GET", "/api/personas/p/ada"),
    "/api/personas/p/{slug}/posts": ("GET", "/api/personas/p/ada/posts"),
    "/api/personas/p/{slug}/follow": ("POST", "/api/personas/p/ada/follow"),
    "/api/personas/b/{battle_id}/meta": ("GET", "/api/personas/b/{battle}/meta"),
    "/api/personas/battles/{battle_id}/turns": ("GET", "/api/personas/battles/{battle}/turns"),
    "/api/personas/battles/{battle_id}/status": ("GET", "/api/personas/battles/{battle}/status"),
    "/api/personas/battles/{battle_id}/remix-intent": ("POST", "/api/personas/battles/{battle}/remix-intent"),
    "/api/personas/templates": ("GET", "/api/personas/templates"),
    "/api/personas/events": ("POST", "/api/personas/events"),
    "/api/personas/healthz": ("GET", "/api/personas/healthz"),
    "/api/personas/readyz": ("GET", "/api/personas/readyz"),
}
"""{public route: how to call it}; pictures of cards have nothing to read."""

SIGNED_IN = (
    "/api/personas/posts/{post}/thread",
    "/api/personas/posts/{battle}/thread",
    "/api/personas/b/{battle}",
    "/api/personas/rooms",
    "/api/personas/rooms/{room}/posts",
    "/api/personas/feed",
    "/api/personas/digest/weekly",
    "/api/personas/personas",
    "/api/personas/mutes",
    "/api/personas/personas/{persona}",
    "/api/personas/personas/{persona}/digest/today",
    "/api/personas/personas/{persona}/profile",
    "/api/personas/follows",
)
"""What others get who are signed in."""


def get(call: CallApi, house: House, method: str, path: str, **options: Any) -> Answer:
    names = {"post": house.post, "battle": house.battle, "room": house.room, "persona": house.persona}
    filled = re.sub(r"\{(\w+)\}", lambda match: str(names[match[1]]), path)
    return call(method, filled, **options)


def test_every_public_route_is_looked_at():
    routes = [route for app in APPS for route in app.router.routes if isinstance(route, Route)]
    public = {route.path for route in routes if door._DEMANDS.get(route.endpoint) is None}

    assert {path for path in public if not path.endswith("/card.png")} == {*PUBLIC}


def test_public_answers_and_events_have_nothing_private(call: CallApi, environment: Connection, house: House):
    for method, path in PUBLIC.values():
        answer = get(call, house, method, path)

        assert answer.status in (200, 202) or path.endswith(("/follow", "/events"))
        assert leaks_in(answer.json, house.secrets) == [], path

    with transaction(environment) as tx:
        rows = tx.execute("SELECT event_type, payload, metadata FROM events WHERE NOT private").fetchall()

    assert {row["event_type"] for row in rows} >= {"battle.created", "battle.turn", "battle.completed"}
    for row in rows:
        assert leaks_in(row["payload"], house.secrets) == [], row["event_type"]
        assert leaks_in(row["metadata"], house.secrets) == [], row["event_type"]


def test_others_who_are_signed_in_get_nothing_private(call: CallApi, house: House):
    for path in SIGNED_IN:
        answer = get(call, house, "GET", path, headers=house.reader.headers)

        assert answer.status in (200, 404), path
        assert leaks_in(answer.json, house.secrets) == [], path
    got = get(call, house, "GET", "/api/personas/posts/{battle}/thread", headers=house.reader.headers)
    assert got.json["post"]["id"] == str(house.battle)

    # An actor is named in one's own notifications only.
    answer = get(call, house, "GET", "/api/personas/notifications", headers=house.reader.headers)
    [notice] = answer.json["notifications"]
    assert notice.pop("actor_user_id") == str(house.owner.account_id)
    assert leaks_in(notice, house.secrets) == []


def test_log_lines_have_neither_texts_nor_tokens(call: CallApi, house: House, caplog: pytest.LogCaptureFixture):
    words = house.secrets[1:]  # a line names the account whose request it is
    with caplog.at_level(logging.DEBUG):
        for method, path in PUBLIC.values():
            get(call, house, method, path, headers=house.owner.headers)
        for path in SIGNED_IN:
            get(call, house, "GET", path, headers=house.owner.headers)

    assert len(caplog.records) >= len(PUBLIC) + len(SIGNED_IN)
    token = house.owner.headers["Authorization"].removeprefix("Bearer ")
    for record in caplog.records:
        line = {name: str(value) for name, value in vars(record).items()}
        assert leaks_in_text(" ".join(line.values()), [*words, token, "ship weekly"]) == []
