"""A clock that was ahead for a while, and is right again, leaves nothing that lasts longer than its rule."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID, uuid4

import pytest

from community.catalog.content import items
from community.cooldowns.models import OnCooldown
from community.deliveries import rules as deliveries
from community.deliveries.models import Delivery
from community.gambles import service as gambles
from community.inventory.models import Quality, Slot
from community.jobs.awards import award_xp
from community.jobs.rules import DAILY_CAP
from community.linking import queries as linking
from community.linking.rules import GUESS_WINDOW, GUESSES_PER_ACCOUNT
from community.linking.service import link_status, start_link
from community.messages.service import handle_message
from community.players import service as players
from community.players.models import PlayerRef
from community.search.service import search_for_treasure
from community.stats import reports, streaks
from community.stats.models import Streak
from community.stored_times import TIMES
from community.timeouts import service as timeouts
from community.voting import cycle
from functions.shared.clock.app import CHORES, QUESTION
from kernel import idempotency, stored_times
from kernel.database import Tx
from kernel.events import queries as events
from kernel.idempotency import Answer, IdempotencyKey
from kernel.keys import service as keys
from kernel.realtime import presence, tickets
from tests.support.factories import hold_target, holdings, make_player, stored, unlock

ALICE = PlayerRef("twitch", "a-1", "alice")
BOB = PlayerRef("twitch", "b-2", "bob")
NAME = PlayerRef("twitch", username="not here yet")
BOX, SPADE = "lootbox_tier1", "item_spade"
GUESSER = ("twitch", "guesser")
ANSWERED = IdempotencyKey("bot", "/api/v1/economy/buy", "once", b"hash")
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)

HISTORY = {
    "api_keys.created_at",
    "ballots.cast_at",
    "config_sync_metadata.synced_at",
    "consumed_events.consumed_at",
    "events.created_at",
    "events.published_at",
    "failed_keys.window_start",
    "excluded_accounts.added_at",
    "followed_hero.chosen_at",
    "forgotten_accounts.forgotten_at",
    "gamble_participants.joined_at",
    "gambles.executed_at",
    "import_batches.imported_at",
    "import_batches.undone_at",
    "import_entries.credited_at",
    "job_xp_events.earned_at",
    "progression_nodes.created_at",
    "progression_resets.reset_at",
    "progression_unlocks.unlocked_at",
    "quest_progress.claimed_at",
    "quest_progress.completed_at",
    "quest_progress.started_at",
    "schema_migrations.applied_at",
    "signing_keys.created_at",
    "traps.placed_at",
    "traps.triggered_at",
    "unlock_progress.started_at",
    "unlock_progress.unlocked_at",
    "user_achievements.unlocked_at",
    "user_inventory.updated_at",
    "user_platform_links.roles_at",
    "user_platform_links.seen_at",
    "user_unlocked_recipes.unlocked_at",
    "users.updated_at",
    "voting_options.last_highest_vote_at",
    "voting_sessions.ended_at",
    "voting_weights.created_at",
    "world_documents.updated_at",
}
"""When something happened. No one waits for it, and it is kept as it was believed."""
READ_WITH_CARE = {
    "engagement_days.day",
    "engagement_inbox.recorded_at",
    "engagement_past_until.day",
    "hero_feats.day",
    "relay_lease.awake_until",
    "relay_lease.wanted_at",
    "player_accounts.linked_at",
    "searches.searched_at",
    "stats_events.happened_at",
    "stats_inbox.happened_at",
    "stats_windows.counted_since",
    "user_jobs.daily_xp_on",
    "user_streaks.last_on",
    "user_streaks.repaired_on",
    "users.created_at",
    "voting_weights.expires_at",
    "world.measured_on",
    "world.measured_since",
    "user_platform_links.linked_at",
}
"""The readers do the right thing with a time in the future; a weight's end is the administrator's own."""


def test_every_time_in_the_schema_is_repaired_or_harmless(tx: Tx):
    found = tx.execute(
        """
        SELECT table_name || '.' || column_name AS name
        FROM information_schema.columns JOIN information_schema.tables USING (table_schema, table_name)
        WHERE table_schema = 'public' AND table_type = 'BASE TABLE' AND table_name !~ '^events_'
          AND data_type IN ('date', 'timestamp with time zone', 'timestamp without time zone')
        """
    ).fetchall()

    repaired = {f"{each.table}.{column}" for each in TIMES for column in (each.column, *each.moved)}
    assert {row["name"] for row in found} == repaired | HISTORY | READ_WITH_CARE
    assert not repaired & (HISTORY | READ_WITH_CARE)


def run_clock(tx: Tx) -> set[str]:
    """Do every chore that is due; return their names."""
    row = tx.execute(QUESTION, [tx.now] * QUESTION.count("%s")).fetchone()
    assert row is not None
    due = [name for name, is_due in zip(CHORES, row["due"], strict=True) if is_due]
    for name in due:
        CHORES[name].work(tx)
    return set(due)


def set_up(tx: Tx) -> None:
    hold_target(tx)
    unlock(tx, "feature_search", "feature_gamble", "job_merchant", "job_explorer")
    make_player(tx, "alice", platform_id="a-1", items={BOX: 10})
    make_player(tx, "bob", platform_id="b-2", items={BOX: 10})


def play(tx: Tx) -> UUID:
    """Do everything that someone has to wait for; return the gamble."""
    handle_message(tx, ALICE, "hello")
    search_for_treasure(tx, ALICE)
    award_xp(tx, ALICE, "merchant", DAILY_CAP, "test")
    timeouts.apply_timeout(tx, BOB, 5 * MINUTE)
    timeouts.apply_timeout(tx, NAME, 5 * MINUTE)
    gamble = gambles.start_gamble(tx, ALICE, [(BOX, 2)], join_seconds=120)
    spades = (Slot(items.by_name[SPADE].item_id, 2, Quality.COMMON),)
    alice = players.load(tx, ALICE)
    players.save(tx, deliveries.send(alice, Delivery(uuid4(), "a test", spades, tx.now, tx.now + 10 * MINUTE)))
    tx.execute(
        "INSERT INTO armed_blasts VALUES ('twitch', %s, %s, %s, 60, 2, %s)",
        (uuid4(), alice.id, items.by_name[SPADE].item_id, tx.now),
    )
    start_link(tx, ALICE)
    linking.upsert_unlink_request(tx, ALICE, BOB, tx.now + MINUTE)
    cycle.ensure_current(tx)
    idempotency.store_answer(tx, ANSWERED, Answer(200, "{}"))
    for _ in range(GUESSES_PER_ACCOUNT):
        linking.count_guess(tx, [GUESSER], GUESS_WINDOW)
    keys.create(tx, "overlay", "viewer")
    keys.create(tx, "overlay", "viewer", HOUR)
    tickets.rotate_key(tx)
    presence.renew(tx, [uuid4()])
    return gamble.gamble_id


@pytest.mark.parametrize("jump", [DAY, 365 * DAY])
def test_after_a_jump_nothing_lasts_longer_than_its_rule(tx: Tx, jump: timedelta):
    now = right_time(tx)
    tx.now = now - HOUR
    set_up(tx)
    search_for_treasure(tx, ALICE)
    run_clock(tx)
    streak_before = streaks.days_at(stored(tx, ALICE)[Streak], now)

    tx.now = now + jump
    gamble_id = play(tx)
    events.set_awake(tx)
    tx.execute("UPDATE relay_lease SET awake_until = awake_until + %s, wanted_at = awake_until + %s", (jump, jump))
    run_clock(tx)

    tx.now = now
    assert timeouts.read_timeout(tx, BOB).remaining <= 5.2 * MINUTE  # even before the clock has looked
    timeouts.apply_timeout(tx, BOB, MINUTE)
    assert {"wrong times", "windows ahead"} <= run_clock(tx)
    assert not {"wrong times", "windows ahead", "daily reset", "quests"} & run_clock(tx)
    for ref, longest in ((BOB, 6.2 * MINUTE), (NAME, 5 * MINUTE)):
        assert timedelta(0) < timeouts.read_timeout(tx, ref).remaining <= longest
    with pytest.raises(OnCooldown):
        search_for_treasure(tx, ALICE)
    assert award_xp(tx, ALICE, "merchant", 10, "test").award.gained >= 10
    assert streaks.days_at(stored(tx, ALICE)[Streak], now) == streak_before
    assert events.claim_waking(tx).fetchone() is not None
    assert reports.user_stats(tx, ALICE, "daily").counts["search"] == 2
    link = link_status(tx, ALICE).token
    assert link is not None
    assert link.expires_at <= now + 10 * MINUTE
    assert longest_left(tx, "unlink_requests", "expires_at") <= MINUTE
    assert longest_left(tx, "voting_sessions", "voting_deadline") <= DAY

    tx.now = now + 2 * MINUTE
    assert "gambles" in run_clock(tx)
    assert gambles.read_gamble(tx, gamble_id).state == "Refunded"
    make_player(tx, "carol", platform_id="c-3")
    handle_message(tx, PlayerRef("twitch", "c-3", "carol"), "hello")
    assert presence.count_listeners(tx) == 0

    tx.now = now + 10 * MINUTE
    assert "blasts" in run_clock(tx)
    assert holdings(tx, ALICE)[SPADE] == 2
    counted = linking.count_guess(tx, [GUESSER], GUESS_WINDOW).fetchone()
    assert counted is not None
    assert counted["guesses"] == 1
    for ref in (BOB, NAME):
        assert timeouts.read_timeout(tx, ref).remaining == timedelta(0)

    tx.now = now + 30 * MINUTE
    search_for_treasure(tx, ALICE)

    tx.now = now + DAY
    assert idempotency.find_answer(tx, ANSWERED).fetchone() is None
    assert len(tickets.find_keys(tx)) == 1


def right_time(tx: Tx) -> datetime:
    """The database's, which is the later of the two clocks."""
    row = tx.execute("SELECT now()").fetchone()
    assert row is not None
    return row["now"]


def longest_left(tx: Tx, table: str, column: str) -> timedelta:
    row = tx.execute(f"SELECT max({column}) - %s AS left FROM {table}", (tx.now,)).fetchone()  # pyright: ignore
    assert row is not None
    return row["left"]


def test_a_clock_that_is_a_little_ahead_changes_nothing(tx: Tx):
    now = right_time(tx)
    tx.now = now + timedelta(seconds=5)
    set_up(tx)
    play(tx)

    tx.now = now
    assert stored_times.repair(tx, TIMES) == 0
