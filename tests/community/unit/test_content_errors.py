"""Bad configuration stops the start with one clear line that names file and field."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from community.catalog.content import AliasesSection, ThemesSection
from community.configs import shipped
from community.contents import SECTIONS, check
from community.economy.content import WeeklySalesSection
from community.progression.content import TreeSection
from kernel.content.errors import ContentError
from kernel.content.library import Library

ITEMS = "items.json"
TREE = "progression_tree.json"
JOBS = "jobs.json"
UPGRADES = "recipes/upgrade.json"
DISASSEMBLES = "recipes/disassemble.json"
SALES = "weekly_sales.json"
ALIASES = "item_aliases.json"
THEMES = "item_themes.json"
WEIGHTS = "engagement_weights.json"
STRINGS = "chat_strings.json"
ACHIEVEMENTS = "achievements.json"

Change = Callable[[Any], object]


def put(*path: str | int, value: object) -> Change:
    """Return a change that sets the value at a path."""

    def change(document: Any) -> None:
        for step in path[:-1]:
            document = document[step]
        document[path[-1]] = value

    return change


def drop(*path: str | int) -> Change:
    """Return a change that removes what is at a path."""

    def change(document: Any) -> None:
        for step in path[:-1]:
            document = document[step]
        del document[path[-1]]

    return change


def needs(index: int, *prerequisites: str) -> Change:
    return put("nodes", index, "prerequisites", value=list(prerequisites))


def small_tree(*prerequisites: list[str]) -> Change:
    """Return a change to a tree of nodes n0, n1, ... with these prerequisites."""

    def change(document: Any) -> None:
        document["nodes"] = [
            {
                "node_id": index + 1,
                "key": f"n{index}",
                "name": f"Node {index}",
                "description": "A node.",
                "type": "feature",
                "tier": index,
                "size": "small",
                "category": "core",
                "max_level": 1,
                "prerequisites": needed,
            }
            for index, needed in enumerate(prerequisites)
        ]

    return change


SHAPE = {
    "unknown tag": (
        ITEMS,
        put("items", 1, "tags", 2, value="selable"),
        'items[1].tags[2]: "selable" is not known (did you mean "sellable"?)',
    ),
    "far-off tag": (
        ITEMS,
        put("items", 1, "tags", 0, value="zzz"),
        'items[1].tags[0]: "zzz" is not known (known: buyable, can_open, compostable, consumable, currency, '
        "disassembleable, material, no-use, sellable, tradeable, upgradeable)",
    ),
    "unknown content type": (
        ITEMS,
        put("items", 1, "type", value=["weapons"]),
        'items[1].type[0]: "weapons" is not known (did you mean "weapon"?)',
    ),
    "unknown handler": (
        ITEMS,
        put("items", 8, "handler", value="wepon"),
        'items[8].handler: "wepon" is not known (did you mean "weapon"?)',
    ),
    "generator of nothing": (
        ITEMS,
        drop("items", 1, "handler_config", "item"),
        'items[1]: handler "generator" needs handler_config.item',
    ),
    "crowd of fewer than its least": (
        ITEMS,
        put("items", 16, "handler_config", "max_targets", value=4),
        "items[16].handler_config: min_targets 5 is above max_targets 4",
    ),
    "missing field": (ITEMS, drop("items", 3, "base_value"), "items[3].base_value: is missing"),
    "extra field": (
        ITEMS,
        put("items", 3, "base_valeu", value=1),
        "items[3].base_valeu: there is no such field",
    ),
    "text for a number": (
        ITEMS,
        put("items", 3, "base_value", value="12"),
        'items[3].base_value: input should be a valid integer, not "12"',
    ),
    "negative value": (
        ITEMS,
        put("items", 3, "base_value", value=-1),
        "items[3].base_value: input should be greater than or equal to 0, not -1",
    ),
    "malformed name": (
        ITEMS,
        put("items", 3, "internal_name", value="Guard Buckler"),
        "items[3].internal_name: string should match pattern '^[a-z][a-z0-9_]*$', not \"Guard Buckler\"",
    ),
    "no version": (ITEMS, drop("version"), "version: is missing"),
    "not an object": (ITEMS, put("items", value=7), "items: input should be a valid array, not 7"),
    "bad tier": (
        TREE,
        put("nodes", 0, "tier", value=-1),
        "nodes[0].tier: input should be greater than or equal to 0, not -1",
    ),
    "bad size": (
        TREE,
        put("nodes", 0, "size", value="midium"),
        'nodes[0].size: "midium" is not known (did you mean "medium"?)',
    ),
    "bad type": (
        TREE,
        put("nodes", 0, "type", value="feture"),
        'nodes[0].type: "feture" is not known (did you mean "feature"?)',
    ),
    "bad category": (
        TREE,
        put("nodes", 0, "category", value="econmy"),
        'nodes[0].category: "econmy" is not known (did you mean "economy"?)',
    ),
    "no levels": (
        TREE,
        put("nodes", 0, "max_level", value=0),
        "nodes[0].max_level: input should be greater than or equal to 1, not 0",
    ),
    "too many levels": (
        TREE,
        put("nodes", 0, "max_level", value=101),
        "nodes[0].max_level: input should be less than or equal to 100, not 101",
    ),
    "modifier of nothing": (
        TREE,
        put("nodes", 13, "modifier_config", "feature_key", value="progress_rate"),
        'nodes[13].modifier_config.feature_key: "progress_rate" is not known (did you mean "progression_rate"?)',
    ),
    "modifier that is no number": (
        TREE,
        put("nodes", 13, "modifier_config", "per_level_value", value="a tenth"),
        'nodes[13].modifier_config.per_level_value: input should be a number, not "a tenth"',
    ),
    "modifiers given twice": (
        TREE,
        lambda tree: tree["nodes"][13].update(modifier_configs=[tree["nodes"][13]["modifier_config"]]),
        "nodes[13]: a node has either modifier_config or modifier_configs",
    ),
    "bonus without values": (
        JOBS,
        drop("jobs", 2, "bonuses", 0, "per_level"),
        "jobs[2].bonuses[0]: a bonus has either levels or per_level",
    ),
    "level condition without a level": (
        UPGRADES,
        put("recipes", 0, "unlock_type", value="job_level"),
        'recipes[0]: unlock_type "job_level" needs job_key and unlock_threshold',
    ),
    "node condition without a node": (
        UPGRADES,
        put("recipes", 0, "unlock_type", value="node"),
        'recipes[0]: unlock_type "node" needs node_key',
    ),
    "free upgrade": (
        UPGRADES,
        put("recipes", 0, "costs", 0, "quantity", value=0),
        "recipes[0].costs[0].quantity: input should be greater than 0, not 0",
    ),
    "week out of range": (
        SALES,
        put("sales_schedule", 3, "week_offset", value=4),
        "sales_schedule[3].week_offset: input should be less than 4, not 4",
    ),
    "week before the first": (
        SALES,
        put("sales_schedule", 3, "week_offset", value=-1),
        "sales_schedule[3].week_offset: input should be greater than or equal to 0, not -1",
    ),
    "discount above the price": (
        SALES,
        put("sales_schedule", 0, "discount_percent", value=101),
        "sales_schedule[0].discount_percent: input should be less than or equal to 100, not 101",
    ),
    "alias file of another kind": (
        ALIASES,
        put("schema", value="item-themes"),
        'schema: "item-themes" is not known (did you mean "item-aliases"?)',
    ),
    "alias file without version": (ALIASES, drop("version"), "version: is missing"),
    "empty alias": (
        ALIASES,
        put("aliases", "money", "default", value=[""]),
        'aliases.money.default[0]: string should have at least 1 character, not ""',
    ),
    "malformed alias key": (
        ALIASES,
        put("aliases", "Money", value={}),
        "aliases.Money: string should match pattern '^[a-z][a-z0-9_]*$', not \"Money\"",
    ),
    "theme file of another kind": (THEMES, drop("schema"), "schema: is missing"),
    "thirteenth month": (
        THEMES,
        put("themes", "winter", "start", value="13-01"),
        'themes.winter.start: "13-01" is not a day of the year, written MM-DD',
    ),
    "day that never comes": (
        THEMES,
        put("themes", "winter", "end", value="02-30"),
        'themes.winter.end: "02-30" is not a day of the year, written MM-DD',
    ),
    "day without its zero": (
        THEMES,
        put("themes", "winter", "end", value="1-6"),
        'themes.winter.end: "1-6" is not a day of the year, written MM-DD',
    ),
    "negative weight": (
        WEIGHTS,
        put("weights", "message", value=-1),
        "weights.message: input should be greater than or equal to 0, not -1",
    ),
    "weight that is no number": (
        WEIGHTS,
        put("weights", "message", value="many"),
        'weights.message: input should be a number, not "many"',
    ),
    "metric of other letters": (
        WEIGHTS,
        put("weights", "Item Sold", value=5),
        "weights.Item Sold: string should match pattern '^[a-z][a-z0-9_]*$', not \"Item Sold\"",
    ),
    "no weights": (WEIGHTS, drop("weights"), "weights: is missing"),
    "achievement for nothing": (
        ACHIEVEMENTS,
        put("achievements", 0, "count", value=0),
        "achievements[0].count: input should be greater than 0, not 0",
    ),
    "achievement without an event": (
        ACHIEVEMENTS,
        drop("achievements", 0, "event"),
        "achievements[0].event: is missing",
    ),
    "reward that takes": (
        ACHIEVEMENTS,
        put("achievements", 0, "reward", "money", value=-5),
        "achievements[0].reward.money: input should be greater than or equal to 0, not -5",
    ),
    "word of nothing": (
        STRINGS,
        put("strings", 0, "word", value=""),
        'strings[0].word: string should have at least 1 character, not ""',
    ),
    "word without a code": (STRINGS, drop("strings", 0, "code"), "strings[0].code: is missing"),
    "priority in words": (
        STRINGS,
        put("strings", 0, "priority", value="high"),
        'strings[0].priority: input should be a valid integer, not "high"',
    ),
}

STILL_REFERRED_TO = {
    "retired item in a box": (
        ITEMS,
        put("items", 1, "retired", value=True),
        'loot_tables.json: tables.lootbox_tier1.entries: the item "item_spade" is retired: remove this line',
    ),
    "job of a retired node": (
        TREE,
        put("nodes", 21, "retired", value=True),
        'jobs.json: jobs[0].node_key: the node "job_blacksmith" is retired: name another one, or mark this job '
        '"retired": true as well',
    ),
    "item of a retired node": (
        TREE,
        put("nodes", 14, "retired", value=True),
        'items.json: items[1].node_key: the node "item_spade" is retired: name another one, or none, or mark the item '
        '"retired": true as well',
    ),
    "recipe of a retired job": (
        JOBS,
        put("jobs", 0, "retired", value=True),
        'recipes/upgrade.json: recipes[9].job_key: the job "blacksmith" is retired: name another one, or mark this '
        'recipe "retired": true as well',
    ),
    "recipe of a retired item": (
        ITEMS,
        put("items", 19, "retired", value=True),
        'recipes/upgrade.json: recipes[9].target_item: the item "guard_mirror" is retired: mark this recipe '
        '"retired": true as well',
    ),
}

PROFITS = {
    "sold for more than it is made for": (
        UPGRADES,
        put("recipes", 4, "costs", 0, "quantity", value=3),
        "items.json: items[14].base_value: the shop pays 1000 money for one, and at the best prices, with every "
        "bonus of the game, it costs 660: buy blast_spike for 170, make blast_snare of 3 blast_spike + 250 money",
    ),
    "taken apart for more money than it costs": (
        DISASSEMBLES,
        put("recipes", 6, "outputs", value=[{"item": "money", "quantity": 600}]),
        "items.json: items: buy guard_buckler for 640, take 1 guard_buckler apart: at the best prices, with every "
        "bonus of the game, this costs 640 money and brings 645",
    ),
}

REFERENCES = {
    "item id taken": (ITEMS, put("items", 1, "item_id", value=1), "items[1].item_id: 1 is taken by items[0]"),
    "internal name taken": (
        ITEMS,
        put("items", 1, "internal_name", value="money"),
        'items[1].internal_name: "money" is taken by items[0]',
    ),
    "public name taken in another case": (
        ITEMS,
        put("items", 2, "public_name", value="Spade"),
        'items[2].public_name: "spade" is taken by items[1]',
    ),
    "public name hides an internal name": (
        ITEMS,
        put("items", 2, "public_name", value="Weapon_Dart"),
        'items[2].public_name: "Weapon_Dart" is the internal name of another item',
    ),
    "no money": (
        ITEMS,
        put("items", 0, "internal_name", value="coppers"),
        'items: no item named "money", which the game itself hands out: keep it, and change its public_name',
    ),
    "retired money": (
        ITEMS,
        put("items", 0, "retired", value=True),
        'items: no item named "money", which the game itself hands out: keep it, and change its public_name',
    ),
    "produce that is retired": (
        ITEMS,
        put("items", 2, "retired", value=True),
        'items[1].handler_config.item: the item "item_stick" is retired: let it produce another item, or mark it '
        '"retired": true as well',
    ),
    "former name that is in use": (
        ITEMS,
        put("items", 1, "renamed_from", value=["item_stick"]),
        'items[1].renamed_from[0]: "item_stick" is already a name of items[2]',
    ),
    "former name of its own": (
        JOBS,
        put("jobs", 0, "renamed_from", value=["blacksmith"]),
        'jobs[0].renamed_from[0]: "blacksmith" is already a name of itself',
    ),
    "former key claimed twice": (
        TREE,
        lambda document: [put("nodes", index, "renamed_from", value=["old"])(document) for index in (3, 4)],
        'nodes[4].renamed_from[0]: "old" is already a name of nodes[3]',
    ),
    "job that the game needs": (
        JOBS,
        put("jobs", 2, "key", value="trader"),
        'jobs: no job "merchant", in which the game itself awards experience: keep its key and change its '
        'display_name, or mark it "retired": true',
    ),
    "node without an effect": (
        TREE,
        put("nodes", 8, "planned", value=False),
        'nodes[8].key: no code, item, job or recipe knows "feature_farming" (did you mean "feature_search"?): mark it '
        '"planned": true until there is one, or "retired": true',
    ),
    "node that modifies what is not built": (
        TREE,
        put("nodes", 33, "planned", value=False),
        'nodes[33]: no code applies "farming_yield": mark it "planned": true until there is one, or "retired": true',
    ),
    "item with an unknown node": (
        ITEMS,
        put("items", 1, "node_key", value="item_spode"),
        'items[1].node_key: no node named "item_spode" (did you mean "item_spade"?)',
    ),
    "generator of an unknown item": (
        ITEMS,
        put("items", 1, "handler_config", "item", value="item_stik"),
        'items[1].handler_config.item: no item named "item_stik" (did you mean "item_stick"?)',
    ),
    "node id taken": (TREE, put("nodes", 1, "node_id", value=1), "nodes[1].node_id: 1 is taken by nodes[0]"),
    "node key taken": (
        TREE,
        put("nodes", 5, "key", value="feature_economy"),
        'nodes[5].key: "feature_economy" is taken by nodes[4]',
    ),
    "unknown prerequisite": (
        TREE,
        needs(4, "item_mony"),
        'nodes[4].prerequisites[0]: no node named "item_mony" (did you mean "item_money"?)',
    ),
    "node that needs itself": (
        TREE,
        needs(4, "item_money", "feature_economy"),
        'nodes[4].prerequisites[1]: "feature_economy" needs itself',
    ),
    "prerequisite listed twice": (
        TREE,
        needs(4, "item_money", "item_money"),
        'nodes[4].prerequisites[1]: "item_money" is listed twice',
    ),
    "cycle of two": (
        TREE,
        small_tree([], ["n2", "n0"], ["n0", "n1"]),
        "nodes[1].prerequisites[0]: these nodes need each other: n1 -> n2 -> n1",
    ),
    "cycle of three": (
        TREE,
        small_tree(["n2"], ["n0"], ["n1"]),
        "nodes[0].prerequisites[0]: these nodes need each other: n0 -> n2 -> n1 -> n0",
    ),
    "cycle in the shipped tree": (
        TREE,
        needs(5, "item_spade"),
        "nodes[5].prerequisites[0]: these nodes need each other: feature_search -> item_spade -> feature_search",
    ),
    "unknown dynamic prerequisite": (
        TREE,
        needs(4, "-nodes_below_tier:1:4"),
        'nodes[4].prerequisites[0]: "-nodes_below_tier:1:4" is neither '
        "-nodes_unlocked_below_tier:TIER:COUNT nor -total_nodes_unlocked:COUNT",
    ),
    "dynamic prerequisite without its count": (
        TREE,
        needs(4, "item_money", "-nodes_unlocked_below_tier:1"),
        'nodes[4].prerequisites[1]: "-nodes_unlocked_below_tier:1" is neither '
        "-nodes_unlocked_below_tier:TIER:COUNT nor -total_nodes_unlocked:COUNT",
    ),
    "dynamic prerequisite with words for numbers": (
        TREE,
        needs(4, "-total_nodes_unlocked:five"),
        'nodes[4].prerequisites[0]: "-total_nodes_unlocked:five" is neither '
        "-nodes_unlocked_below_tier:TIER:COUNT nor -total_nodes_unlocked:COUNT",
    ),
    "count of nothing": (
        TREE,
        needs(4, "-total_nodes_unlocked:0"),
        "nodes[4].prerequisites[0]: the count must be at least 1, not 0",
    ),
    "count below nothing": (
        TREE,
        needs(4, "-nodes_unlocked_below_tier:1:-2"),
        "nodes[4].prerequisites[0]: the count must be at least 1, not -2",
    ),
    "more nodes than there are": (
        TREE,
        small_tree([], ["n0"], ["n1", "-total_nodes_unlocked:3"]),
        "nodes[2].prerequisites[1]: asks for 3 unlocked nodes, but at most 2 can be unlocked before it",
    ),
    "more nodes than lie below the tier": (
        TREE,
        needs(43, "job_scholar", "-nodes_unlocked_below_tier:2:14"),
        "nodes[43].prerequisites[1]: asks for 14 unlocked nodes below tier 2, but at most 13 can be unlocked before it",
    ),
    "a count that needs its own descendants": (
        TREE,
        small_tree([], ["n0", "-total_nodes_unlocked:3"], ["n1"], ["n2"]),
        "nodes[1].prerequisites[1]: asks for 3 unlocked nodes, but at most 1 can be unlocked before it",
    ),
    "job with an unknown node": (
        JOBS,
        put("jobs", 0, "node_key", value="job_blaksmith"),
        'jobs[0].node_key: no node named "job_blaksmith" (did you mean "job_blacksmith"?)',
    ),
    "job id taken": (JOBS, put("jobs", 5, "job_id", value=3), "jobs[5].job_id: 3 is taken by jobs[2]"),
    "job key taken": (
        JOBS,
        put("jobs", 5, "key", value="farmer"),
        'jobs[5].key: "farmer" is taken by jobs[4]',
    ),
    "upgrade to an unknown item": (
        UPGRADES,
        put("recipes", 3, "target_item", value="anvil"),
        'recipes[3].target_item: no item named "anvil"',
    ),
    "upgrade from an unknown item": (
        UPGRADES,
        put("recipes", 3, "costs", 0, "item", value="weapon_pebbel"),
        'recipes[3].costs[0].item: no item named "weapon_pebbel" (did you mean "weapon_pebble"?)',
    ),
    "one cost in two rows": (
        UPGRADES,
        put("recipes", 3, "costs", 0, "item", value="money"),
        'recipes[3].costs[1].item: "money" is taken by recipes[3].costs[0]',
    ),
    "upgrade of an unknown job": (
        UPGRADES,
        put("recipes", 3, "job_key", value="smith"),
        'recipes[3].job_key: no job named "smith" (did you mean "blacksmith"?)',
    ),
    "upgrade behind an unknown node": (
        UPGRADES,
        put("recipes", 3, "node_key", value="feature_upgrad"),
        'recipes[3].node_key: no node named "feature_upgrad" (did you mean "feature_upgrade"?)',
    ),
    "upgrade key taken": (
        UPGRADES,
        put("recipes", 3, "recipe_key", value="lootbox_tier0"),
        'recipes[3].recipe_key: "lootbox_tier0" is taken by recipes[0]',
    ),
    "taking apart an unknown item": (
        DISASSEMBLES,
        put("recipes", 3, "recipe_key", value="weapon_bolder"),
        'recipes[3].recipe_key: no item named "weapon_bolder" (did you mean "weapon_boulder"?)',
    ),
    "taking apart the same item twice": (
        DISASSEMBLES,
        put("recipes", 3, "recipe_key", value="lootbox_tier1"),
        'recipes[3].recipe_key: "lootbox_tier1" is taken by recipes[0]',
    ),
    "salvage of an unknown item": (
        DISASSEMBLES,
        put("recipes", 3, "outputs", 1, "item", value="mony"),
        'recipes[3].outputs[1].item: no item named "mony" (did you mean "money"?)',
    ),
    "taking apart without its upgrade": (
        DISASSEMBLES,
        put("recipes", 3, "associated_upgrade", value="weapon_boulder"),
        'recipes[3].associated_upgrade: no upgrade recipe named "weapon_boulder"',
    ),
    "sale of an unknown category": (
        SALES,
        put("sales_schedule", 0, "target_category", value="Weapons"),
        'sales_schedule[0].target_category: no content type named "weapons" (did you mean "weapon"?)',
    ),
    "two sales in one week": (
        SALES,
        put("sales_schedule", 1, "week_offset", value=0),
        "sales_schedule[1].week_offset: 0 is taken by sales_schedule[0]",
    ),
    "two rules for one word": (
        STRINGS,
        put(
            "strings", value=[{"word": "obs", "code": "OBS"}, {"word": "hi", "code": "A"}, {"word": "OBS", "code": "B"}]
        ),
        'strings[2].word: "obs" is taken by strings[0]',
    ),
    "achievement key taken": (
        ACHIEVEMENTS,
        put("achievements", 1, "key", value="first_words"),
        'achievements[1].key: "first_words" is taken by achievements[0]',
    ),
    "reward of an unknown item": (
        ACHIEVEMENTS,
        put("achievements", 0, "reward", "items", value=[{"item": "item_lense", "quantity": 1}]),
        'achievements[0].reward.items[0].item: no item named "item_lense" (did you mean "item_lens"?)',
    ),
    "reward that teaches an unknown recipe": (
        ACHIEVEMENTS,
        put("achievements", 0, "reward", "recipe", value="weapon_canon"),
        'achievements[0].reward.recipe: no upgrade recipe named "weapon_canon" (did you mean "weapon_cannon"?)',
    ),
    "lesson for an unknown job": (
        ACHIEVEMENTS,
        put("achievements", 0, "reward", "lesson", value={"job_key": "smith", "xp": 5}),
        'achievements[0].reward.lesson.job_key: no job named "smith" (did you mean "blacksmith"?)',
    ),
    "alias of an unknown item": (
        ALIASES,
        put("aliases", "item_spode", value={"default": ["spode"]}),
        'aliases.item_spode: no item named "item_spode" (did you mean "item_spade"?)',
    ),
    "alias for an unknown theme": (
        ALIASES,
        put("aliases", "money", "themes", "wintr", value=["snowflakes"]),
        'aliases.money.themes.wintr: no theme named "wintr" (did you mean "winter"?)',
    ),
}

BROKEN = {
    "missing comma": (
        b'{\n  "version": "1.0"\n  "items": []\n}',
        "line 3, column 3: broken JSON: Expecting ',' delimiter",
    ),
    "missing colon": (b'{"version" "1.0"}', "line 1, column 12: broken JSON: Expecting ':' delimiter"),
    "empty file": (b"", "line 1, column 1: broken JSON: Expecting value"),
    "cut off": (b'{"version": "1.0", "items": [', "line 1, column 30: broken JSON: Expecting value"),
    "not UTF-8": (b'{"version": "\xff"}', "broken JSON: 'utf-8' codec can't decode byte 0xff in position 13"),
    "key given twice": (
        b'{"version": "1.0", "version": "1.1"}',
        'broken JSON: "version" stands twice in one object',
    ),
    "a list instead of an object": (b"[]", "input should be an object, not []"),
}


@pytest.fixture
def copied(tmp_path: Path) -> Path:
    return Path(shutil.copytree(shipped.root, tmp_path / "configs" / "community"))


@pytest.mark.parametrize(("file", "change", "line"), SHAPE.values(), ids=SHAPE)
def test_a_field_of_the_wrong_shape_is_named(copied: Path, file: str, change: Change, line: str):
    edit(copied / file, change)

    assert complaint(copied) == f"configs/community/{file}: {line}"


@pytest.mark.parametrize(("file", "change", "line"), STILL_REFERRED_TO.values(), ids=STILL_REFERRED_TO)
def test_what_still_refers_to_a_retired_entry_is_named(copied: Path, file: str, change: Change, line: str):
    edit(copied / file, change)

    assert complaint(copied) == f"configs/community/{line}"


@pytest.mark.parametrize(("file", "change", "line"), REFERENCES.values(), ids=REFERENCES)
def test_files_that_contradict_each_other_are_named(copied: Path, file: str, change: Change, line: str):
    edit(copied / file, change)

    assert complaint(copied) == f"configs/community/{file}: {line}"


@pytest.mark.parametrize(("file", "change", "line"), PROFITS.values(), ids=PROFITS)
def test_a_loop_of_trades_that_pays_is_shown(copied: Path, file: str, change: Change, line: str):
    edit(copied / file, change)

    assert complaint(copied) == f"configs/community/{line}"


@pytest.mark.parametrize(("raw", "line"), BROKEN.values(), ids=BROKEN)
def test_broken_json_is_located(copied: Path, raw: bytes, line: str):
    (copied / ITEMS).write_bytes(raw)

    found = complaint(copied)

    assert found.startswith(f"configs/community/items.json: {line}")
    assert "\n" not in found


@pytest.mark.parametrize("file", [ITEMS, TREE, JOBS, UPGRADES, DISASSEMBLES, SALES, WEIGHTS, STRINGS])
def test_a_missing_file_is_named(copied: Path, file: str):
    (copied / file).unlink()

    assert complaint(copied) == f"configs/community/{file}: the file is missing"


def test_without_alias_and_theme_files_there_are_no_aliases_and_no_themes(copied: Path):
    before = checked(copied).digests(SECTIONS)
    (copied / ALIASES).unlink()
    (copied / THEMES).unlink()

    loaded = checked(copied)

    assert (len(loaded[AliasesSection].by_item), len(loaded[ThemesSection].by_key)) == (0, 0)
    assert loaded.digests(SECTIONS).keys() == before.keys() - {ALIASES, THEMES}


def test_themed_aliases_may_wait_for_a_theme_file(copied: Path):
    (copied / THEMES).unlink()

    loaded = checked(copied)

    assert loaded[AliasesSection].by_item["money"].themes["winter"] == ("chocolate coins",)


def test_a_leap_day_is_a_day(copied: Path):
    edit(copied / THEMES, put("themes", "leap", value={"start": "02-29", "end": "02-29"}))

    assert "leap" in checked(copied)[ThemesSection].by_key


def test_a_byte_order_mark_does_no_harm(copied: Path):
    (copied / SALES).write_bytes(b"\xef\xbb\xbf" + (copied / SALES).read_bytes())

    assert len(checked(copied)[WeeklySalesSection].by_week) == 4


def test_a_count_may_be_met_by_later_nodes_and_by_nodes_that_unlock_themselves(copied: Path):
    edit(copied / TREE, needs(0, "-total_nodes_unlocked:47"))  # the root unlocks itself, so it never has to wait
    edit(copied / TREE, needs(4, "-total_nodes_unlocked:20"))

    assert len(checked(copied)[TreeSection].nodes) == 47


def test_a_category_on_sale_is_written_in_any_case(copied: Path):
    edit(copied / SALES, put("sales_schedule", 0, "target_category", value="WEAPON"))
    edit(copied / SALES, put("sales_schedule", 1, "target_category", value=None))

    sales = checked(copied)[WeeklySalesSection].by_week

    assert (sales[0].target_category, sales[1].target_category) == ("weapon", None)


def edit(file: Path, change: Change) -> None:
    document = json.loads(file.read_bytes())
    change(document)
    file.write_text(json.dumps(document), encoding="utf-8")


def checked(directory: Path) -> Library:
    library = Library(directory)
    check(library)
    return library


def complaint(directory: Path) -> str:
    with pytest.raises(ContentError) as error:
        checked(directory)
    return str(error.value)
