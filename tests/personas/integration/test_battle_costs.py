"""What battles cost the database: round trips, and plans with a million posts."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from typing import Any
from uuid import UUID, uuid4

import pytest

from kernel.database import Connection, Tx, connect, reading, transaction
from local.tools.postgres_proxy import PostgresProxy
from personas.battles import service as battles
from personas.battles import turns
from personas.battles.clock import DUE
from personas.battles.models import BattleDraft
from personas.posts import service as posts
from personas.showcase import service as showcase
from personas.templates import service as templates
from tests.support.battles import Script, begin, make_template
from tests.support.database_time import computed_milliseconds
from tests.support.people import make_account
from tests.support.personas import make_persona, room_id
from tests.support.round_trips import counted

Trips = Callable[..., int]

MOST_MILLISECONDS = 50
TRIES = 5


def costs(wire: PostgresProxy, conn: Connection) -> Trips:
    def trips(use_case: Callable[[Tx], object], *, acting: bool) -> int:
        before = wire.round_trips()
        with transaction(conn) if acting else reading(conn) as tx:
            use_case(tx)
        return wire.round_trips() - before

    return trips


def test_actions_take_two_round_trips_and_looks_one(conn: Connection, database_url: str):
    with transaction(conn) as tx:
        ann, ben = make_account(tx), make_account(tx)
        personas = [make_persona(tx, ann, name).persona_id for name in ("Ada", "Bob", "Cy")]
        room = room_id(tx)
        battle_id = begin(tx, ann).battle.battle_id
        row = tx.execute("SELECT * FROM kernel.outside_requests WHERE kind = 'personas.turn'").fetchone()
        assert row is not None
        names = ("request_id", "kind", "input", "dedupe_key", "account_id", "trace_id", "created_at")
        request = turns.Request(**{name: row[name] for name in names}, attempts=1, claim_id=uuid4(), claimed_at=tx.now)
        reply = Script()(turns.prepare(tx, request))
        token = battles.intend_remix(tx, ann, battle_id).token

    def create(tx: Tx, account_id: UUID = ann, **draft: Any) -> object:
        return battles.create(tx, account_id, room, lambda: BattleDraft(**draft))

    with counted(database_url) as (connection, wire):
        trips = costs(wire, connection)

        assert trips(lambda tx: create(tx, topic="Fine"), acting=True) == 2
        chosen: dict[str, Any] = {"pro_persona_id": str(personas[2]), "con_persona_id": str(personas[0])}
        assert trips(lambda tx: create(tx, topic="Fine", **chosen), acting=True) == 2
        assert trips(lambda tx: create(tx, ben, remix_token=token), acting=True) == 2
        assert trips(lambda tx: battles.intend_remix(tx, ben, battle_id), acting=True) == 2
        assert trips(lambda tx: battles.read_progress(tx, battle_id), acting=False) == 1
        assert trips(lambda tx: battles.read_public(tx, battle_id), acting=False) == 1
        assert trips(lambda tx: battles.view_public(tx, battle_id, ben), acting=False) == 1
        assert trips(lambda tx: make_template(tx, ann), acting=True) <= 2
        assert trips(templates.list_public, acting=False) == 1
        assert trips(lambda tx: templates.list_offered(tx, ann, uuid4()), acting=False) == 1
        assert trips(lambda tx: templates.list_mine(tx, ann), acting=False) == 1
        assert trips(lambda tx: turns.prepare(tx, request), acting=False) == 1
        assert trips(lambda tx: turns.finish(tx, request, reply), acting=True) == 2


@pytest.mark.slow
def test_a_million_posts_cost_no_time(conn: Connection, database_url: str, capsys: pytest.CaptureFixture[str]):
    with transaction(conn) as tx:
        ann = make_account(tx)
        make_persona(tx, ann)
        room, talkative = room_id(tx), room_id(tx, "game-dev")
        made = make_template(tx, ann).template_id
        token = battles.intend_remix(tx, ann, begin(tx, ann).battle.battle_id).token
    conn.execute("SET statement_timeout = '10min'")
    _fill(conn, ann, room, talkative, made)
    row = conn.execute("SELECT post_id FROM personas.battles ORDER BY post_id OFFSET 5000 LIMIT 1").fetchone()
    assert row is not None
    battle_id: UUID = row["post_id"]
    ben = conn.execute("SELECT account_id FROM kernel.accounts WHERE account_id <> %s LIMIT 1", (ann,)).fetchone()
    assert ben is not None

    looks: dict[str, Callable[[Tx], object]] = {
        "battle page": lambda tx: battles.view_public(tx, battle_id, ann),
        "status": lambda tx: battles.read_progress(tx, battle_id),
        "room": lambda tx: posts.list_in_room(tx, room, ben["account_id"]),
        "battles of a room": lambda tx: posts.list_in_room(tx, room, ben["account_id"], kind="BATTLE"),
        "few old battles of a room": lambda tx: posts.list_in_room(tx, talkative, ben["account_id"], kind="BATTLE"),
        "debates for strangers": lambda tx: showcase.ask_public(tx)(),
        "debates of a room for strangers": lambda tx: showcase.ask_public(tx, talkative)(),
        "templates": templates.list_public,
        "my templates": lambda tx: templates.list_mine(tx, ann),
        "offered templates": lambda tx: templates.list_offered(tx, ann, made),
        "new template": lambda tx: make_template(tx, ben["account_id"]),
        "remix intent": lambda tx: battles.intend_remix(tx, ben["account_id"], battle_id),
        "create": lambda tx: battles.create(tx, ann, room, lambda: BattleDraft(topic="Fine")),
        "remix": lambda tx: battles.create(tx, ben["account_id"], room, lambda: BattleDraft(remix_token=token)),
        "clock": lambda tx: tx.execute("SELECT " + DUE, (tx.now,)).fetchone(),
        "close": turns.close_overdue,
    }
    took: dict[str, float] = {}
    with closing(connect(database_url)) as connection:
        for name, look in looks.items():
            took[name] = _milliseconds(connection, look)
        plans = _plans(connection, battle_id)

    with capsys.disabled():
        print("\n    " + ", ".join(f"{name} {milliseconds:.1f} ms" for name, milliseconds in took.items()))
    assert {name: each for name, each in took.items() if each > MOST_MILLISECONDS} == {}
    assert "Seq Scan on posts" not in plans
    assert "Seq Scan on battles" not in plans
    assert "Seq Scan on battle_turns" not in plans
    assert "Seq Scan on replies" not in plans
    assert "Seq Scan on templates" not in plans


def _milliseconds(connection: Connection, look: Callable[[Tx], object]) -> float:
    """Return what a look takes the database at best. It changes nothing."""
    tries: list[float] = []
    for _ in range(TRIES):
        with transaction(connection) as tx:
            tx.execute("SAVEPOINT before")
            tx.execute("SELECT 1").fetchone()
            before = computed_milliseconds(connection)
            look(tx)
            tx.execute("SELECT 1").fetchone()
            tries.append(computed_milliseconds(connection) - before)
            tx.execute("ROLLBACK TO SAVEPOINT before")
    return min(tries)


def _plans(conn: Connection, battle_id: UUID) -> str:
    """The plans of the statements of a battle's page and status, and of what one of one's own can be made with."""
    told: list[str] = []

    class Explaining:
        now = None

        def execute(self, query: Any, params: Any = None) -> Any:
            rows = conn.execute("EXPLAIN " + query, params).fetchall()
            told.extend(row["QUERY PLAN"] for row in rows)

    tx: Any = Explaining()
    battles.queries.find_public(tx, battle_id)
    battles.queries.list_turns(tx, battle_id)
    battles.queries.list_public_replies(tx, battle_id, (None, None), 200)
    battles.queries.find_progress(tx, battle_id)
    templates.queries.list_offered(tx, uuid4(), uuid4(), 100)
    showcase.queries.list_newest(tx, None, 60, 10)
    return "\n".join(told)


def _fill(conn: Connection, account_id: UUID, room: UUID, talkative: UUID, template_id: UUID) -> None:
    """Write ten thousand personas, a million posts, and a hundred thousand battles with turns and replies.

    Args:
        room: gets most of it.
        talkative: gets five old battles, and ninety thousand newer posts that are none, all over the table.
    """
    conn.execute(
        """
        INSERT INTO kernel.accounts (account_id, email, password_hash)
        SELECT gen_random_uuid(), 'p' || n || '@example.org', '-' FROM generate_series(1, 1000) AS n
        """
    )
    conn.execute(
        """
        INSERT INTO personas.personas (persona_id, account_id, name)
        SELECT gen_random_uuid(), account_id, 'P' FROM kernel.accounts, generate_series(1, 10)
        """
    )
    conn.execute(
        """
        INSERT INTO personas.templates
            (template_id, account_id, name, prompt_rules, turn_count, word_limit, is_public, created_at)
        SELECT gen_random_uuid(), account_id, 'T', repeat('Be brief. ', 50), 6, 120, n <= 15, now() - n * interval '1 s'
        FROM kernel.accounts, generate_series(1, 150) AS n
        """
    )
    conn.execute(
        """
        INSERT INTO personas.posts
            (post_id, room_id, persona_id, account_id, kind, authored_by, status, content, template_id, published_at)
        SELECT gen_random_uuid(), %s, CASE WHEN is_battle THEN NULL ELSE persona_id END, account_id,
               CASE WHEN is_battle THEN 'BATTLE' ELSE 'POST' END, 'HUMAN', 'PUBLISHED', 'Should we ship weekly?',
               CASE WHEN is_battle THEN %s::uuid END, now() - n * interval '1 minute'
        FROM (
            SELECT p.persona_id, p.account_id, n, (n + get_byte(uuid_send(p.persona_id), 15)) %% 10 = 0 AS is_battle
            FROM personas.personas AS p, generate_series(1, 100) AS n
        ) AS written
        """,
        (room, template_id),
    )
    conn.execute(
        """
        INSERT INTO personas.posts
            (post_id, room_id, persona_id, account_id, kind, authored_by, status, content, template_id, published_at)
        SELECT gen_random_uuid(), %s, CASE WHEN n <= 90000 THEN persona_id END, account_id,
               CASE WHEN n <= 90000 THEN 'POST' ELSE 'BATTLE' END, 'HUMAN', 'PUBLISHED', 'Should we ship weekly?',
               CASE WHEN n > 90000 THEN %s::uuid END, now() - n * interval '1 second'
        FROM (
            SELECT p.persona_id, p.account_id, row_number() OVER () AS n
            FROM personas.personas AS p, generate_series(1, 10) LIMIT 90005
        ) AS written
        ORDER BY md5(n::text)
        """,
        (talkative, template_id),
    )
    conn.execute(
        """
        INSERT INTO personas.battles (post_id, topic, pro_style, con_style, pro_name, con_name, template_name,
            prompt_rules, turn_count, word_limit, status, next_turn, deadline_at)
        SELECT post_id, content, 'bold', 'calm', 'Ada', 'Bob', 'T', 'r', 6, 120, 'COMPLETED', 7, now()
        FROM personas.posts WHERE kind = 'BATTLE' AND account_id <> %s
        """,
        (account_id,),
    )
    conn.execute(
        """
        INSERT INTO personas.battle_turns
            (post_id, turn_index, side, speaker_name, phase, content, word_count)
        SELECT post_id, n, 'PRO', 'Ada', 'OPENING', repeat('word ', 100), 100
        FROM personas.battles, generate_series(1, 6) AS n
        """
    )
    conn.execute(
        """
        INSERT INTO personas.replies (reply_id, post_id, authored_by, content)
        SELECT gen_random_uuid(), post_id, 'AI', 'Fine.' FROM personas.battles, generate_series(1, 2)
        """
    )
    conn.execute("ANALYZE")
