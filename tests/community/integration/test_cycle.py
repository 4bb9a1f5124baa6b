"""The cycle on a real database: what is decided is what is stored."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import LiteralString

import pytest
from msgspec.structs import replace

from community.contributions import service as contributions
from community.messages.service import handle_message
from community.players.models import PlayerRef
from community.progression import service as progression
from community.progression.content import tree
from community.voting import clock as voting_clock
from community.voting import controls, cycle
from community.voting.ballots import cast_ballot
from community.voting.models import VotingState
from community.voting.settings import settings
from functions.shared.clock.app import handler as clock
from kernel import connections as database
from kernel.database import Connection, Tx, transaction
from tests.support.factories import announced, unlock

ALICE = PlayerRef("twitch", "1", "alice")
ON_THE_HALF_HOUR = datetime(2026, 3, 1, 20, 30, tzinfo=UTC)


def needed(now: VotingState) -> int:
    """Points the target still lacks."""
    assert now.progress is not None
    assert now.progress.node_key is not None
    return tree.nodes[now.progress.node_key].cost - now.accumulated


def give(tx: Tx, points: int) -> None:
    contributions.add(tx, progression.current_state(tx), [points])


def types(tx: Tx) -> list[str]:
    rows = tx.execute("SELECT event_type FROM events WHERE event_type LIKE 'progression.%' ORDER BY position")
    return [row["event_type"].removeprefix("progression.") for row in rows.fetchall()]


def rows(tx: Tx, table: LiteralString) -> int:
    row = tx.execute("SELECT count(*) AS n FROM " + table).fetchone()
    assert row is not None
    return row["n"]


def is_due(tx: Tx) -> bool:
    """Whether the clock finds something to do."""
    row = tx.execute("SELECT " + voting_clock.DUE + " AS due", (tx.now,)).fetchone()
    assert row is not None
    return row["due"]


# ---------------------------------------------------------------- what is stored


def test_a_fresh_community_has_a_target_and_a_vote(tx: Tx):
    now = cycle.read_voting_state(tx)

    assert now.progress is not None
    assert now.progress.node_key is not None
    assert now.voting_round is not None
    assert len(now.voting_round.options) == 4
    assert (now.points, now.latest) == (0, None)


def test_what_a_turn_decides_is_what_is_read_afterwards(tx: Tx):
    for ref in range(3):
        cast_ballot(tx, PlayerRef("twitch", f"{ref}", f"voter{ref}"), 2)
    give(tx, 900)

    transition = cycle.ensure_current(tx)

    assert len(transition.unlocked) > 1
    assert cycle.read_voting_state(tx) == transition.voting
    assert progression.current_state(tx).levels == transition.voting.levels


def test_every_control_stores_what_it_decides(tx: Tx):
    give(tx, 30)
    controls.freeze_voting(tx)
    frozen = cycle.read_voting_state(tx)
    assert frozen.voting_round is not None
    assert (frozen.voting_round.status, frozen.accumulated) == ("frozen", 30)

    assert controls.start_voting(tx) == "resumed"
    winner = controls.force_end_voting(tx)
    ended = cycle.read_voting_state(tx)
    assert ended.voting_round is None
    assert ended.latest is not None
    assert ended.latest.winner == winner

    assert controls.start_voting(tx) == "opened"
    started = cycle.read_voting_state(tx)
    assert started.voting_round is not None
    assert started.voting_round.session_id == frozen.voting_round.session_id + 1

    unlocked = controls.instant_unlock(tx, started.voting_round.options[0].node_key)
    after = cycle.read_voting_state(tx)
    assert (unlocked.unlocked_by, unlocked.engagement_score) == ("instant_override", 30)
    assert (after.accumulated, after.points) == (0, 30)
    assert after.progress is not None
    assert ended.progress is not None
    assert after.progress.node_key == ended.progress.node_key


def test_an_unlock_by_points_is_stored_with_its_score(tx: Tx):
    before = cycle.read_voting_state(tx)
    give(tx, needed(before) + 7)

    (new,) = cycle.ensure_current(tx).unlocked

    unlocked = progression.read_unlock(tx, new.node.key, new.level)
    assert (unlocked.unlocked_by, unlocked.engagement_score) == ("vote", new.node.cost + 7)
    assert unlocked.unlocked_at == tx.now
    row = tx.execute("SELECT unlocked_at, starts_at_points FROM unlock_progress ORDER BY progress_id").fetchall()
    assert [each["unlocked_at"] for each in row] == [tx.now, None]
    assert row[1]["starts_at_points"] == new.node.cost


def test_relocking_the_target_empties_the_progress_and_the_next_look_aims_again(tx: Tx):
    now = cycle.read_voting_state(tx)
    assert now.progress is not None
    assert now.progress.node_key is not None
    give(tx, 20)

    controls.relock_node(tx, now.progress.node_key)

    dropped = cycle.read_voting_state(tx)
    assert dropped.progress is not None
    assert (dropped.progress.node_key, dropped.accumulated, dropped.points) == (None, 0, 20)
    cycle.ensure_current(tx)
    again = cycle.read_voting_state(tx)
    assert again.progress is not None
    assert again.progress.node_key is not None
    assert again.voting_round is not None


def test_a_gift_counts_half_as_much_again_with_the_boost(tx: Tx, monkeypatch: pytest.MonkeyPatch):
    boosted = progression.current_state(tx)
    monkeypatch.setattr(type(boosted), "has", lambda state, key: key == contributions.BOOST)

    assert contributions.contribute(tx, 5) == 7

    assert announced(tx, "progression.contribution_added") == [{"amount": 5, "points": 7}]
    assert cycle.read_voting_state(tx).points == 7


def test_the_rollover_cap_is_a_setting(tx: Tx, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(cycle, "settings", replace(settings, rollover_cap=5))
    give(tx, needed(cycle.read_voting_state(tx)) + 40)

    cycle.ensure_current(tx)

    assert cycle.read_voting_state(tx).accumulated == 5


# ---------------------------------------------------------------- who turns it


def test_the_contribution_that_reaches_the_target_unlocks_it(conn: Connection):
    with transaction(conn) as tx:
        before = cycle.read_voting_state(tx)
        give(tx, needed(before) - 1)
    with transaction(conn) as tx:
        assert cycle.read_voting_state(tx).levels == before.levels
        handle_message(tx, ALICE, "hello")

    with transaction(conn) as tx:
        now = cycle.read_voting_state(tx)
        assert before.progress is not None
        assert now.levels == {**before.levels, before.progress.node_key: before.progress.target_level}
        assert now.accumulated == 0
        assert types(tx)[-4:] == ["node_unlocked", "cycle.completed", "target.set", "voting_started"]


@pytest.fixture
def environment(conn: Connection, monkeypatch: pytest.MonkeyPatch) -> Connection:
    monkeypatch.setattr(database._environment, "connection", conn, raising=False)
    return conn


def test_the_clock_makes_a_lost_trigger_good_and_finds_nothing_the_second_time(environment: Connection):
    with transaction(environment) as tx:
        before = cycle.read_voting_state(tx)
        tx.execute("INSERT INTO contribution_shards (shard, points) VALUES (99, %s)", (needed(before),))

    first, second = clock({}, None), clock({}, None)

    assert before.progress is not None
    assert first["voting"] == 1
    assert "voting" not in second
    with transaction(environment) as tx:
        unlocked = announced(tx, "progression.node_unlocked")
        assert [(each["node_key"], each["level"]) for each in unlocked] == [
            (before.progress.node_key, before.progress.target_level)
        ]


def test_the_clock_opens_a_vote_where_there_is_none(environment: Connection):
    with transaction(environment) as tx:
        tx.execute("DELETE FROM voting_sessions")

    with transaction(environment, now=ON_THE_HALF_HOUR) as tx:
        assert is_due(tx)
        voting_clock.unlock_reached(tx)

    with transaction(environment, now=ON_THE_HALF_HOUR) as tx:
        assert not is_due(tx)
        assert cycle.read_voting_state(tx).voting_round is not None


def test_a_community_that_has_unlocked_everything_is_looked_into_twice_an_hour(tx: Tx):
    controls.unlock_all_nodes(tx)
    assert cycle.read_voting_state(tx).voting_round is None
    minutes: list[int] = []
    for minute in range(60):
        tx.now = datetime(2026, 3, 1, 20, minute, 59, tzinfo=UTC)
        if is_due(tx):
            minutes.append(minute)

    assert minutes == [0, 30]


# ---------------------------------------------------------------- reset


def test_a_reset_begins_anew_and_keeps_what_it_says(tx: Tx):
    tx.now -= timedelta(minutes=5)
    handle_message(tx, ALICE, "hello")
    cast_ballot(tx, ALICE, 1)
    unlock(tx, "feature_economy", "item_lootbox1")
    give(tx, 40)
    before = cycle.read_voting_state(tx)
    tx.now += timedelta(minutes=5)

    controls.reset_progression(tx, "carol", "a new season", preserve_user_progression=True)

    now = cycle.read_voting_state(tx)
    assert now.levels == {node.key: 1 for node in tree.nodes.values() if node.auto_unlock}
    assert progression.current_state(tx).levels == now.levels
    assert (now.points, now.accumulated) == (before.points, 0)
    assert now.progress is not None
    assert now.progress.node_key is not None
    assert now.voting_round is not None
    assert (rows(tx, "voting_sessions"), rows(tx, "unlock_progress"), rows(tx, "ballots")) == (1, 1, 0)
    assert (rows(tx, "users"), rows(tx, "user_streaks")) == (1, 1)
    assert rows(tx, "engagement_inbox") == 2
    record = tx.execute("SELECT * FROM progression_resets").fetchone()
    assert record is not None
    del record["reset_id"]
    assert record == {
        "reset_by": "carol",
        "reason": "a new season",
        "preserved": True,
        "unlocks": 4 + 1 + 5,
        "sessions": before.last_session_id,
        "ballots": 1,
        "contributions": before.points,
        "reset_at": tx.now,
    }
    (event,) = announced(tx, "progression.reset")
    assert event == {
        "reset_by": "carol",
        "reason": "a new season",
        "preserve_user_progression": True,
        "unlocks": 10,
        "sessions": before.last_session_id,
        "ballots": 1,
        "contributions": before.points,
    }


def test_a_second_reset_counts_only_what_came_since(tx: Tx):
    give(tx, 40)
    controls.reset_progression(tx, "carol", "", preserve_user_progression=True)
    give(tx, 3)

    controls.reset_progression(tx, "carol", "", preserve_user_progression=True)

    assert [event["contributions"] for event in announced(tx, "progression.reset")] == [40, 3]


def test_a_full_reset_forgets_what_players_did_and_learned_but_not_the_players(tx: Tx):
    unlock(tx, "job_scholar")
    handle_message(tx, ALICE, "hello")
    assert rows(tx, "user_jobs") == 1

    controls.reset_progression(tx, "carol", "")

    assert (rows(tx, "engagement_inbox"), rows(tx, "user_jobs")) == (0, 0)
    assert rows(tx, "users") == 1
    assert rows(tx, "stats_inbox") > 0


def test_a_community_that_is_well_needs_no_turn(tx: Tx):
    tx.now = ON_THE_HALF_HOUR
    assert not is_due(tx)
    assert cycle.ensure_current(tx).events == ()
