"""What a community does every day for a year leaves behind no more than what it did in the last months."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from random import Random

import pytest
from psycopg.sql import SQL, Identifier, Literal

from community.blasts.clock import explode_due
from community.deliveries.clock import deliver_due
from community.economy import service as economy
from community.engagement.rollup import roll_up as roll_up_engagement
from community.gambles import service as gambles
from community.gambles.clock import execute_due
from community.items.service import use_item
from community.jobs.daily_reset import reset_if_due as reset_daily_xp
from community.linking.queries import count_guess
from community.linking.rules import GUESS_WINDOW
from community.linking.service import start_link
from community.messages.service import handle_message
from community.players.models import PlayerRef
from community.progression.content import tree
from community.quests.clock import reset_due as reset_quests
from community.search.service import search_for_treasure
from community.stats.rollup import roll_up as roll_up_stats
from community.timeouts import service as timeouts
from community.voting import cycle
from functions.shared.clock_retention.app import DELETIONS, rotate_log
from kernel import idempotency
from kernel.database import Connection, Tx, transaction
from kernel.events import service as events
from kernel.idempotency import Answer, IdempotencyKey
from tests.support.factories import make_player, unlock

FIRST_DAY = datetime(2027, 1, 1, 18, tzinfo=UTC)
LEVEL_SINCE = 370
"""Days after which the longest retention, a year, has begun to delete."""
DAYS = 430
PLAYERS = [PlayerRef("twitch", f"{number}", f"viewer{number}") for number in range(8)]
BOXES = {"lootbox_tier0": 9000, "lootbox_tier1": 9000}
BOUNDED = {"engagement_days", "user_achievements"}
"""What may still grow: by a handful of rows a day however much is played, and by one row per player and achievement."""

Step = Callable[[Tx], object]


@pytest.mark.slow
def test_after_a_year_no_table_grows_any_more(conn: Connection):
    with transaction(conn, now=FIRST_DAY) as tx:
        unlock(tx, *(key for key in tree.nodes if key != "feature_filter_sellable"))
        for ref in PLAYERS:
            make_player(tx, str(ref.username), platform_id=ref.platform_id, money=500_000, items=BOXES)
    sizes: list[dict[str, int]] = []
    for day in range(DAYS):
        for now, step in steps_of_day(day):
            with transaction(conn, now=now, rng=Random(day)) as tx:
                step(tx)
        if day >= LEVEL_SINCE:
            sizes.append(rows_by_table(conn))

    middle = len(sizes) // 2
    early, late = largest(sizes[:middle]), largest(sizes[middle:])
    assert late["gambles"] > 80, "a gamble a day, kept for 90 days"
    assert late["stats_events"] > 1000
    growing = {table: (early[table], size) for table, size in late.items() if size > early[table] + 3}
    assert growing.keys() <= BOUNDED, growing


def steps_of_day(day: int) -> Iterator[tuple[datetime, Step]]:
    """What players, bots and clocks do on a day; each in a transaction of its own at its time."""
    evening = FIRST_DAY + timedelta(days=day)
    player = PLAYERS[day % len(PLAYERS)]
    key = IdempotencyKey("bot", "/api/v1/economy/buy", f"{day}")
    played: tuple[Step, ...] = (
        lambda tx: handle_message(tx, player, "hello"),
        lambda tx: search_for_treasure(tx, player),
        lambda tx: economy.buy_item(tx, player, "spade", 1),
        lambda tx: use_item(tx, player, "crate", 1),
        lambda tx: gambles.start_gamble(tx, player, [("lootbox", 1)]),
        lambda tx: start_link(tx, player),
        lambda tx: timeouts.apply_timeout(tx, PlayerRef("twitch", username="troll"), timedelta(seconds=60), "spam"),
        lambda tx: events.broadcast(tx, "note", {"day": day}),
        lambda tx: count_guess(tx, [("", f"203.0.113.{day % 250}")], GUESS_WINDOW),
        lambda tx: idempotency.store_answer(tx, key, Answer(200, "{}")),
    )
    clocks: tuple[Step, ...] = (
        execute_due,
        explode_due,
        deliver_due,
        reset_quests,
        reset_daily_xp,
        cycle.ensure_current,
        roll_up_stats,
        roll_up_engagement,
    )
    yield from ((evening, step) for step in played)
    yield from ((evening + timedelta(hours=1), step) for step in clocks)
    yield from ((evening + timedelta(hours=9), step) for step in (*DELETIONS.values(), rotate_log))


def rows_by_table(conn: Connection) -> dict[str, int]:
    """The number of rows of each table; those of the log's partitions count as the log's."""
    tables = conn.execute(
        """
        SELECT relname FROM pg_class
        WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p') AND NOT relispartition
        """
    ).fetchall()
    counts = SQL(" UNION ALL ").join(
        SQL("SELECT {} AS name, count(*) AS rows FROM {}").format(Literal(row["relname"]), Identifier(row["relname"]))
        for row in tables
    )
    return {row["name"]: row["rows"] for row in conn.execute(counts).fetchall()}


def largest(sizes: list[dict[str, int]]) -> dict[str, int]:
    return {table: max(each[table] for each in sizes) for table in sizes[0]}
