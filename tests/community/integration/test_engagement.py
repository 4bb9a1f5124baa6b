"""Engagement on a real database: recorded, reported, moved, weighed anew."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from pathlib import Path

import pytest

from community.contributions import service as contributions
from community.economy.service import sell_item
from community.engagement import queries, reports, rules, weights
from community.engagement import service as engagement
from community.engagement.content import weights as shipped_weights
from community.engagement.part import move
from community.engagement.recording import record
from community.engagement.reports import Breakdown
from community.engagement.rollup import roll_up
from community.engagement.weights import UnusableWeights, reload_weights, replace_weights
from community.jobs.models import Jobs
from community.messages.service import handle_message
from community.players.models import NoSuchPlayer, PlayerRef
from community.preparation import prepare
from community.progression.service import current_state
from community.voting.board import read_board
from kernel.content.library import Library
from kernel.database import Tx
from tests.support.factories import announced, make_player, stored, unlock

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


def points(tx: Tx) -> int:
    row = tx.execute("SELECT coalesce(sum(points), 0)::bigint AS points FROM contribution_shards").fetchone()
    assert row is not None
    return row["points"]


def scores(tx: Tx) -> dict[str, int]:
    """As kept for the leaderboard, {name: score}."""
    rows = tx.execute("SELECT username, score FROM engagement_scores JOIN users USING (user_id)").fetchall()
    return {row["username"]: row["score"] for row in rows}


def leaders(tx: Tx, limit: int = 10) -> list[tuple[int | None, str, int]]:
    return [(each.rank, each.username, each.count) for each in reports.leaderboard(tx, limit)]


def test_defect_1_a_sale_is_recorded_once_under_the_players_id(tx: Tx):
    """BrandishBot recorded it twice and under the username."""
    unlock(tx, "feature_economy")
    alice = make_player(tx, items={"item_spade": 5})
    before = points(tx)

    sell_item(tx, alice, "spade", 3)

    rows = tx.execute("SELECT user_id, metric, value FROM engagement_inbox").fetchall()
    assert rows == [{"user_id": stored(tx, alice).id, "metric": "item_sold", "value": 3}]
    assert points(tx) - before == 150


def test_what_is_reported_counts_for_the_player_and_for_everybody(tx: Tx):
    unlock(tx, "job_scholar")
    alice = make_player(tx)

    assert record(tx, alice, "item_crafted", 2) == 400

    assert reports.breakdown(tx, alice) == Breakdown({"item_crafted": 2}, 400)
    assert points(tx) == 400
    assert stored(tx, alice)[Jobs].progress["scholar"].xp in (5, 10)


@pytest.mark.parametrize(("boosted", "expected"), [(False, 11), (True, 15)])
def test_with_the_boost_each_score_by_itself_makes_half_as_many_points_again(tx: Tx, boosted: bool, expected: int):
    state = current_state(tx)
    if boosted:  # the shipped tree has no such node; another may
        state = replace(state, levels={**state.levels, contributions.BOOST: 1})

    assert contributions.add(tx, state, [3, 1, 0, 7]) == expected  # 4 + 1 + 0 + 10

    assert points(tx) == expected


def test_a_stranger_with_id_and_name_becomes_a_player(tx: Tx):
    record(tx, PlayerRef("twitch", "4711", "alice"), "message", 1)

    assert reports.breakdown(tx, PlayerRef("twitch", username="ALICE")).by_type == {"message": 1}


@pytest.mark.parametrize("ref", [PlayerRef("twitch", "4711"), PlayerRef("twitch", username="nobody")])
def test_a_stranger_of_whom_half_is_known_is_not_found(tx: Tx, ref: PlayerRef):
    with pytest.raises(NoSuchPlayer):
        record(tx, ref, "message", 1)


def test_a_breakdown_is_raw_counts_and_a_weighed_total_rolled_up_or_not(tx: Tx):
    alice, bob = make_player(tx, "alice"), make_player(tx, "bob")
    record(tx, alice, "message", 2)
    record(tx, alice, "tea_brewed", 7)
    roll_up(tx)
    record(tx, alice, "message", 3)
    record(tx, alice, "item_used", 1)
    record(tx, bob, "message", 100)

    expected = Breakdown({"message": 5, "tea_brewed": 7, "item_used": 1}, 5 + 7 + 10)
    assert reports.breakdown(tx, alice) == expected
    roll_up(tx)
    assert reports.breakdown(tx, alice) == expected


def test_nobody_has_done_nothing_but_a_name_must_be_known(tx: Tx):
    assert reports.breakdown(tx, make_player(tx, "silent")) == Breakdown({}, 0)
    assert reports.breakdown(tx, PlayerRef("twitch", "unknown", "anybody")) == Breakdown({}, 0)
    with pytest.raises(NoSuchPlayer):
        reports.breakdown(tx, PlayerRef("twitch", username="unknown"))


def test_the_leaderboard_is_by_weighed_score(tx: Tx):
    alice, bob, carol = (make_player(tx, name) for name in ("alice", "bob", "carol"))
    record(tx, alice, "message", 60)
    record(tx, bob, "item_sold", 1)
    roll_up(tx)
    record(tx, carol, "message", 55)
    record(tx, bob, "message", 1)
    make_player(tx, "silent")

    assert leaders(tx) == [(1, "alice", 60), (2, "carol", 55), (3, "bob", 51)]
    assert leaders(tx, 1) == [(1, "alice", 60)]
    # What has come in since lifts somebody over the highest kept score, and into a list of one.
    record(tx, bob, "message", 10)
    assert leaders(tx, 1) == [(1, "bob", 61)]


def test_of_equals_the_lower_id_comes_first_rolled_up_or_not(tx: Tx):
    refs = [make_player(tx, f"p{number}") for number in range(6)]
    for ref in refs[:3]:
        record(tx, ref, "message", 5)
    roll_up(tx)
    for ref in refs[3:]:
        record(tx, ref, "message", 5)

    ids = [each.user_id for each in reports.leaderboard(tx, 10)]
    assert ids == sorted(stored(tx, ref).id for ref in refs)
    assert [each.user_id for each in reports.leaderboard(tx, 2)] == ids[:2]


def test_a_message_is_seen_at_once_in_every_report(tx: Tx):
    tx.now = NOON
    handle_message(tx, PlayerRef("twitch", "1", "alice"), "hello")

    assert leaders(tx) == [(1, "alice", 1)]
    assert read_board(tx).score == 1
    assert reports.velocity(tx, 7) == rules.Velocity(Fraction(1, 7), "stable", 7, 1, Fraction(1))


def test_velocity_looks_at_utc_days_rolled_up_or_not(tx: Tx):
    alice = make_player(tx)
    for hours, value in ((0, 1), (1, 2), (12, 4), (12.1, 8), (24 * 6 + 12, 16), (24 * 6 + 12.1, 32)):
        tx.now = NOON - timedelta(hours=hours)
        record(tx, alice, "message", value)
        if value == 4:
            roll_up(tx)
    tx.now = NOON

    velocity = reports.velocity(tx, 7)

    assert velocity == rules.Velocity(Fraction(31, 7), "decreasing", 7, 3, Fraction(31))
    roll_up(tx)
    assert reports.velocity(tx, 7) == velocity
    assert reports.velocity(tx, 1).total_points == 7


def test_the_communitys_score_truncates_metric_by_metric_over_all_players(tx: Tx):
    replace_weights(tx, {"message": Fraction(1, 2), "tea_brewed": Fraction(1, 4)})
    for name in ("alice", "bob"):
        player = make_player(tx, name)
        record(tx, player, "message", 3)
        record(tx, player, "tea_brewed", 3)
        roll_up(tx)

    assert read_board(tx).score == 3 + 1


@pytest.mark.parametrize(
    "table",
    [shipped_weights.by_metric, {}, {"message": Fraction(0), "command": Fraction(0)}, {"tea_brewed": Fraction(1, 3)}],
)
@pytest.mark.parametrize("metric", ["message", "command", "item_sold", "tea_brewed"])
def test_the_database_weighs_as_the_rules_do(tx: Tx, table: dict[str, Fraction], metric: str):
    replace_weights(tx, table)
    alice = make_player(tx)
    record(tx, alice, metric, 1000)
    in_inbox = leaders(tx)
    roll_up(tx)

    expected = reports.breakdown(tx, alice).score
    assert expected == int(1000 * rules.weight({key: Fraction(str(float(w))) for key, w in table.items()}, metric))
    assert scores(tx) == {"alice": expected}
    assert leaders(tx) == in_inbox == [(1, "alice", expected)]


def test_without_a_table_everything_counts_once_and_a_command_twice(tx: Tx):
    tx.execute("DELETE FROM world_documents WHERE name = 'engagement_weights'")
    tx.execute("UPDATE world SET version = gen_random_uuid()")
    alice = make_player(tx)
    for metric in ("item_sold", "command"):
        record(tx, alice, metric, 1)
    roll_up(tx)

    assert scores(tx) == {"alice": 3}
    assert reports.breakdown(tx, alice).score == 3


def test_new_weights_weigh_what_was_done_before(tx: Tx):
    alice, bob = make_player(tx, "alice"), make_player(tx, "bob")
    record(tx, alice, "message", 9)
    record(tx, bob, "item_sold", 1)
    roll_up(tx)
    assert leaders(tx) == [(1, "bob", 50), (2, "alice", 9)]

    replace_weights(tx, {"item_sold": Fraction(1), "message": Fraction(3, 2)})

    assert leaders(tx) == [(1, "alice", 13), (2, "bob", 1)]
    assert record(tx, alice, "message", 1) == 1


@pytest.fixture
def configs_on_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(weights, "shipped", Library(tmp_path))
    return tmp_path / "engagement_weights.json"


def test_weights_are_taken_anew_from_disk(tx: Tx, configs_on_disk: Path):
    alice = make_player(tx)
    record(tx, alice, "message", 1)
    roll_up(tx)
    configs_on_disk.write_text('{"version": "1.0", "weights": {"message": 0.1, "tea_brewed": 7}}')

    assert reload_weights(tx) == {"message": Fraction(1, 10), "tea_brewed": 7}

    assert record(tx, alice, "tea_brewed", 1) == 7
    assert scores(tx) == {"alice": 0}
    assert announced(tx, "progression.weights_reloaded") == [{"weights": {"message": 0.1, "tea_brewed": 7}}]


@pytest.mark.parametrize(
    "text",
    [
        None,
        "",
        "{",
        "[]",
        '{"version": "1.0"}',
        '{"version": "1.0", "weights": {"message": -1}}',
        '{"version": "1.0", "weights": {"message": "many"}}',
        '{"version": "1.0", "weights": {"message": Infinity}}',
        '{"version": "1.0", "weights": {"message": 1, "message": 2}}',
    ],
)
def test_a_broken_weights_file_changes_nothing(tx: Tx, configs_on_disk: Path, text: str | None):
    if text is not None:
        configs_on_disk.write_text(text)

    with pytest.raises(UnusableWeights, match=r"engagement_weights\.json"):
        reload_weights(tx)

    assert record(tx, make_player(tx), "item_crafted", 1) == 200


def test_a_deployment_with_new_weights_weighs_the_past_anew(tx: Tx):
    replace_weights(tx, {"item_sold": Fraction(3)})
    record(tx, make_player(tx), "item_sold", 1)
    roll_up(tx)
    assert scores(tx) == {"alice": 3}
    tx.execute("UPDATE config_sync_metadata SET sha256 = 'old' WHERE config_name = 'engagement_weights.json'")

    prepare(tx)

    assert scores(tx) == {"alice": 50}


@pytest.mark.parametrize("rolled_up", ["neither", "theirs", "both"])
def test_a_merge_adds_up_what_both_have_done(tx: Tx, rolled_up: str):
    alice, bob = make_player(tx, "alice"), make_player(tx, "bob")
    record(tx, bob, "message", 3)
    record(tx, bob, "item_used", 1)
    if rolled_up == "theirs":
        roll_up(tx)
    record(tx, alice, "message", 2)
    if rolled_up == "both":
        roll_up(tx)
    community = read_board(tx).score

    move(tx, stored(tx, bob).id, stored(tx, alice).id)

    assert reports.breakdown(tx, alice) == Breakdown({"message": 5, "item_used": 1}, 15)
    assert reports.breakdown(tx, bob) == Breakdown({}, 0)
    assert leaders(tx) == [(1, "alice", 15)]
    roll_up(tx)
    assert leaders(tx) == [(1, "alice", 15)]
    assert scores(tx) == {"alice": 15}
    assert read_board(tx).score == community == 15


def test_a_merge_of_two_who_have_done_nothing(tx: Tx):
    alice, bob = make_player(tx, "alice"), make_player(tx, "bob")

    move(tx, stored(tx, bob).id, stored(tx, alice).id)

    assert leaders(tx) == []


def test_everything_is_forgotten(tx: Tx):
    alice = make_player(tx)
    record(tx, alice, "message", 1)
    roll_up(tx)
    record(tx, alice, "message", 1)

    engagement.delete_all(tx)

    assert reports.breakdown(tx, alice) == Breakdown({}, 0)
    assert (leaders(tx), read_board(tx).score, reports.velocity(tx, 7).total_points) == ([], 0, 0)


def test_the_expressions_for_other_statements(tx: Tx):
    tx.now = NOON
    record(tx, make_player(tx), "message", 2)
    roll_up(tx)
    tx.now = NOON + timedelta(days=1)
    record(tx, make_player(tx, "bob"), "message", 3)

    row = tx.execute(
        "SELECT " + queries.TOTALS + " AS totals, " + queries.DAYS_SINCE + " AS days", (NOON.date(),)
    ).fetchone()

    assert row is not None
    assert row["totals"] == {"message": 5}
    assert sorted(row["days"]) == [["2026-03-01", "message", 2], ["2026-03-02", "message", 3]]
