"""What no single field can tell: that the files agree with each other."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import get_args

from community.content.achievements import AchievementsFile
from community.content.community import ChatStringsFile, WeightsFile
from community.content.items import ContentType, ItemsFile
from community.content.jobs import JobsFile
from community.content.loot import GatedTable, LootTablesFile
from community.content.names import AliasesFile, ItemAliases, ThemesFile
from community.content.recipes import DisassemblesFile, Ingredient, UpgradesFile
from community.content.sales import SalesFile
from community.content.tree import TreeFile
from community.content.tree_checks import tree_problems
from kernel.content.problems import Problem, repeated, unknown

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
LOOT = "loot_tables.json"
ACHIEVEMENTS = "achievements.json"


@dataclass(frozen=True, slots=True)
class Documents:
    items: ItemsFile
    tree: TreeFile
    jobs: JobsFile
    upgrades: UpgradesFile
    disassembles: DisassemblesFile
    sales: SalesFile
    weights: WeightsFile
    strings: ChatStringsFile
    loot: LootTablesFile
    achievements: AchievementsFile
    aliases: AliasesFile | None
    themes: ThemesFile | None


def problems(documents: Documents) -> Iterator[Problem]:
    items = {item.internal_name for item in documents.items.items}
    nodes = {node.key for node in documents.tree.nodes}
    jobs = {job.key for job in documents.jobs.jobs}
    upgrades = {recipe.recipe_key for recipe in documents.upgrades.recipes}
    yield from tree_problems(TREE, documents.tree)
    yield from _items(documents.items, nodes)
    yield from _jobs(documents.jobs, nodes)
    yield from _upgrades(documents.upgrades, items, jobs, nodes)
    yield from _disassembles(documents.disassembles, items, upgrades)
    yield from _sales(documents.sales)
    yield from _loot(documents.loot, items)
    yield from _achievements(documents.achievements, items, jobs, upgrades)
    yield from repeated(STRINGS, "strings", "word", (string.word.lower() for string in documents.strings.strings))
    if documents.aliases:
        themes = documents.themes.themes if documents.themes else None
        yield from alias_problems(documents.aliases.aliases, items, themes)


def alias_problems(
    aliases: Mapping[str, ItemAliases], items: Collection[str], themes: Collection[str] | None
) -> Iterator[Problem]:
    """Find aliases of unknown items and of unknown themes. Themes are None when there is no theme file."""
    for item, names in aliases.items():
        yield from unknown(ALIASES, f"aliases.{item}", "item", item, items)
        if themes is not None:
            for theme in names.themes:
                yield from unknown(ALIASES, f"aliases.{item}.themes.{theme}", "theme", theme, themes)


def _items(document: ItemsFile, nodes: set[str]) -> Iterator[Problem]:
    rows = document.items
    yield from repeated(ITEMS, "items", "item_id", (item.item_id for item in rows))
    yield from repeated(ITEMS, "items", "internal_name", (item.internal_name for item in rows))
    yield from repeated(ITEMS, "items", "public_name", (item.public_name.casefold() for item in rows))
    by_name = {item.internal_name: item for item in rows}
    yield from unknown(ITEMS, "items", "item", "money", by_name)
    for index, item in enumerate(rows):
        if by_name.get(item.public_name.casefold(), item) is not item:
            # Public names are looked up first, so the other item could not be reached by its own name.
            text = f'"{item.public_name}" is the internal name of another item'
            yield Problem(ITEMS, f"items[{index}].public_name", text)
        yield from unknown(ITEMS, f"items[{index}].node_key", "node", item.node_key, nodes)
        made = item.handler_config.item
        yield from unknown(ITEMS, f"items[{index}].handler_config.item", "item", made, by_name)


def _jobs(document: JobsFile, nodes: set[str]) -> Iterator[Problem]:
    yield from repeated(JOBS, "jobs", "job_id", (job.job_id for job in document.jobs))
    yield from repeated(JOBS, "jobs", "key", (job.key for job in document.jobs))
    for index, job in enumerate(document.jobs):
        yield from unknown(JOBS, f"jobs[{index}].node_key", "node", job.node_key, nodes)


def _upgrades(document: UpgradesFile, items: set[str], jobs: set[str], nodes: set[str]) -> Iterator[Problem]:
    yield from repeated(UPGRADES, "recipes", "recipe_key", (row.recipe_key for row in document.recipes))
    for index, recipe in enumerate(document.recipes):
        field = f"recipes[{index}]"
        yield from unknown(UPGRADES, f"{field}.target_item", "item", recipe.target_item, items)
        yield from _ingredients(UPGRADES, f"{field}.costs", recipe.costs, items)
        yield from unknown(UPGRADES, f"{field}.job_key", "job", recipe.job_key, jobs)
        yield from unknown(UPGRADES, f"{field}.node_key", "node", recipe.node_key, nodes)


def _disassembles(document: DisassemblesFile, items: set[str], upgrades: set[str]) -> Iterator[Problem]:
    file = DISASSEMBLES
    yield from repeated(file, "recipes", "recipe_key", (row.recipe_key for row in document.recipes))
    for index, recipe in enumerate(document.recipes):
        field = f"recipes[{index}]"
        yield from unknown(file, f"{field}.recipe_key", "item", recipe.recipe_key, items)
        yield from _ingredients(file, f"{field}.outputs", recipe.outputs, items)
        upgrade = recipe.associated_upgrade
        yield from unknown(file, f"{field}.associated_upgrade", "upgrade recipe", upgrade, upgrades)


def _ingredients(file: str, field: str, rows: tuple[Ingredient, ...], items: set[str]) -> Iterator[Problem]:
    yield from repeated(file, field, "item", (row.item for row in rows))
    for index, row in enumerate(rows):
        yield from unknown(file, f"{field}[{index}].item", "item", row.item, items)


def _loot(document: LootTablesFile, items: set[str]) -> Iterator[Problem]:
    for box, table in document.tables.items():
        field = f"tables.{box}"
        yield from unknown(LOOT, field, "item", box, items)
        rows = (
            [(f"pools[{number}].items", row) for number, pool in enumerate(table.pools) for row in pool.items]
            if isinstance(table, GatedTable)
            else [("entries", row) for row in table]
        )
        for place, row in rows:
            yield from unknown(LOOT, f"{field}.{place}", "item", row.item_name, items)


def _achievements(document: AchievementsFile, items: set[str], jobs: set[str], upgrades: set[str]) -> Iterator[Problem]:
    rows = document.achievements
    yield from repeated(ACHIEVEMENTS, "achievements", "key", (row.key for row in rows))
    for index, row in enumerate(rows):
        field = f"achievements[{index}].reward"
        yield from _ingredients(ACHIEVEMENTS, f"{field}.items", row.reward.items, items)
        yield from unknown(ACHIEVEMENTS, f"{field}.recipe", "upgrade recipe", row.reward.recipe, upgrades)
        taught = row.reward.lesson.job_key if row.reward.lesson else None
        yield from unknown(ACHIEVEMENTS, f"{field}.lesson.job_key", "job", taught, jobs)


def _sales(document: SalesFile) -> Iterator[Problem]:
    rows = document.sales_schedule
    yield from repeated(SALES, "sales_schedule", "week_offset", (sale.week_offset for sale in rows))
    for index, sale in enumerate(rows):
        field = f"sales_schedule[{index}].target_category"
        yield from unknown(SALES, field, "content type", sale.target_category, get_args(ContentType))
