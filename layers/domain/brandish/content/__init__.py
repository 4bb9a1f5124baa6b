"""The game's content: items, tree, jobs, recipes, sales and names, parsed once from configs/."""

from functools import cache
from pathlib import Path

from brandish.content.achievements import Achievement
from brandish.content.community import ChatString
from brandish.content.errors import ContentError
from brandish.content.items import ContentType, Item, Tag
from brandish.content.jobs import Job
from brandish.content.loading import Content, load_content
from brandish.content.loot import GatedTable, LootEntry, LootTable, Pool
from brandish.content.names import ItemAliases, Theme
from brandish.content.reading import find_configs
from brandish.content.recipes import Disassemble, Ingredient, Upgrade
from brandish.content.sales import Sale
from brandish.content.tree import Dynamic, Modifier, Node, NodesBelowTier, TotalNodes

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
    # Loaded by the first `from brandish.content import content`, not by this module: the commands that check
    # the files and write their schemas must start even when a file is broken.
    if name == "content":
        return _shipped()
    raise AttributeError(name)
