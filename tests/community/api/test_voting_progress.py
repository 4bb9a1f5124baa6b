"""Status, target and estimates as their callers see them. Source: wire 7."""

from __future__ import annotations

from datetime import datetime

import pytest

from community.progression.content import tree
from kernel.database import Connection
from tests.support.api import CallApi
from tests.support.community import (
    ALICE,
    ESTIMATE,
    PROGRESS_FIELDS,
    PROGRESSION,
    SESSION,
    STATUS,
    administer,
    contribute,
    delete_votes_and_targets,
    target,
)


def test_the_status_of_a_young_community(call: CallApi):
    status = call("GET", STATUS).json

    voting_round = call("GET", SESSION).json["session"]
    unlocked = [node for node in tree.nodes.values() if node.auto_unlock]
    assert status["active_unlock_progress"].keys() == PROGRESS_FIELDS
    assert status == {
        "total_unlocked": len(unlocked),
        "total_nodes": len(tree.nodes),
        "all_nodes_unlocked": False,
        "contribution_score": 0,
        "active_session": voting_round,
        "active_unlock_progress": status["active_unlock_progress"],
        "is_transitioning": False,
        "pace": {"pace": 1, "active_players": 0, "is_measured": False, "fixed_pace": None},
    }


def test_levels_of_a_node_count_as_one(call: CallApi):
    before = call("GET", STATUS).json["total_unlocked"]

    administer(call, "unlock", {"node_key": "item_lootbox1", "level": 5})

    assert call("GET", STATUS).json["total_unlocked"] == before + 1


def test_the_score_is_all_engagement_weighed(call: CallApi):
    for metric, value in (("message", 3), ("item_used", 2), ("whistling", 5)):
        deed = ALICE | {"metric_type": metric, "value": value}
        assert call("POST", f"{PROGRESSION}/engagement", deed).status == 200

    assert call("GET", STATUS).json["contribution_score"] == 3 * 1 + 2 * 10 + 5 * 1


def test_between_two_votes(call: CallApi):
    administer(call, "force-end")

    status = call("GET", STATUS).json

    assert status["is_transitioning"] is True
    assert "active_session" not in status
    assert status["active_unlock_progress"]["node_key"] in tree.nodes


def test_the_status_of_a_community_that_has_everything(call: CallApi):
    administer(call, "unlock-all")

    status = call("GET", STATUS).json

    assert status["total_unlocked"] == status["total_nodes"] == len(tree.nodes)
    assert (status["all_nodes_unlocked"], status["is_transitioning"]) == (True, False)
    assert "active_session" not in status
    assert {status["active_unlock_progress"][name] for name in ("node_id", "target_level", "unlocked_at")} == {None}
    assert "node_key" not in status["active_unlock_progress"]


def test_progress_towards_the_target(call: CallApi):
    before = target(call)
    node = tree.nodes[before["node_key"]]

    contribute(call, node.cost // 4)

    after = target(call)
    assert after.keys() == PROGRESS_FIELDS | {
        "completion_percentage",
        "target_unlock_cost",
        "target_node_name",
        "is_already_unlocked",
        "estimated_unlock_date",
    }
    assert (after["node_id"], after["target_level"]) == (node.node_id, before["target_level"])
    assert (after["target_unlock_cost"], after["target_node_name"]) == (node.cost, node.name)
    assert after["contributions_accumulated"] == node.cost // 4
    assert after["completion_percentage"] == round(100 * (node.cost // 4) / node.cost, 2)
    assert (after["is_already_unlocked"], after["unlocked_at"]) == (False, None)
    assert after["estimated_unlock_date"] is None  # a gift says nothing about the pace


def test_a_target_that_is_there_already(call: CallApi, conn: Connection):
    before = target(call)
    conn.execute(
        "INSERT INTO progression_unlocks (node_id, level, unlocked_at, unlocked_by) VALUES (%s, %s, now(), 'hand')",
        (before["node_id"], before["target_level"]),
    )

    assert target(call)["is_already_unlocked"] is True


def test_without_a_target_the_points_are_told(call: CallApi):
    administer(call, "unlock-all")
    contribute(call, 12)

    answer = target(call)

    assert answer == {
        "progress": None,
        "contributions_accumulated": 12,
        "message": "The community has no target just now.",
    }


def test_before_anything_has_begun_there_is_only_a_message(call: CallApi, conn: Connection):
    delete_votes_and_targets(conn)

    assert target(call) == {"progress": None, "message": "The community has no target just now."}
    assert "active_unlock_progress" not in call("GET", STATUS).json


def test_without_a_pace_there_is_no_saying(call: CallApi):
    answer = call("GET", f"{ESTIMATE}/item_cannon")

    assert answer.status == 200
    assert answer.json == {
        "node_key": "item_cannon",
        "estimated_days": -1,
        "confidence": "low",
        "required_points": tree.nodes["item_cannon"].cost,
        "current_progress": 0,
        "current_velocity": 0,
        "estimated_unlock_date": None,
    }


def test_an_estimate_divides_what_is_missing_by_the_pace(call: CallApi):
    key = target(call)["node_key"]
    cost = tree.nodes[key].cost
    deed = ALICE | {"metric_type": "message", "value": 21}
    assert call("POST", f"{PROGRESSION}/engagement", deed).json["score"] == 21

    estimate = call("GET", f"{ESTIMATE}/{key}").json

    assert (estimate["current_velocity"], estimate["current_progress"]) == (3, 21)
    assert estimate["required_points"] == cost - 21
    assert estimate["estimated_days"] == pytest.approx((cost - 21) / 3)
    assert estimate["confidence"] == "low"
    date = estimate["estimated_unlock_date"]
    assert date.endswith("Z")
    # The others say the same, as far as they speak of it. Both were asked within a second or two.
    dates = [
        target(call)["estimated_unlock_date"],
        call("GET", STATUS).json["active_unlock_progress"]["estimated_unlock_date"],
    ]
    for each in dates:
        assert abs(datetime.fromisoformat(each) - datetime.fromisoformat(date)).total_seconds() < 60


def test_points_for_the_target_are_none_for_another_node(call: CallApi):
    contribute(call, 10)
    option = call("GET", SESSION).json["options"][0]

    estimate = call("GET", f"{ESTIMATE}/{option['node_key']}").json

    assert estimate["current_progress"] == 0
    assert estimate["required_points"] == tree.nodes[option["node_key"]].cost


def test_options_are_foreseen_at_the_pace_of_the_community(call: CallApi):
    call("POST", f"{PROGRESSION}/engagement", ALICE | {"metric_type": "message", "value": 14})

    options = call("GET", SESSION).json["options"]

    for option in options:
        seconds = datetime.fromisoformat(option["estimated_unlock_date"]).timestamp() - datetime.now().timestamp()
        assert seconds == pytest.approx(tree.nodes[option["node_key"]].cost / 2 * 86_400, abs=60)


def test_what_is_complete_needs_no_more_days(call: CallApi):
    estimate = call("GET", f"{ESTIMATE}/progression_system").json

    assert (estimate["estimated_days"], estimate["confidence"], estimate["required_points"]) == (0, "high", 0)
    assert estimate["estimated_unlock_date"] is None


@pytest.mark.parametrize("key", ["item_sword", "x" * 200, "%00", "a b"])
def test_there_is_no_estimate_for_an_unknown_node(call: CallApi, key: str):
    answer = call("GET", f"{ESTIMATE}/{key}")

    assert (answer.status, answer.json["code"]) == (404, "not_found")
