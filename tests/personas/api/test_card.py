"""The share card over HTTP: its bytes, its name, and what it costs. Source: personas 10."""

from __future__ import annotations

from base64 import b64decode
from collections.abc import Iterator
from datetime import timedelta
from typing import Literal
from uuid import UUID, uuid4

import pytest

from functions.personas.card import app
from kernel import connections
from kernel.counters import service as counters
from kernel.database import Connection, Tx, transaction
from tests.support.api import Answer, proxy_event
from tests.support.people import make_account
from tests.support.personas import make_persona, make_post
from tests.support.round_trips import counted


@pytest.fixture(autouse=True)
def _nothing_is_remembered() -> Iterator[None]:
    app.memory.clear()
    yield
    app.memory.clear()


def ask(battle_id: UUID | str, method: str = "GET", *, path: str = "/b/{}/card.png", **headers: str) -> Answer:
    sent = {name.replace("_", "-"): value for name, value in headers.items()}
    given = app.handler(proxy_event(method, path.format(battle_id), headers=sent, role=None), None)
    return Answer(given["statusCode"], given["headers"], given["body"])


def bytes_of(answer: Answer) -> bytes:
    return b64decode(answer.text, validate=True)


def post(tx: Tx, status: Literal["DRAFT", "PUBLISHED"] = "PUBLISHED") -> UUID:
    """Store a post."""
    return make_post(tx, make_persona(tx, make_account(tx)), status=status).post_id


def battle(tx: Tx) -> UUID:
    """Store a post with a battle in it."""
    post_id = post(tx)
    tx.execute("UPDATE personas.posts SET kind = 'BATTLE' WHERE post_id = %s", (post_id,))
    tx.execute(
        """
        INSERT INTO personas.battles (post_id, topic, pro_style, con_style, pro_name, con_name, template_name,
            prompt_rules, turn_count, word_limit, deadline_at, created_at, updated_at)
        VALUES (%s, 'Should we ship weekly?', 'bold', 'calm', 'Ada', 'Bob', 'Six', 'Be kind.', 6, 120, %s, %s, %s)
        """,
        (post_id, tx.now, tx.now, tx.now),
    )
    return post_id


def reply(tx: Tx, post_id: UUID, *, later: timedelta = timedelta(0)) -> UUID:
    reply_id = uuid4()
    tx.execute(
        """
        INSERT INTO personas.replies (reply_id, post_id, authored_by, content, created_at, updated_at)
        VALUES (%s, %s, 'AI', 'Yes.', %s, %s)
        """,
        (reply_id, post_id, tx.now + later, tx.now + later),
    )
    return reply_id


def turn(tx: Tx, post_id: UUID) -> None:
    tx.execute(
        """
        INSERT INTO personas.battle_turns (post_id, turn_index, side, speaker_name, phase, content, word_count,
            created_at)
        VALUES (%s, 1, 'PRO', 'Ada', 'OPENING', 'Yes.', 1, %s)
        """,
        (post_id, tx.now),
    )


def test_a_card_is_a_png_with_a_name(environment: Connection):
    with transaction(environment) as tx:
        battle_id = battle(tx)

    first, second = ask(battle_id), ask(battle_id, path="/api/personas/b/{}/card.png")

    assert (first.status, first.headers["content-type"]) == (200, "image/png")
    assert first.headers["cache-control"] == "public, max-age=300"
    assert first.headers["etag"].startswith(f'"battle-card-{battle_id}-')
    assert bytes_of(first)[:8] == b"\x89PNG\r\n\x1a\n"
    assert (second.headers["etag"], second.text) == (first.headers["etag"], first.text)


def test_whoever_has_it_gets_nothing_but_its_name(environment: Connection):
    with transaction(environment) as tx:
        battle_id = battle(tx)
    first = ask(battle_id)

    for known in (first.headers["etag"], f'"other", W/{first.headers["etag"]}', "*"):
        again = ask(battle_id, if_none_match=known)
        assert (again.status, again.text) == (304, "")
        assert [again.headers[name] for name in ("etag", "cache-control")] == [
            first.headers[name] for name in ("etag", "cache-control")
        ]
    assert ask(battle_id, if_none_match='"other"').status == 200


def test_head_has_the_headers_and_no_body(environment: Connection):
    with transaction(environment) as tx:
        battle_id = battle(tx)
    got, head = ask(battle_id), ask(battle_id, "HEAD")

    assert (head.status, head.text) == (200, "")
    assert {name: head.headers[name] for name in ("content-type", "etag", "cache-control")} == {
        name: got.headers[name] for name in ("content-type", "etag", "cache-control")
    }


def test_any_change_on_it_gives_it_another_name(environment: Connection):
    with transaction(environment) as tx:
        battle_id = battle(tx)
    names = [ask(battle_id).headers["etag"]]

    def note() -> None:
        names.append(ask(battle_id).headers["etag"])

    with transaction(environment) as tx:
        first = reply(tx, battle_id)
    note()
    with transaction(environment) as tx:
        reply(tx, battle_id, later=timedelta(seconds=9))
    note()
    with transaction(environment) as tx:
        turn(tx, battle_id)
    note()
    for change in (
        "UPDATE personas.battles SET updated_at = now() + interval '1 minute' WHERE post_id = %(battle)s",
        "UPDATE personas.replies SET hidden_at = now() + interval '2 minutes' WHERE reply_id = %(reply)s",
        "UPDATE personas.posts SET updated_at = now() + interval '3 minutes' WHERE post_id = %(battle)s",
        "DELETE FROM personas.replies WHERE reply_id <> %(reply)s",
    ):
        environment.execute(change, {"battle": battle_id, "reply": first})
        note()

    assert len(set(names)) == len(names) == 8


def test_a_card_that_is_remembered_costs_one_round_trip(database_url: str, monkeypatch: pytest.MonkeyPatch):
    with counted(database_url) as (conn, wire):
        monkeypatch.setattr(connections._environment, "connection", conn, raising=False)
        with transaction(conn) as tx:
            battle_id = battle(tx)
        for _ in range(3):
            ask(battle_id)
        before = wire.round_trips()

        ask(battle_id)

        assert wire.round_trips() - before == 1


def test_it_is_counted_how_often_a_card_was_remembered(environment: Connection):
    with transaction(environment) as tx:
        first, second = battle(tx), battle(tx)
    for battle_id in (first, first, first, second):
        ask(battle_id)

    with transaction(environment) as tx:
        counted_ones = {label: total for metric, label, total in counters.read(tx) if metric == "card_cache_total"}
    assert counted_ones == {"hit": 2, "miss": 2}


def test_a_post_has_a_card_too(environment: Connection):
    with transaction(environment) as tx:
        post_id = post(tx)

    assert ask(post_id).status == 200


def test_drafts_and_what_was_taken_down_have_none(environment: Connection):
    with transaction(environment) as tx:
        draft, hidden = post(tx, "DRAFT"), post(tx)
    environment.execute("UPDATE personas.posts SET hidden_at = now() WHERE post_id = %s", (hidden,))

    for nothing in (draft, hidden, uuid4()):
        answer = ask(nothing)
        assert (answer.status, answer.json["code"], answer.headers["cache-control"]) == (404, "not_found", "no-store")
    assert (ask("17").status, ask("17").json["code"]) == (400, "invalid_id")


def test_an_address_gets_120_a_minute(environment: Connection):
    with transaction(environment) as tx:
        battle_id = battle(tx)

    assert [ask(battle_id).status for _ in range(121)] == [200] * 120 + [429]
    assert int(ask(battle_id).headers["retry-after"]) <= 60
