"""The game's content: items, tree, jobs, recipes, sales and names, parsed once from configs/."""

from functools import cache
from pathlib import Path

from community.content.achievements import Achievement
from community.content.community import ChatString
from community.content.items import ContentType, Item, Tag
from community.content.jobs import Job
from community.content.loading import Content, load_content
from community.content.loot import GatedTable, LootEntry, LootTable, Pool
from community.content.names import ItemAliases, Theme
from community.content.recipes import Disassemble, Ingredient, Upgrade
from community.content.sales import Sale
from community.content.tree import Dynamic, Modifier, Node, NodesBelowTier, TotalNodes
from kernel.content.errors import ContentError
from kernel.content.reading import find_configs

__all__ = [
    "Achievement",
    "ChatString",
    "Content",
    "ContentError",
    "ContentType",
    "Disassemble",
    "Dynamic",
    "GatedTable",
    "Ingredient",
    "Item",
    "ItemAliases",
    "Job",
    "LootEntry",
    "LootTable",
    "Modifier",
    "Node",
    "NodesBelowTier",
    "Pool",
    "Sale",
    "Tag",
    "Theme",
    "TotalNodes",
    "Upgrade",
    "configs",
    "content",
    "find_configs",
    "load_content",
]

content: Content


def configs() -> Path:
    """Where the content files lie."""
    return find_configs(Path(__file__).resolve().parents[1])


@cache
def _shipped() -> Content:
    return load_content(configs())


def __getattr__(name: str) -> Content:
    # Loaded by the first `from community.content import content`, not by this module: the commands that check
    # the files and write their schemas must start even when a file is broken.
    if name == "content":
        return _shipped()
    raise AttributeError(name)
