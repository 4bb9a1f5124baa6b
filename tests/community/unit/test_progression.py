"""Costs, prerequisites, gates and modifiers. Source: rules 9.2 to 9.5, 9.11 and 9.12."""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction
from typing import Any
from uuid import UUID

import pytest

from community.catalog.content import items
from community.progression.content import Modifier, Node, tree
from community.progression.keys import TreeNodeKey
from community.progression.models import CommunityState, FeatureLocked, FeatureLockedBehind, LevelTooHigh, UnknownNode
from community.progression.rules import (
    apply_modifiers,
    available_nodes,
    is_available,
    item_unlocked,
    levels_to_relock,
    levels_to_unlock,
    locked_ancestors,
    modified,
    prerequisites_hold,
    require_feature,
)
from tests.support.catalog import shipped_names

NODES = tree.nodes


def state(**levels: int) -> CommunityState:
    return CommunityState(UUID(int=0), levels, shipped_names())


def level_one(keys: Iterable[str]) -> dict[str, int]:
    return dict.fromkeys(keys, 1)


def below_tier(tier: int, count: int, *, without: str = "") -> dict[str, int]:
    """`count` unlocked nodes below a tier."""
    keys = [node.key for node in NODES.values() if node.tier < tier and node.key != without]
    assert len(keys) >= count
    return level_one(keys[:count])


def modifier(kind: str, per_level: float, *, base: float = 1, **limits: Any) -> Modifier:
    return Modifier.model_validate(
        {
            "feature_key": "economy_bonus",
            "modifier_type": kind,
            "base_value": base,
            "per_level_value": per_level,
            **limits,
        }
    )


# ---------------------------------------------------------------- costs


@pytest.mark.parametrize(
    ("size", "costs"),
    [
        ("small", [50, 65, 85, 110, 143, 186]),
        ("medium", [100, 130, 169, 220, 286, 371]),
        ("large", [200, 260, 338, 439, 571, 743]),
    ],
)
def test_a_level_costs_what_size_and_tier_say(size: str, costs: list[int]):
    node = NODES["feature_economy"].model_dump(by_alias=True) | {"size": size}

    priced = [Node.model_validate(node | {"tier": tier}).cost for tier in range(6)]

    assert priced == costs


# ---------------------------------------------------------------- prerequisites


def test_a_static_prerequisite_is_met_by_its_first_level():
    node = NODES["feature_search"]  # needs item_lootbox0

    assert not prerequisites_hold(node, {})
    assert prerequisites_hold(node, {"item_lootbox0": 1})


def test_all_prerequisites_must_hold():
    node = NODES["item_mirror"]  # needs item_buckler and item_tonic

    assert not prerequisites_hold(node, {"item_buckler": 1})
    assert not prerequisites_hold(node, {"item_tonic": 1})
    assert prerequisites_hold(node, {"item_buckler": 1, "item_tonic": 1})


@pytest.mark.parametrize(
    ("key", "static", "tier", "needed"),
    [
        ("upgrade_job_xp_multiplier", "job_scholar", 3, 15),
        ("item_keg", "item_pebble", 3, 20),
        ("item_cannon", "item_dart", 3, 20),
        ("feature_upgrade", "item_lootbox0", 1, 4),
    ],
)
def test_a_number_of_nodes_below_a_tier(key: str, static: str, tier: int, needed: int):
    counted = NODES[static].tier < tier
    others = below_tier(tier, needed - counted, without=static)
    one_less = dict(list(others.items())[1:])

    assert prerequisites_hold(NODES[key], {static: 1, **others})
    assert not prerequisites_hold(NODES[key], {static: 1, **one_less})


def test_nodes_of_the_tier_itself_do_not_count_as_below_it():
    third_tier = level_one(node.key for node in NODES.values() if node.tier == 3)
    fourteen = below_tier(3, 13, without="job_scholar") | {"job_scholar": 1}
    assert len(fourteen) == 14

    assert not prerequisites_hold(NODES["upgrade_job_xp_multiplier"], fourteen | third_tier)


@pytest.mark.parametrize(("total", "holds"), [(4, False), (5, True), (6, True)])
def test_a_total_number_of_nodes(total: int, holds: bool):
    levels = {"item_money": 1} | level_one([key for key in NODES if key != "item_money"][: total - 1])

    assert prerequisites_hold(NODES["item_lens"], levels) is holds


def test_levels_of_one_node_count_once():
    levels = {"item_money": 1, "progression_system": 1, "item_lootbox0": 5, "item_dart": 1}

    assert not prerequisites_hold(NODES["item_lens"], levels)  # 4 nodes, 8 levels


def test_a_node_is_available_until_its_last_level():
    node = NODES["item_lootbox1"]

    availability = [is_available(node, {"item_lootbox0": 1, "item_lootbox1": level}) for level in (1, 4, 5)]

    assert availability == [True, True, False]


def test_higher_levels_need_the_same_prerequisites():
    assert not is_available(NODES["item_lootbox1"], {"item_lootbox1": 1})


def test_what_is_available_to_a_new_community():
    auto = level_one(key for key, node in NODES.items() if node.auto_unlock)

    keys = [node.key for node in available_nodes(auto)]

    assert sorted(keys) == sorted(
        [
            "item_lootbox0",  # its levels 2 to 5
            "feature_economy",
            "feature_search",
            "feature_gamble",
            "item_lootbox1",
            "item_stick",
            "item_spike",
            "item_buckler",
            "item_firepot",
        ]
    )


def test_nothing_is_available_when_everything_is_unlocked():
    assert available_nodes({key: node.max_level for key, node in NODES.items()}) == []


def test_children_are_those_who_name_the_node():
    assert {node.key for node in tree.children["job_gambler"]} == {"item_lootbox2"}
    assert tree.children["item_lootbox3"] == []


# ---------------------------------------------------------------- unlocking and relocking


def test_unlocking_adds_every_missing_level_up_to_the_wanted_one():
    assert levels_to_unlock("item_lootbox1", 3, {})[1] == [1, 2, 3]
    assert levels_to_unlock("item_lootbox1", 5, {"item_lootbox1": 3})[1] == [4, 5]
    assert levels_to_unlock("item_lootbox1", 2, {"item_lootbox1": 3})[1] == []


def test_level_zero_unlocks_the_first():
    assert levels_to_unlock("item_lootbox1", 0, {})[1] == [1]


def test_a_node_has_only_so_many_levels():
    with pytest.raises(LevelTooHigh, match="highest level of .* is 5"):
        levels_to_unlock("item_lootbox1", 6, {})


def test_relocking_removes_the_level_and_all_above_it():
    assert levels_to_relock("item_lootbox1", 2, {"item_lootbox1": 4})[1] == [2, 3, 4]
    assert levels_to_relock("item_lootbox1", 0, {"item_lootbox1": 4})[1] == [1, 2, 3, 4]
    assert levels_to_relock("item_lootbox1", 5, {"item_lootbox1": 4})[1] == []


def test_an_unknown_node_is_refused_by_name():
    with pytest.raises(UnknownNode, match="item_sword"):
        levels_to_unlock("item_sword", 1, {})
    with pytest.raises(UnknownNode):
        levels_to_relock("item_sword", 0, {})


# ---------------------------------------------------------------- gates


@pytest.mark.parametrize(
    "gate",
    [
        "feature_disassemble",
        "feature_economy",
        "feature_gamble",
        "feature_search",
        "feature_upgrade",
        "feature_weekly_discount",
        "feature_weekly_quests",
    ],
)
def test_every_gate_is_a_node_that_opens_it(gate: TreeNodeKey):
    assert gate in NODES

    require_feature(state(**{gate: 1}), gate)
    with pytest.raises((FeatureLocked, FeatureLockedBehind)):
        require_feature(state(), gate)


def test_a_locked_feature_names_its_locked_ancestors_depth_first_and_each_once():
    with pytest.raises(FeatureLockedBehind) as refusal:
        require_feature(state(progression_system=1, item_money=1), "item_mirror")

    # item_mirror needs item_buckler (which needs item_dart) and item_tonic (which needs item_buckler).
    names = ", ".join(NODES[key].name for key in ("item_buckler", "item_dart", "item_tonic"))
    assert str(refusal.value) == f"LOCKED_NODES: {names}"
    assert refusal.value.code == "feature_locked"


def test_ancestors_behind_an_unlocked_node_do_not_matter():
    assert [node.key for node in locked_ancestors("item_tonic", {"item_buckler": 1})] == []


def test_a_feature_that_only_waits_for_itself_is_plainly_locked():
    with pytest.raises(FeatureLocked):
        require_feature(state(progression_system=1, item_money=1), "feature_economy")


def test_a_feature_without_a_node_is_locked():
    with pytest.raises(FeatureLocked):
        require_feature(state(), "feature_of_tomorrow")  # pyright: ignore[reportArgumentType]


def test_an_item_needs_its_node_and_one_without_is_never_locked():
    """Defect 12: the node's key was made from the item's name, and most items missed theirs."""
    spade = items.by_name["item_spade"]
    free = next(item for item in items.by_name.values() if item.node_key is None)

    assert [item_unlocked(state(), spade), item_unlocked(state(item_spade=1), spade)] == [False, True]
    assert item_unlocked(state(), free)


# ---------------------------------------------------------------- modifiers


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("multiplicative", Fraction(130)),  # 100 × (1 + 3 × 0.1)
        ("linear", Fraction("100.3")),
        ("percentage", Fraction("100.3")),
        ("fixed", Fraction("7.3")),  # base_value + 3 × 0.1, whatever came in
    ],
)
def test_each_type_of_modifier(kind: str, expected: Fraction):
    assert apply_modifiers(100, [(modifier(kind, 0.1, base=7), 3)]) == expected


def test_multiplicative_nodes_multiply():
    tenth = modifier("multiplicative", 0.1)

    assert apply_modifiers(100, [(tenth, 1), (tenth, 1)]) == 121


def test_the_next_node_works_on_the_previous_result():
    double, ten_more = modifier("multiplicative", 1), modifier("linear", 10)

    assert apply_modifiers(5, [(double, 1), (ten_more, 1)]) == 20
    assert apply_modifiers(5, [(ten_more, 1), (double, 1)]) == 30


def test_each_result_is_kept_between_its_limits():
    capped = modifier("linear", 10, max_value=25)
    raised = modifier("linear", -10, min_value=3)

    assert apply_modifiers(10, [(capped, 1)]) == 20
    assert apply_modifiers(10, [(capped, 2)]) == 25
    assert apply_modifiers(10, [(raised, 2)]) == 3
    # The limit is the node's, not the key's.
    assert apply_modifiers(10, [(capped, 2), (modifier("linear", 10), 1)]) == 35


def test_the_upper_limit_is_applied_before_the_lower_one():
    assert apply_modifiers(10, [(modifier("linear", 0, max_value=5, min_value=8), 1)]) == 8


def test_only_the_highest_level_counts():
    """Defect 8: a node multiplied once for each of its unlocked levels."""
    # Once for every unlocked level it would be 1.05 × 1.10 × 1.15 × 1.20 × 1.25.
    assert modified(state(upgrade_economy_1=5), "economy_bonus", 100) == 125


def test_every_base_value_is_worked_out_anew():
    """Defect 5: a result was remembered for its feature, and returned for every other base value."""
    unlocked = state(upgrade_economy_1=2)

    assert [modified(unlocked, "economy_bonus", base) for base in (100, 10, 100)] == [110, 11, 110]


def test_the_progression_upgrades_chain_over_the_tiers():
    unlocked = state(upgrade_progression_basic=1, upgrade_progression_two=1)

    assert modified(unlocked, "progression_rate", 100) == 121


def test_the_job_level_cap_grows_by_ten_a_level():
    assert [modified(state(upgrade_job_level_cap=n), "job_level_cap", 10) for n in (1, 2, 3)] == [20, 30, 40]


def test_without_an_unlocked_node_the_value_stays_as_it_is():
    assert modified(state(), "economy_bonus", 100) == 100
    assert modified(state(upgrade_economy_1=5), "no_such_key", 7) == 7
