"""What is in a database already survives the way to the current schema."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from uuid import uuid4

import pytest
from psycopg.types.json import Jsonb

from community.catalog.content import items
from community.preparation import prepare
from community.voting import cycle
from kernel.database import connect, transaction
from kernel.migrations import migrate
from local.stack.postgres import Postgres
from tests.support.migrations import MIGRATIONS

SPADE = items.by_name["item_spade"]


@pytest.fixture
def ground_floor(postgres: Postgres, tmp_path: Path) -> Iterator[str]:
    """A database as the first migration left it."""
    shutil.copy(MIGRATIONS / "0001_ground_floor.sql", tmp_path)
    name = f"test_{uuid4().hex}"
    url = postgres.create_database(name)
    migrate(url, tmp_path)
    yield url
    postgres.drop_database(name)


def test_inventories_are_added_up_and_the_community_has_something_to_do(ground_floor: str):
    slots = [
        {"item_id": items.money.item_id, "quantity": 70, "quality": "COMMON"},
        {"item_id": SPADE.item_id, "quantity": 5, "quality": "COMMON"},
        {"item_id": SPADE.item_id, "quantity": 2, "quality": "RARE"},
    ]
    with closing(connect(ground_floor)) as conn:
        for item in (items.money, SPADE):
            conn.execute(
                "INSERT INTO items (item_id, internal_name, public_name, base_value, definition)"
                " VALUES (%s, %s, %s, %s, '{}')",
                (item.item_id, item.internal_name, item.public_name, item.base_value),
            )
        conn.execute("INSERT INTO users (user_id, username) VALUES (%s, 'alice'), (%s, 'bob')", (uuid4(), uuid4()))
        conn.execute(
            "INSERT INTO user_inventory (user_id, inventory_data)"
            " SELECT user_id, %s FROM users WHERE username = 'alice'",
            (Jsonb({"slots": slots}),),
        )
        conn.execute("INSERT INTO user_inventory (user_id) SELECT user_id FROM users WHERE username = 'bob'")

        assert "0002_community.sql" in migrate(ground_floor, MIGRATIONS)
        with transaction(conn) as tx:
            prepare(tx)

        rows = conn.execute("SELECT money, items FROM user_inventory JOIN users USING (user_id) ORDER BY username")
        assert rows.fetchall() == [{"money": 70, "items": 7}, {"money": 0, "items": 0}]
        with transaction(conn) as tx:
            community = cycle.read_voting_state(tx)
        assert community.voting_round is not None
        assert community.progress is not None
        assert community.progress.node_key is not None


def test_events_that_no_listener_was_shown_are_private(ground_floor: str):
    types = ["discord.sync_requested", "events.replay_requested", "item.sold"]
    with closing(connect(ground_floor)) as conn:
        for number, event_type in enumerate(types):
            conn.execute("SELECT ensure_events_partition((now() + make_interval(days => %s))::date)", (2 * number,))
            conn.execute(
                "INSERT INTO events (event_id, event_type, payload, created_at)"
                " VALUES (gen_random_uuid(), %s, '{}', now() + make_interval(days => %s))",
                (event_type, number),
            )
        migrate(ground_floor, MIGRATIONS)

        rows = conn.execute("SELECT event_type, private FROM events ORDER BY event_type").fetchall()
        conn.execute("SELECT ensure_events_partition((now() + make_interval(days => 1))::date)")

        assert [row["event_type"] for row in rows] == types
        assert [row["private"] for row in rows] == [True, True, False]
        assert conn.execute("SELECT event_type, private FROM events ORDER BY event_type").fetchall() == rows
