"""The database of the benchmark: migrated, everything unlocked, and players with plenty of items."""

from __future__ import annotations

import secrets
from contextlib import closing

import psycopg
from psycopg.types.json import Jsonb

from community.catalog.content import items
from community.inventory.models import Inventory
from community.linking import registration
from community.preparation import prepare
from community.voting import controls, cycle
from kernel.database import connect, transaction
from kernel.keys import service as keys
from kernel.migrations import migrate
from local.bench.actions import bench_player
from local.bench.image import ROOT
from local.bench.requests import KEY
from local.stack.postgres import Postgres

CLIENTS = 8
OWN = 10  # players of each client
SHARED = 20  # players that all clients play
PLAYERS = CLIENTS * OWN + SHARED
STACK = 500_000  # half of what fits: enough to take from, and room to add to
ITEMS_HELD = 12
LEFT_TO_UNLOCK = (
    "upgrade_crafting_1",
    "upgrade_gamble_win_bonus",
    "feature_filter_consumable",
    "feature_filter_sellable",
    "feature_filter_upgrade",
    "item_cannon",
    "item_keg",
    "item_lootbox3",
    "item_mirror",
)
"""What the community works towards and votes on: none of it affects the measured actions, and it is more than their
points can unlock."""


def players_of(client: int) -> list[int]:
    return list(range(client * OWN, (client + 1) * OWN))


def shared_players() -> list[int]:
    return list(range(CLIENTS * OWN, PLAYERS))


def build(postgres: Postgres) -> str:
    """Create the database; returns its URL."""
    url = postgres.create_database(f"bench_{secrets.token_hex(4)}")
    migrate(url, ROOT / "migrations")
    with closing(connect(url)) as conn:
        with transaction(conn) as tx:
            prepare(tx)
            keys.store(tx, keys.digest(KEY), KEY, "admin")
        with transaction(conn) as tx:
            controls.unlock_all_nodes(tx)
        for node_key in LEFT_TO_UNLOCK:
            with transaction(conn) as tx:
                controls.relock_node(tx, node_key)
        with transaction(conn) as tx:
            cycle.ensure_current(tx)
            # Out of reach: an unlock would change prices and experience in the middle of a measurement.
            tx.execute("UPDATE unlock_progress SET starts_at_points = %s WHERE unlocked_at IS NULL", (10**15,))
        for number in range(PLAYERS):
            with transaction(conn) as tx:
                registration.register(tx, bench_player(number), bench_player(number))
    refill(url)
    with psycopg.connect(url, autocommit=True) as conn:
        conn.execute("VACUUM ANALYZE")
    return url


def refill(url: str) -> None:
    """Reset the players: plenty of every item, and an experienced merchant, so that sales no longer change the level.

    The inboxes are emptied, as a roll-up does every minute.
    """
    inventory = Inventory()
    for item in list(items.by_name.values())[:ITEMS_HELD]:
        inventory = inventory.give(item.item_id, STACK)
    with psycopg.connect(url) as conn:
        conn.execute("UPDATE user_inventory SET inventory_data = %s", [Jsonb(inventory.as_json())])
        conn.execute(
            """
            INSERT INTO user_jobs (user_id, job_key, xp, level, daily_xp, daily_xp_on)
            SELECT user_id, 'merchant', 1000000, 100, 0, CURRENT_DATE FROM user_inventory
            ON CONFLICT (user_id, job_key) DO UPDATE SET xp = excluded.xp
            """
        )
        conn.execute("TRUNCATE stats_inbox, engagement_inbox")
