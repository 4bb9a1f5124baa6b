"""The files in configs/ hold the rules' numbers."""

import os
import re
import shutil
import subprocess
import sys
from fractions import Fraction
from hashlib import sha256
from pathlib import Path
from typing import get_args

import pytest
from pydantic import ValidationError

import community
from community.catalog.content import aliases, items
from community.configs import shipped
from community.contents import SECTIONS
from community.crafting.content import Upgrade, disassembles, upgrades
from community.economy.content import weekly_sales
from community.effects import FEATURES
from community.engagement.content import weights
from community.inventory.service import FILTERS
from community.jobs.content import BonusType, jobs
from community.messages.content import chat_strings
from community.progression import keys
from community.progression.content import NOT_APPLIED, FeatureKey, Node, NodesBelowTier, TotalNodes, tree
from kernel.content.errors import ContentError
from kernel.content.folders import find_configs
from kernel.content.library import FileSection
from kernel.content.schemas import outdated

COMMON_BOX = {"consumable", "tradeable", "can_open", "compostable"}

# Rules 3.1: id, internal name, public name, stack, value, category, handler, node.
CATALOGUE = [
    (1, "money", "money", 1000000, 1, "utility", None, "item_money"),
    (2, "item_spade", "spade", 1000, 100, "utility", "generator", "item_spade"),
    (3, "item_stick", "stick", 1000, 100, "material", "utility", "item_stick"),
    (4, "guard_buckler", "buckler", 100, 1000, "defense", "shield", "item_buckler"),
    (5, "lootbox_tier0", "crate", 1000, 100, "container", "lootbox", "item_lootbox0"),
    (6, "lootbox_tier1", "lootbox", 1000, 500, "container", "lootbox", "item_lootbox1"),
    (7, "lootbox_tier2", "strongbox", 1000, 2500, "container", "lootbox", "item_lootbox2"),
    (8, "lootbox_tier3", "vaultbox", 1000, 10000, "container", "lootbox", "item_lootbox3"),
    (9, "weapon_dart", "dart", 1000, 1000, "weapon", "weapon", "item_dart"),
    (10, "weapon_cannon", "cannon", 10, 15000, "weapon", "weapon", "item_cannon"),
    (11, "weapon_pebble", "pebble", 1000, 101, "weapon", "weapon", "item_pebble"),
    (12, "weapon_boulder", "boulder", 100, 1001, "weapon", "weapon", None),
    (13, "tonic_small", "tonic", 1000, 1000, "healing", "revive", "item_tonic"),
    (14, "blast_spike", "spike", 1000, 250, "explosive", "trap", "item_spike"),
    (15, "blast_snare", "snare", 100, 2500, "explosive", "trap", "item_snare"),
    (16, "blast_barrel", "barrel", 100, 2500, "explosive", "delayed_blast", "item_barrel"),
    (17, "blast_keg", "keg", 10, 7500, "explosive", "weapon", "item_keg"),
    (18, "scroll_study", "scroll", 100, 2500, "magical", "xp", "item_scroll"),
    (19, "item_firepot", "firepot", 100, 500, "weapon", "weapon", "item_firepot"),
    (20, "guard_mirror", "mirror", 1, 5000, "defense", "shield", "item_mirror"),
    (21, "item_offcut", "offcut", 1000, 10, "material", None, "item_offcut"),
    (22, "item_ledger", "ledger", 100, 1000, "material", None, "item_ledger"),
    (23, "item_lens", "lens", 100, 200, "utility", "video_effect", "item_lens"),
    (24, "compost_muck", "muck", 1000, 1, "material", None, None),
]

TAGS = {
    "money": {"currency"},
    "item_spade": {"consumable", "tradeable", "sellable", "buyable", "compostable"},
    "item_stick": {"tradeable", "material", "buyable"},
    "guard_buckler": {"consumable", "tradeable", "disassembleable", "sellable", "buyable", "compostable"},
    "lootbox_tier0": COMMON_BOX | {"upgradeable"},
    "lootbox_tier1": COMMON_BOX | {"upgradeable", "disassembleable"},
    "lootbox_tier2": COMMON_BOX | {"upgradeable", "disassembleable"},
    "lootbox_tier3": COMMON_BOX | {"disassembleable"},
    "weapon_dart": {"upgradeable", "consumable", "compostable"},
    "weapon_cannon": {"disassembleable", "consumable", "compostable"},
    "weapon_pebble": {"upgradeable", "consumable", "tradeable", "sellable", "buyable", "compostable"},
    "weapon_boulder": {"consumable", "tradeable", "sellable", "disassembleable", "compostable"},
    "tonic_small": {"consumable", "tradeable", "sellable", "buyable", "compostable"},
    "blast_spike": {"consumable", "tradeable", "sellable", "buyable", "upgradeable", "compostable"},
    "blast_snare": {
        "consumable",
        "tradeable",
        "sellable",
        "upgradeable",
        "disassembleable",
        "compostable",
    },
    "blast_barrel": {"consumable", "tradeable", "sellable", "disassembleable", "compostable"},
    "blast_keg": {"disassembleable", "consumable", "tradeable", "sellable", "compostable"},
    "scroll_study": {"consumable", "tradeable", "sellable"},
    "item_firepot": {"consumable", "tradeable", "sellable", "buyable", "upgradeable", "compostable"},
    "guard_mirror": {"consumable", "tradeable", "sellable", "disassembleable", "compostable"},
    "item_offcut": {"material", "tradeable", "buyable"},
    "item_ledger": {"currency", "tradeable"},
    "item_lens": {"consumable", "tradeable", "compostable"},
    "compost_muck": {"no-use"},
}

# Rules 9.4: id, key, tier, size, levels, prerequisites.
TREE = """
 1 progression_system        0 M 1
 2 item_money                0 S 1 progression_system
 3 item_lootbox0             0 S 5 progression_system
 4 item_dart                 1 S 1 item_money
 5 feature_economy           0 L 1 item_money
 6 feature_search            1 L 1 item_lootbox0
 7 feature_upgrade           1 L 1 item_lootbox0 -nodes_unlocked_below_tier:1:4
 8 feature_gamble            1 L 1 item_lootbox0
 9 feature_farming           1 L 1 item_lootbox0
10 item_lootbox1             1 M 5 item_lootbox0
11 item_stick                1 M 1 feature_farming
12 item_spike                1 S 1 item_dart
13 item_lens                 1 M 1 item_money -total_nodes_unlocked:5
14 upgrade_progression_basic 1 S 5 progression_system -total_nodes_unlocked:5
15 item_spade                2 M 1 feature_search
16 item_lootbox2             2 M 5 item_lootbox1 job_gambler
17 item_buckler              2 M 1 item_dart
18 item_scroll               2 M 1 upgrade_progression_basic
19 item_firepot              2 M 1 item_dart
20 item_offcut               2 M 1 feature_upgrade
21 item_ledger               2 M 1 feature_economy
22 job_blacksmith            2 M 1 feature_upgrade
23 job_explorer              2 M 1 feature_search
24 job_gambler               2 M 1 feature_gamble
25 job_farmer                2 M 1 feature_farming
26 job_scholar               2 M 1 upgrade_progression_basic
27 job_merchant              2 L 1 feature_economy
28 feature_weekly_quests     2 M 1 feature_economy
29 feature_weekly_discount   2 M 1 feature_economy
30 feature_slots             2 M 1 feature_economy
31 upgrade_gamble_win_bonus  2 S 5 feature_gamble
32 upgrade_exploration_1     2 S 5 item_spade
33 upgrade_crafting_1        2 S 5 item_offcut
34 upgrade_farming_1         2 S 5 item_stick
35 upgrade_economy_1         2 S 5 item_ledger
36 feature_disassemble       3 L 1 job_blacksmith
37 feature_duel              3 L 1 job_gambler
38 feature_compost           3 L 1 job_farmer
39 feature_events            3 L 1 job_merchant
40 item_lootbox3             3 M 5 item_lootbox2
41 item_snare                3 M 1 item_spike
42 item_pebble               3 M 1 item_snare
43 item_tonic                3 M 1 item_buckler
44 upgrade_job_xp_multiplier 3 S 5 job_scholar -nodes_unlocked_below_tier:3:15
45 upgrade_job_level_cap     3 L 3 job_scholar
46 upgrade_progression_two   3 S 5 job_scholar
47 feature_expedition        4 L 1 job_explorer
48 item_keg                  4 M 1 item_pebble -nodes_unlocked_below_tier:3:20
49 item_cannon               4 M 1 item_dart -nodes_unlocked_below_tier:3:20
50 item_barrel               4 M 1 item_snare
51 item_mirror               4 M 1 item_buckler item_tonic
52 upgrade_progression_three 4 S 5 upgrade_progression_two
53 feature_filter_upgrade    3 S 1 feature_upgrade
54 feature_filter_sellable   3 S 1 feature_economy
55 feature_filter_consumable 3 S 1 feature_search
"""

MODIFIERS = {
    "upgrade_progression_basic": ("progression_rate", "multiplicative", 1, "0.10"),
    "job_farmer": ("farming_yield", "multiplicative", 1, "0.10"),
    "upgrade_gamble_win_bonus": ("gamble_win_bonus", "multiplicative", 1, "0.05"),
    "upgrade_exploration_1": ("search_quality", "multiplicative", 1, "0.10"),
    "upgrade_crafting_1": ("crafting_success_rate", "multiplicative", 1, "0.10"),
    "upgrade_farming_1": ("farming_yield", "multiplicative", 1, "0.10"),
    "upgrade_economy_1": ("economy_bonus", "multiplicative", 1, "0.05"),
    "upgrade_job_xp_multiplier": ("job_xp_multiplier", "multiplicative", 1, "0.10"),
    "upgrade_job_level_cap": ("job_level_cap", "linear", 0, "10"),
    "upgrade_progression_two": ("progression_rate", "multiplicative", 1, "0.10"),
    "upgrade_progression_three": ("progression_rate", "multiplicative", 1, "0.10"),
}


def test_the_catalogue_has_the_rules_items_in_their_order():
    assert [
        (
            item.item_id,
            item.internal_name,
            item.public_name,
            item.max_stack,
            item.base_value,
            item.category,
            item.handler,
            item.node_key,
        )
        for item in items.by_name.values()
    ] == CATALOGUE


def test_every_item_has_the_rules_tags():
    assert {name: set(item.tags) for name, item in items.by_name.items()} == TAGS


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("item_spade", {"item": "item_stick", "quantity": 2}),
        ("weapon_dart", {"seconds": 60, "target": "named"}),
        ("weapon_cannon", {"seconds": 6000, "target": "named"}),
        ("weapon_pebble", {"seconds": 101, "target": "named"}),
        ("weapon_boulder", {"seconds": 202, "target": "named"}),
        ("tonic_small", {"seconds": 60}),
        ("blast_spike", {"target": "random"}),
        ("blast_snare", {"target": "named"}),
        ("blast_keg", {"seconds": 60, "target": "crowd", "min_targets": 5, "max_targets": 9}),
        ("blast_barrel", {"chatters": 5}),
        ("item_firepot", {"seconds": 60, "target": "random"}),
        ("scroll_study", {"xp": 500}),
        ("guard_buckler", {"kind": "block"}),
        ("guard_mirror", {"kind": "reflect"}),
    ],
)
def test_effects_are_configured_as_the_rules_say(name: str, expected: dict[str, object]):
    config = items.by_name[name].handler_config.model_dump()

    assert {field: config[field] for field in expected} == expected


def test_an_item_knows_what_may_be_done_with_it():
    money, dart, spade = items.money, items.by_name["weapon_dart"], items.by_name["item_spade"]

    assert (money.is_money, money.is_currency, money.sellable, money.tradeable) == (True, True, False, False)
    assert (dart.upgradeable, dart.consumable, dart.sellable, dart.buyable) == (True, True, False, False)
    assert (spade.sellable, spade.buyable, spade.tradeable, spade.upgradeable) == (True, True, True, False)


def test_items_are_found_by_id():
    assert items.by_id[9].internal_name == "weapon_dart"


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("spade", "item_spade"),
        ("SPADE", "item_spade"),
        ("item_spade", "item_spade"),
        ("ITEM_SPADE", "item_spade"),
        ("money", "money"),
        ("shovel", None),
        ("", None),
    ],
)
def test_an_item_is_found_by_its_own_names_as_people_type_them(text: str, found: str | None):
    item = items.find(text)

    assert (item.internal_name if item else None) == found


def test_the_tree_has_the_rules_nodes_in_their_order():
    sizes = {"small": "S", "medium": "M", "large": "L"}
    expected = [line.split() for line in TREE.strip().splitlines()]

    assert [
        [
            str(node.node_id),
            node.key,
            str(node.tier),
            sizes[node.size],
            str(node.max_level),
            *node.prerequisites,
        ]
        for node in tree.entries.values()
    ] == expected


def test_nodes_of_features_that_are_not_built_yet_are_out_of_the_game():
    planned = {key for key, node in tree.entries.items() if node.planned}

    assert planned == {
        "feature_compost",
        "feature_duel",
        "feature_events",
        "feature_expedition",
        "feature_farming",
        "feature_slots",
        "job_farmer",
        "upgrade_farming_1",
    }
    assert tree.nodes.keys() == tree.entries.keys() - planned
    assert {key for node in tree.nodes.values() for key in node.static_prerequisites} <= tree.nodes.keys()
    assert tree.nodes["item_stick"].prerequisites == ("item_lootbox0",)  # what feature_farming needs
    assert "farmer" in jobs.entries.keys() - jobs.by_key.keys()


def test_the_effects_of_nodes_are_those_that_the_code_asks_for():
    files = Path(community.__file__).parent.rglob("*.py")
    source = "\n".join(file.read_text() for file in files if file != Path(keys.__file__))

    asked_for = set(re.findall(r'"(feature_[a-z_]+)"', source)) - {"feature_locked"}
    applied = set(re.findall(r'modified\(\w+(?:\.\w+)?, "(\w+)"', source))

    assert {key for key in FEATURES if key.startswith("feature_")} == asked_for | {*FILTERS.values()}
    assert applied == set(get_args(FeatureKey)) - {*NOT_APPLIED}


def test_four_nodes_unlock_themselves():
    assert [node.key for node in tree.nodes.values() if node.auto_unlock] == [
        "progression_system",
        "item_money",
        "item_lootbox0",
        "item_dart",
    ]


def test_fourteen_nodes_lie_below_tier_2_and_35_below_tier_3():
    tiers = [node.tier for node in tree.entries.values()]

    assert (sum(tier < 2 for tier in tiers), sum(tier < 3 for tier in tiers)) == (14, 35)


def test_the_modifiers_are_the_rules_and_exact():
    found = {
        key: (modifier.feature_key, modifier.modifier_type, modifier.base_value, modifier.per_level_value)
        for key, node in tree.entries.items()
        for modifier in node.modifiers
    }

    assert found == {key: (*row[:3], Fraction(row[3])) for key, row in MODIFIERS.items()}


def test_every_item_node_belongs_to_an_item():
    item_nodes = {node.key for node in tree.nodes.values() if node.type == "item"}

    assert {item.node_key for item in items.by_name.values()} - {None} == item_nodes


def test_prerequisites_are_parsed():
    assert tree.nodes["feature_upgrade"].static_prerequisites == ("item_lootbox0",)
    assert tree.nodes["feature_upgrade"].dynamic_prerequisites == (NodesBelowTier(tier=1, count=4),)
    assert tree.nodes["item_lens"].dynamic_prerequisites == (TotalNodes(count=5),)
    assert tree.nodes["item_mirror"].static_prerequisites == ("item_buckler", "item_tonic")


@pytest.mark.parametrize(
    ("size", "costs"),
    [
        ("small", [50, 65, 85, 110, 143, 186]),
        ("medium", [100, 130, 169, 220, 286, 371]),
        ("large", [200, 260, 338, 439, 571, 743]),
    ],
)
def test_a_node_costs_its_base_times_1_30_per_tier_half_up(size: str, costs: list[int]):
    assert [node(size=size, tier=tier).cost for tier in range(6)] == costs


def test_mechanic_is_an_old_word_for_feature():
    assert node(type="mechanic").type == "feature"


def test_a_node_takes_one_modifier_or_a_list_of_them():
    modifier = {
        "feature_key": "economy_bonus",
        "modifier_type": "fixed",
        "base_value": 1,
        "per_level_value": 0.1,
        "max_value": 1.5,
    }

    one, many = node(modifier_config=modifier), node(modifier_configs=[modifier, modifier])

    assert (len(one.modifiers), len(many.modifiers)) == (1, 2)
    assert (one.modifiers[0].per_level_value, one.modifiers[0].max_value) == (Fraction(1, 10), Fraction(3, 2))


def costs_of(recipe: Upgrade) -> dict[str, int]:
    return {cost.item: cost.quantity for cost in recipe.costs}


# Beside those of the rules.
OUR_RECIPES = {"item_firepot", "tonic_small", "guard_mirror", "weapon_cannon"}


def test_the_recipes_are_the_rules():
    recipes = {key: recipe for key, recipe in upgrades.by_key.items() if key not in OUR_RECIPES}

    assert {key: (recipe.target_item, costs_of(recipe)) for key, recipe in recipes.items()} == {
        "lootbox_tier0": ("lootbox_tier1", {"lootbox_tier0": 5, "money": 100}),
        "lootbox_tier1": ("lootbox_tier2", {"lootbox_tier1": 3, "money": 500}),
        "lootbox_tier2": ("lootbox_tier3", {"lootbox_tier2": 3, "money": 2500}),
        "weapon_pebble": ("weapon_boulder", {"weapon_pebble": 10, "money": 500}),
        "blast_spike": ("blast_snare", {"blast_spike": 10, "money": 250}),
        "blast_snare": ("blast_keg", {"blast_snare": 1, "money": 2500}),
        "item_stick": ("guard_buckler", {"item_stick": 10, "money": 500}),
    }
    assert {recipe.unlock_type for recipe in recipes.values()} == {"auto"}
    assert {recipe.duration_seconds for recipe in recipes.values()} == {None}
    assert {recipe.output_quantity for recipe in upgrades.by_key.values()} == {1}


def test_our_own_recipes_show_what_recipes_can_do():
    assert {
        key: (costs_of(recipe), recipe.duration_seconds, recipe.unlock_type)
        for key, recipe in upgrades.by_key.items()
        if key in OUR_RECIPES
    } == {
        "item_firepot": ({"item_stick": 3, "money": 150}, 20, "auto"),
        "tonic_small": ({"item_firepot": 2, "money": 100}, None, "node"),
        "guard_mirror": ({"guard_buckler": 2, "item_lens": 1, "money": 1000}, 600, "job_level"),
        "weapon_cannon": ({"weapon_dart": 10, "money": 5000}, 900, "manual"),
    }
    assert {upgrades.by_key[key].target_item for key in OUR_RECIPES} == OUR_RECIPES
    mirror = upgrades.by_key["guard_mirror"]
    assert (mirror.job_key, mirror.unlock_threshold) == ("blacksmith", 3)
    assert upgrades.by_key["tonic_small"].node_key == "item_tonic"


def test_taking_apart_is_the_rules():
    found = {
        key: (
            recipe.quantity_consumed,
            {output.item: output.quantity for output in recipe.outputs},
            recipe.associated_upgrade,
        )
        for key, recipe in disassembles.by_item.items()
    }

    assert found == {
        "lootbox_tier1": (1, {"lootbox_tier0": 1, "money": 25}, "lootbox_tier0"),
        "lootbox_tier2": (1, {"lootbox_tier1": 1, "money": 125}, "lootbox_tier1"),
        "lootbox_tier3": (1, {"lootbox_tier2": 1, "money": 625}, "lootbox_tier2"),
        "weapon_boulder": (1, {"weapon_pebble": 2, "money": 125}, "weapon_pebble"),
        "blast_snare": (1, {"blast_spike": 2, "money": 62}, "blast_spike"),
        "blast_keg": (1, {"blast_snare": 1, "money": 625}, "blast_snare"),
        "guard_buckler": (1, {"item_stick": 2, "money": 125}, "item_stick"),
    }


def test_there_are_six_jobs_each_with_its_node():
    assert [(job.job_id, job.key, job.display_name, job.node_key) for job in jobs.entries.values()] == [
        (1, "blacksmith", "Blacksmith", "job_blacksmith"),
        (2, "explorer", "Explorer", "job_explorer"),
        (3, "merchant", "Merchant", "job_merchant"),
        (4, "gambler", "Gambler", "job_gambler"),
        (5, "farmer", "Farmer", "job_farmer"),
        (6, "scholar", "Scholar", "job_scholar"),
    ]


@pytest.mark.parametrize(
    ("job", "bonus_type", "values"),
    [
        (
            "explorer",
            "bonus_money_chance",
            {0: "0", 1: "0.25", 9: "0.25", 10: "0.35", 20: "0.45", 99: "0.45"},
        ),
        ("gambler", "prize_increase", {0: "0", 1: "0.01", 10: "0.10", 24: "0.10", 25: "0.25"}),
        ("merchant", "price_adjustment", {0: "0", 1: "0.005", 3: "0.015", 10: "0.05"}),
        ("scholar", "engagement_bonus", {0: "0", 1: "0.10", 7: "0.70"}),
        ("farmer", "price_adjustment", {0: "0", 10: "0"}),
    ],
)
def test_job_bonuses_are_the_rules_and_exact(job: str, bonus_type: BonusType, values: dict[int, str]):
    found = {level: jobs.entries[job].bonus(bonus_type, level) for level in values}

    assert found == {level: Fraction(value) for level, value in values.items()}


@pytest.mark.parametrize("text", ["merchant", "job_merchant"])
def test_a_job_is_found_under_both_its_names(text: str):
    found = jobs.find(text)

    assert found is jobs.by_key["merchant"]


def test_an_unknown_job_is_not_found():
    assert jobs.find("job_job_merchant") is None


def test_the_sales_rotate_through_four_categories():
    assert [(offset, sale.target_category, sale.discount_percent) for offset, sale in weekly_sales.by_week.items()] == [
        (0, "weapon", 25),
        (1, "defense", 20),
        (2, "utility", 30),
        (3, "explosive", 15),
    ]


def test_the_engagement_weights_are_the_rules():
    by_weight: dict[Fraction, set[str]] = {}
    for metric, weight in weights.by_metric.items():
        by_weight.setdefault(weight, set()).add(metric)

    assert by_weight.pop(Fraction(1)) >= {"message", "vote_cast", "gamble_started", "gamble_joined"}
    assert by_weight == {
        2: {"command"},
        10: {"item_used", "slots_big_win"},
        25: {"search_performed"},
        50: {"item_disassembled", "item_sold", "item_bought"},
        200: {"item_crafted", "slots_jackpot"},
    }
    assert len(weights.by_metric) == 21


def test_the_game_listens_for_one_word():
    assert [(string.word, string.code, string.priority) for string in chat_strings.all] == [("obs", "OBS", 10)]


def test_every_item_has_a_name_for_messages():
    assert {name for name, aliases in aliases.by_item.items() if aliases.default} == set(items.by_name)


def test_digests_tell_the_files_apart():
    digests = shipped.digests(SECTIONS)
    raw = (shipped.root / "recipes" / "upgrade.json").read_bytes()

    assert digests["recipes/upgrade.json"] == sha256(raw).hexdigest()
    assert digests.keys() == {section.file for section in SECTIONS if issubclass(section, FileSection)}
    assert len(set(digests.values())) == len(digests)


def test_content_cannot_be_changed():
    with pytest.raises(TypeError):
        items.by_name["money"] = items.by_name["item_spade"]  # pyright: ignore[reportIndexIssue]
    with pytest.raises(ValidationError):
        items.money.base_value = 2


def test_the_editor_schemas_are_current():
    assert outdated(shipped, SECTIONS) == [], "run make generated"


def test_every_file_points_its_editor_at_its_schema():
    for name in shipped.digests(SECTIONS):
        file = shipped.root / name
        reference = file.read_text(encoding="utf-8").split('"$schema": "')[1].split('"')[0]
        assert (file.parent / reference).resolve() == shipped.root / "schemas" / f"{file.stem}.schema.json"


def test_configs_lie_beside_the_package_in_lambda_and_above_it_in_a_checkout(tmp_path: Path):
    package = tmp_path / "layers" / "community" / "community"
    (tmp_path / "configs" / "community").mkdir(parents=True)

    assert find_configs(package) == tmp_path / "configs" / "community"

    (package.parent / "configs" / "community").mkdir(parents=True)

    assert find_configs(package) == package.parent / "configs" / "community"


def test_without_configs_the_start_says_so(tmp_path: Path):
    with pytest.raises(ContentError) as error:
        find_configs(tmp_path / "community")

    assert str(error.value) == f"configs/community: not found above {tmp_path / 'community'}"


def test_the_check_command_prints_what_there_is():
    done = check_command()

    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == (
        "24 items, 47 nodes, 5 jobs, 11 upgrades, 7 disassembles, 4 sales, 4 loot tables, 21 achievements, 9 quests, "
        "24 aliases, 2 themes, 17 info texts\n"
    )


def test_the_check_command_fails_with_one_line(tmp_path: Path):
    done = check_command(tmp_path)

    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == f"{tmp_path.parent.name}/{tmp_path.name}/items.json: the file is missing\n"


def test_the_check_command_knows_what_happens_in_the_game(tmp_path: Path):
    copied = Path(shutil.copytree(shipped.root, tmp_path / "ours"))
    file = copied / "achievements.json"
    file.write_text(file.read_text().replace('"message.received"', '"mesage.received"', 1))

    done = check_command(copied)

    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == (
        f'{tmp_path.name}/ours/achievements.json: achievements[0].event: no event of a player named "mesage.received"'
        ' (did you mean "message.received"?)\n'
    )


@pytest.mark.parametrize(
    ("module", "parsed"),
    [("community.contents", set[str]()), ("functions.community.economy.app", {"items.json", "jobs.json"})],
)
def test_files_are_parsed_when_a_function_starts_and_not_with_the_models(module: str, parsed: set[str]):
    code = (
        f"import {module}; from community.contents import SECTIONS, shipped;"
        "print(*[section.file for section in SECTIONS if 'document' in vars(shipped[section])])"
    )

    found = set(python("-c", code).stdout.split())

    assert found >= parsed
    assert bool(found) == bool(parsed)


def node(**changes: object) -> Node:
    fields = {
        "node_id": 1,
        "key": "some_node",
        "name": "Some Node",
        "description": "A node.",
        "type": "feature",
        "tier": 0,
        "size": "small",
        "category": "core",
        "max_level": 1,
    }
    return Node.model_validate(fields | changes, strict=False)


def check_command(*arguments: Path) -> subprocess.CompletedProcess[str]:
    return python("-m", "community.contents", *map(str, arguments))


def python(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *arguments],
        env=os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)},
        capture_output=True,
        text=True,
        check=False,
    )
