"""/api/v1/progression as its callers see it. Source: wire 7 and 7.1."""

from __future__ import annotations

import re
from typing import Any

import pytest

from community.progression.content import tree
from tests.support.api import CallApi

TREE = "/api/v1/progression/tree"
AVAILABLE = "/api/v1/progression/available"
UNLOCK = "/api/v1/progression/admin/unlock"
UNLOCK_ALL = "/api/v1/progression/admin/unlock-all"
RELOCK = "/api/v1/progression/admin/relock"

NODE_FIELDS = {
    "id",
    "node_key",
    "node_type",
    "display_name",
    "description",
    "max_level",
    "unlock_cost",
    "tier",
    "size",
    "category",
    "sort_order",
    "created_at",
}


def node(call: CallApi, key: str) -> dict[str, Any]:
    return next(each for each in call("GET", TREE).json["nodes"] if each["node_key"] == key)


def test_the_tree_shows_every_node(call: CallApi):
    answer = call("GET", TREE)

    nodes = answer.json["nodes"]
    assert answer.status == 200
    assert [each["node_key"] for each in nodes] == list(tree.nodes)
    assert "progression_system" in {each["node_key"] for each in nodes}
    assert all({*NODE_FIELDS, "is_unlocked", "unlocked_level", "children"} <= each.keys() for each in nodes)
    assert all(re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z", each["created_at"]) for each in nodes)


def test_a_node_of_the_tree(call: CallApi):
    money = node(call, "item_money")

    expected = {key: each.node_id for key, each in tree.nodes.items()}
    assert (money["is_unlocked"], money["unlocked_level"]) == (True, 1)
    assert {"item_dart", "feature_economy", "item_lens"} == {
        key for key, node_id in expected.items() if node_id in money["children"]
    }
    assert "modifier_config" not in money


def test_a_modifier_is_made_of_plain_numbers(call: CallApi):
    assert node(call, "upgrade_economy_1")["modifier_config"] == {
        "feature_key": "economy_bonus",
        "modifier_type": "multiplicative",
        "base_value": 1.0,
        "per_level_value": 0.05,
    }


def test_available_lists_what_could_be_unlocked_now(call: CallApi):
    before = call("GET", AVAILABLE).json["available"]
    call("POST", UNLOCK, {"node_key": "feature_economy", "level": 1})
    after = call("GET", AVAILABLE).json["available"]

    keys, keys_after = ({each["node_key"] for each in nodes} for nodes in (before, after))
    assert "feature_economy" in keys - keys_after
    assert {"job_merchant", "feature_filter_sellable"} <= keys_after - keys
    assert all(each.keys() >= NODE_FIELDS and "is_unlocked" not in each for each in after)


def test_unlock_and_relock_change_the_tree(call: CallApi):
    unlocked = call("POST", UNLOCK, {"node_key": "item_lootbox1", "level": 3})
    assert (unlocked.status, list(unlocked.json)) == (200, ["message"])
    assert node(call, "item_lootbox1")["unlocked_level"] == 3

    relocked = call("POST", RELOCK, {"node_key": "item_lootbox1", "level": 2})
    assert (relocked.status, list(relocked.json)) == (200, ["message"])
    assert node(call, "item_lootbox1")["unlocked_level"] == 1

    call("POST", RELOCK, {"node_key": "item_lootbox1", "level": 0})
    locked = node(call, "item_lootbox1")
    assert (locked["is_unlocked"], locked["unlocked_level"]) == (False, 0)


@pytest.mark.parametrize("body", [{}, {"level": 0}, {"level": None}])
def test_without_a_level_the_first_is_unlocked(call: CallApi, body: dict[str, Any]):
    answer = call("POST", UNLOCK, {"node_key": "item_lootbox1", **body})

    assert answer.status == 200
    assert node(call, "item_lootbox1")["unlocked_level"] == 1


def test_unlock_all(call: CallApi):
    answer = call("POST", UNLOCK_ALL)

    assert (answer.status, list(answer.json)) == (200, ["message"])
    assert all(each["unlocked_level"] == each["max_level"] for each in call("GET", TREE).json["nodes"])
    assert call("GET", AVAILABLE).json == {"available": []}


def test_a_refused_change(call: CallApi, subtests: pytest.Subtests):
    for path in [UNLOCK, RELOCK]:
        for body, status, code, field in [
            ({"node_key": "item_sword", "level": 1}, 404, "not_found", None),
            ({"level": 1}, 400, "validation", "node_key"),
            ({"node_key": "", "level": 1}, 400, "validation", "node_key"),
            ({"node_key": "x" * 51, "level": 1}, 400, "validation", "node_key"),
            ({"node_key": "a\x00b", "level": 1}, 400, "validation", "node_key"),
            ({"node_key": "item_dart", "level": -1}, 400, "validation", "level"),
            ({"node_key": "item_dart", "level": 10**30}, 400, "validation", "level"),
            ({"node_key": "item_dart", "level": "three"}, 400, "validation", "level"),
            ("[]", 400, "validation", "body"),
            ("{", 400, "bad_json", None),
        ]:
            with subtests.test(path=path, body=body):
                answer = call("POST", path, body)

                assert (answer.status, answer.json["code"]) == (status, code)
                assert list(answer.json.get("fields", {})) == ([field] if field else [])


def test_an_encoded_letter_does_not_make_an_administrator(call: CallApi):
    answer = call("POST", "/api/v1/progression/%61dmin/unlock", {"node_key": "item_dart"}, role="bot")

    assert (answer.status, answer.json["code"]) == (403, "forbidden")
