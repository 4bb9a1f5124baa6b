from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cached_property
from hashlib import sha256
from pathlib import Path
from types import MappingProxyType

from community.content import checks
from community.content.achievements import Achievement, AchievementsFile
from community.content.checks import Documents
from community.content.community import ChatString, ChatStringsFile, WeightsFile
from community.content.items import Item, ItemsFile
from community.content.jobs import Job, JobsFile
from community.content.loot import LootTable, LootTablesFile
from community.content.names import AliasesFile, ItemAliases, Theme, ThemesFile
from community.content.recipes import Disassemble, DisassemblesFile, Upgrade, UpgradesFile
from community.content.sales import Sale, SalesFile
from community.content.tree import Node, TreeFile
from kernel.content.base import Document
from kernel.content.errors import ContentError
from kernel.content.reading import D, parse

FILES: Mapping[str, type[Document]] = {
    checks.ITEMS: ItemsFile,
    checks.TREE: TreeFile,
    checks.JOBS: JobsFile,
    checks.UPGRADES: UpgradesFile,
    checks.DISASSEMBLES: DisassemblesFile,
    checks.SALES: SalesFile,
    checks.WEIGHTS: WeightsFile,
    checks.STRINGS: ChatStringsFile,
    checks.LOOT: LootTablesFile,
    checks.ACHIEVEMENTS: AchievementsFile,
    checks.ALIASES: AliasesFile,
    checks.THEMES: ThemesFile,
}


@dataclass(frozen=True)
class Content:
    """What ships with the game. Every mapping keeps the order of its file."""

    items: Mapping[str, Item]  # by internal name
    nodes: Mapping[str, Node]  # by key
    jobs: Mapping[str, Job]  # by key, without "job_"
    upgrades: Mapping[str, Upgrade]  # by recipe key
    disassembles: Mapping[str, Disassemble]  # by source item
    sales: Mapping[int, Sale]  # by week offset, (ISO week - 1) mod 4
    weights: Mapping[str, Fraction]  # contribution points for one, by engagement metric
    strings: tuple[ChatString, ...]  # words the game listens for in chat
    loot: Mapping[str, LootTable]  # by box
    achievements: Mapping[str, Achievement]  # by key
    aliases: Mapping[str, ItemAliases]  # by internal item name
    themes: Mapping[str, Theme]
    digests: Mapping[str, str]  # file name, relative to configs/ -> sha256 of its bytes
    _items_by_id: Mapping[int, Item] = field(repr=False)
    _items_by_public_name: Mapping[str, Item] = field(repr=False)

    @cached_property
    def money(self) -> Item:
        return self.items["money"]

    def item(self, item_id: int) -> Item:
        """Raises KeyError when no item has this id."""
        return self._items_by_id[item_id]

    def find_item(self, text: str) -> Item | None:
        """Find an item by its public name in any case, else by its exact internal name (rules section 2)."""
        return self._items_by_public_name.get(text.casefold()) or self.items.get(text)

    def find_job(self, text: str) -> Job | None:
        """Find a job by its key, with or without "job_" before it."""
        return self.jobs.get(text) or self.jobs.get(text.removeprefix("job_"))


def load_content(root: Path) -> Content:
    """Read, check and index every content file.

    Raises:
        ContentError: the first thing that is wrong; nothing was loaded.
    """
    raw = {name: path.read_bytes() for name in FILES if (path := root / name).is_file()}
    documents = _read(raw, shown_path(root))
    for problem in checks.problems(documents):
        raise ContentError(f"{shown_path(root)}/{problem.file}", problem.field, problem.text)
    return _index(documents, {name: sha256(data).hexdigest() for name, data in raw.items()})


def shown_path(root: Path) -> str:
    """A folder of configs/ as messages name it: configs/community."""
    return f"{root.parent.name}/{root.name}"


def _read(raw: Mapping[str, bytes], directory: str) -> Documents:
    def optional(name: str, model: type[D]) -> D | None:
        return parse(raw[name], model, f"{directory}/{name}") if name in raw else None

    def required(name: str, model: type[D]) -> D:
        document = optional(name, model)
        if document is None:
            raise ContentError(f"{directory}/{name}", "", "the file is missing")
        return document

    return Documents(
        items=required(checks.ITEMS, ItemsFile),
        tree=required(checks.TREE, TreeFile),
        jobs=required(checks.JOBS, JobsFile),
        upgrades=required(checks.UPGRADES, UpgradesFile),
        disassembles=required(checks.DISASSEMBLES, DisassemblesFile),
        sales=required(checks.SALES, SalesFile),
        weights=required(checks.WEIGHTS, WeightsFile),
        strings=required(checks.STRINGS, ChatStringsFile),
        loot=required(checks.LOOT, LootTablesFile),
        achievements=required(checks.ACHIEVEMENTS, AchievementsFile),
        aliases=optional(checks.ALIASES, AliasesFile),
        themes=optional(checks.THEMES, ThemesFile),
    )


def _index(documents: Documents, digests: Mapping[str, str]) -> Content:
    items = documents.items.items
    upgrades, disassembles = documents.upgrades.recipes, documents.disassembles.recipes
    return Content(
        items=MappingProxyType({item.internal_name: item for item in items}),
        nodes=MappingProxyType({node.key: node for node in documents.tree.nodes}),
        jobs=MappingProxyType({job.key: job for job in documents.jobs.jobs}),
        upgrades=MappingProxyType({recipe.recipe_key: recipe for recipe in upgrades}),
        disassembles=MappingProxyType({recipe.recipe_key: recipe for recipe in disassembles}),
        sales=MappingProxyType({sale.week_offset: sale for sale in documents.sales.sales_schedule}),
        weights=MappingProxyType(dict(documents.weights.weights)),
        strings=documents.strings.strings,
        loot=MappingProxyType(dict(documents.loot.tables)),
        achievements=MappingProxyType({row.key: row for row in documents.achievements.achievements}),
        aliases=MappingProxyType(dict(documents.aliases.aliases) if documents.aliases else {}),
        themes=MappingProxyType(dict(documents.themes.themes) if documents.themes else {}),
        digests=MappingProxyType(dict(digests)),
        _items_by_id=MappingProxyType({item.item_id: item for item in items}),
        _items_by_public_name=MappingProxyType({item.public_name.casefold(): item for item in items}),
    )
