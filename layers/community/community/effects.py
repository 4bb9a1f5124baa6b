"""What unlocking a node does, as far as the code knows: a node without an effect would be worked for in vain."""

from __future__ import annotations

from collections.abc import Iterator

from community.catalog.content import ItemsSection
from community.contributions.service import BOOST
from community.crafting.content import UpgradesSection
from community.crafting.service import DISASSEMBLE_FEATURE, UPGRADE_FEATURE
from community.economy.service import FEATURE as ECONOMY
from community.economy.service import SALE_FEATURE
from community.gambles.rules import FEATURE as GAMBLES
from community.inventory.service import FILTERS
from community.jobs.content import JobsSection
from community.progression.content import NOT_APPLIED, Node, TreeSection
from community.progression.keys import TreeNodeKey
from community.quests.rules import FEATURE as QUESTS
from community.search.service import FEATURE as SEARCH
from kernel.content.library import Library
from kernel.content.problems import Problem, did_you_mean

ROOT: TreeNodeKey = "progression_system"
"""The node that everything else grows from."""

FEATURES = frozenset(
    {ROOT, BOOST, ECONOMY, SALE_FEATURE, UPGRADE_FEATURE, DISASSEMBLE_FEATURE, GAMBLES, QUESTS, SEARCH}
    | set(FILTERS.values())
)
"""The nodes that the code itself asks for."""

ADVICE = 'mark it "planned": true until there is one, or "retired": true'


def effect_problems(library: Library) -> Iterator[Problem]:
    """Find nodes of the game that would change nothing when they are unlocked."""
    tree = library[TreeSection]
    unlocking = _unlocking(library)
    for index, entry in enumerate(tree.document.nodes):
        if entry.key in tree.nodes:
            yield from _problems(f"nodes[{index}]", entry, unlocking)


def _unlocking(library: Library) -> set[str]:
    """Return the keys of the nodes that unlock an item, a job or a recipe."""
    items = (item.node_key for item in library[ItemsSection].document.items if not item.retired)
    jobs = (job.node_key for job in library[JobsSection].document.jobs if not job.retired)
    recipes = (recipe.node_key for recipe in library[UpgradesSection].by_key.values())
    return {key for keys in (items, jobs, recipes) for key in keys if key}


def _problems(field: str, node: Node, unlocking: set[str]) -> Iterator[Problem]:
    if not (node.key in FEATURES or node.key in unlocking or node.modifiers):
        text = f'no code, item, job or recipe knows "{node.key}"{did_you_mean(node.key, FEATURES)}: {ADVICE}'
        yield Problem(TreeSection.file, f"{field}.key", text)
    for modifier in node.modifiers:
        if modifier.feature_key in NOT_APPLIED:
            yield Problem(TreeSection.file, field, f'no code applies "{modifier.feature_key}": {ADVICE}')
