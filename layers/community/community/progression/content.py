"""The tree of nodes that the community unlocks."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from functools import cached_property
from graphlib import CycleError, TopologicalSorter
from types import MappingProxyType
from typing import Annotated, Literal, Self

from msgspec import Struct
from pydantic import BeforeValidator, Field, PositiveInt, model_validator

from community.catalog.content import ItemsSection
from community.configs import shipped
from community.text_contexts import DESCRIPTION, NODE
from kernel.content.base import Document, Exact, Frozen, Key, Text
from kernel.content.library import FileSection
from kernel.content.problems import Problem, did_you_mean, old_names, repeated, retired, unknown
from kernel.content.text_ids import TextId
from kernel.naming import NameIndex, key
from kernel.texts import every_term, term

NodeType = Literal["feature", "item", "upgrade", "job"]
Size = Literal["small", "medium", "large"]
Category = Literal[
    "combat",
    "core",
    "crafting",
    "economy",
    "exploration",
    "farming",
    "gambling",
    "items",
    "upgrades",
    "utility",
    "weapon",
]
FeatureKey = Literal[
    "contribution",
    "crafting_success_rate",
    "economy_bonus",
    "farming_yield",
    "gamble_win_bonus",
    "job_daily_cap",
    "job_level_cap",
    "job_xp_multiplier",
    "progression_rate",
    "search_cooldown_reduction",
    "search_quality",
]
NOT_APPLIED: Collection[FeatureKey] = ("contribution", "farming_yield")
"""What nodes of features that are not built yet modify."""
BASE_COST = {"small": 50, "medium": 100, "large": 200}
HIGHEST_TIER = 50  # the cost of a large node of this tier still fits a 32-bit integer


class NodesBelowTier(Struct, frozen=True):
    """Met when `count` distinct nodes with a tier strictly below `tier` are unlocked."""

    tier: int
    count: int


class TotalNodes(Struct, frozen=True):
    """Met when `count` distinct nodes are unlocked."""

    count: int


Dynamic = NodesBelowTier | TotalNodes


def parse_dynamic(text: str) -> Dynamic:
    """Read a prerequisite that begins with "-".

    Raises:
        ValueError: its form is unknown or its count is below 1.
    """
    if match := re.fullmatch(r"-nodes_unlocked_below_tier:(\d+):(-?\d+)", text, re.ASCII):
        found = NodesBelowTier(int(match[1]), int(match[2]))
    elif match := re.fullmatch(r"-total_nodes_unlocked:(-?\d+)", text, re.ASCII):
        found = TotalNodes(int(match[1]))
    else:
        raise ValueError(f'"{text}" is neither -nodes_unlocked_below_tier:TIER:COUNT nor -total_nodes_unlocked:COUNT')
    if found.count < 1:
        raise ValueError(f"the count must be at least 1, not {found.count}")
    return found


class Modifier(Frozen):
    feature_key: FeatureKey
    """What it changes."""
    modifier_type: Literal["multiplicative", "linear", "percentage", "fixed"]
    """How the value becomes part of what it changes."""
    base_value: Exact
    """The value at level 0."""
    per_level_value: Exact
    """What each level adds or multiplies by."""
    max_value: Exact | None = None
    """The largest value; null for none."""
    min_value: Exact | None = None
    """The smallest value; null for none."""


def _current_name(node_type: object) -> object:
    return "feature" if node_type == "mechanic" else node_type


class Node(Frozen):
    node_id: PositiveInt
    """Identifies it in the votes. A number that has been used stays taken."""
    key: Key
    """Identifies it in the database and in other files."""
    written_name: Text = Field(alias="name")
    """What players read; translated."""
    written_description: Text = Field(alias="description")
    """What players read about it; translated."""
    type: Annotated[NodeType, BeforeValidator(_current_name)]
    """What it unlocks."""
    tier: int = Field(ge=0, le=HIGHEST_TIER)
    """How late in the tree; later ones cost more."""
    size: Size
    """How much it costs within its tier."""
    category: Category
    """Its branch of the tree."""
    max_level: int = Field(ge=1, le=100)
    """How often it can be unlocked."""
    prerequisites: tuple[Text, ...] = ()
    """Keys of nodes that have to be unlocked before, or a condition that begins with "-"."""
    sort_order: int = 0
    """Its place in lists."""
    auto_unlock: bool = False
    """Unlocked from the beginning."""
    modifier_config: Modifier | None = None
    """What its levels change."""
    modifier_configs: tuple[Modifier, ...] = ()
    """What its levels change, if it is more than one thing."""
    renamed_from: tuple[Key, ...] = ()
    """Earlier keys, so that what players have follows it."""
    planned: bool = False
    """Its feature is not built yet."""
    retired: bool = False
    """Its feature is no longer part of the game."""

    @model_validator(mode="after")
    def _says_it_once(self) -> Self:
        if self.modifier_config is not None and self.modifier_configs:
            raise ValueError("a node has either modifier_config or modifier_configs")
        return self

    @property
    def is_hidden(self) -> bool:
        """Whether the node is neither shown nor voted on nor counted."""
        return self.planned or self.retired

    @property
    def name(self) -> str:
        return term(NODE, self.written_name)

    @property
    def description(self) -> str:
        return term(DESCRIPTION, self.written_description)

    @property
    def modifiers(self) -> tuple[Modifier, ...]:
        return self.modifier_configs if self.modifier_config is None else (self.modifier_config,)

    @cached_property
    def static_prerequisites(self) -> tuple[str, ...]:
        return tuple(text for text in self.prerequisites if not text.startswith("-"))

    @cached_property
    def dynamic_prerequisites(self) -> tuple[Dynamic, ...]:
        return tuple(parse_dynamic(text) for text in self.prerequisites if text.startswith("-"))

    @cached_property
    def cost(self) -> int:
        """Contribution points per level: base × 1.3^tier, rounded half up (rules 9.2)."""
        thirteens, tens = BASE_COST[self.size] * 13**self.tier, 10**self.tier
        return (2 * thirteens + tens) // (2 * tens)


class TreeFile(Document):
    description: str = ""
    """For the file's authors."""
    nodes: tuple[Node, ...] = Field(min_length=1)
    """All nodes."""


class TreeSection(FileSection[TreeFile]):
    file = "progression_tree.json"
    model = TreeFile

    @cached_property
    def nodes(self) -> Mapping[str, Node]:
        """The nodes of the game by key, in the order of the file.

        Planned and retired ones are left out: what needs one of them needs its prerequisites instead.
        """
        visible = [node for node in self.document.nodes if not node.is_hidden]
        return MappingProxyType({node.key: _without_hidden(node, self.entries) for node in visible})

    @cached_property
    def entries(self) -> Mapping[str, Node]:
        """All nodes of the file by key, with the hidden ones."""
        return MappingProxyType({node.key: node for node in self.document.nodes})

    @cached_property
    def retired(self) -> Collection[str]:
        """Keys of the retired nodes."""
        return frozenset(node.key for node in self.document.nodes if node.retired)

    @cached_property
    def children(self) -> Mapping[str, Sequence[Node]]:
        """By node key, the nodes that have it as a prerequisite."""
        children: dict[str, list[Node]] = {key: [] for key in self.nodes}
        for node in self.nodes.values():
            for parent in node.static_prerequisites:
                children[parent].append(node)
        return MappingProxyType(children)

    @cached_property
    def modifiers(self) -> Mapping[str, Sequence[tuple[Node, Modifier]]]:
        """By feature key, its modifiers in the order in which they apply."""
        modifiers: dict[str, list[tuple[Node, Modifier]]] = {}
        for node in sorted(self.nodes.values(), key=lambda node: (node.tier, node.node_id)):
            for modifier in node.modifiers:
                modifiers.setdefault(modifier.feature_key, []).append((node, modifier))
        return MappingProxyType(modifiers)

    def name_of(self, node_key: str) -> str:
        """Return the display name of a stored node, which may be hidden; its key if the content lacks it."""
        node = self.entries.get(node_key)
        return node.name if node else node_key

    @cached_property
    def names(self) -> NameIndex[Node]:
        """What people type for a node, in any language."""
        rows = self.nodes.values()
        return NameIndex(
            lambda node: node.name,
            [(node.key, node) for node in rows],
            [(node.written_name, node) for node in rows],
            [(name, node) for node in rows for name in sorted(every_term(NODE, node.written_name))],
            [(name, node) for node in rows for name in node.renamed_from],
        )

    def problems(self) -> Iterator[Problem]:
        rows = self.document.nodes
        yield from repeated(self.file, "nodes", "node_id", (node.node_id for node in rows))
        yield from repeated(self.file, "nodes", "key", (node.key for node in rows))
        yield from old_names(self.file, "nodes", [(node.key, node.renamed_from) for node in rows])
        yield from repeated(self.file, "nodes", "name", (key(node.written_name) for node in rows))
        broken_links = list(_broken_links(self.file, rows))
        yield from broken_links
        cycles = [] if broken_links else list(_cycles(self.file, rows))
        yield from cycles
        if not (broken_links or cycles):  # the next check follows the links
            yield from _unreachable_nodes(self.file, rows, tuple(self.nodes.values()))
        # Checked here, because the tree depends on the catalogue and not the other way round.
        for index, item in enumerate(self.library[ItemsSection].document.items):
            field = f"items[{index}].node_key"
            yield from unknown(ItemsSection.file, field, "node", item.node_key, self.entries)
            if not item.retired:
                advice = 'name another one, or none, or mark the item "retired": true as well'
                yield from retired(ItemsSection.file, field, "node", item.node_key, self.retired, advice)

    def texts(self) -> Iterator[TextId]:
        for node in self.document.nodes:  # with planned ones, whose translations may be ready
            yield TextId(NODE, node.written_name)
            yield TextId(DESCRIPTION, node.written_description)

    def summary(self) -> str:
        return f"{len(self.nodes)} nodes"


def _without_hidden(node: Node, entries: Mapping[str, Node]) -> Node:
    """Return the node with prerequisites that are all in the game."""
    needed = tuple(dict.fromkeys(_visible_prerequisites(node, entries)))
    if needed == node.prerequisites:
        return node
    fields = {name: getattr(node, name) for name in Node.model_fields}
    return Node.model_construct(**{**fields, "prerequisites": needed})


def _visible_prerequisites(node: Node, entries: Mapping[str, Node]) -> Iterator[str]:
    for text in node.prerequisites:
        needed = entries.get(text)
        if needed is None or not needed.is_hidden:
            yield text
        elif not needed.auto_unlock:
            yield from _visible_prerequisites(needed, entries)


def _broken_links(file: str, nodes: tuple[Node, ...]) -> Iterator[Problem]:
    keys = {node.key for node in nodes}
    for index, node in enumerate(nodes):
        for place, text in enumerate(node.prerequisites):
            if problem := _link_problem(node, place, text, keys):
                yield Problem(file, f"nodes[{index}].prerequisites[{place}]", problem)


def _link_problem(node: Node, place: int, text: str, keys: Collection[str]) -> str | None:
    if text in node.prerequisites[:place]:
        return f'"{text}" is listed twice'
    if text.startswith("-"):
        try:
            parse_dynamic(text)
        except ValueError as error:
            return str(error)
        return None
    if text == node.key:
        return f'"{text}" needs itself'
    return None if text in keys else f'no node named "{text}"{did_you_mean(text, keys)}'


def _cycles(file: str, nodes: tuple[Node, ...]) -> Iterator[Problem]:
    order = {node.key: index for index, node in enumerate(nodes)}
    try:
        TopologicalSorter({node.key: node.static_prerequisites for node in nodes}).prepare()
    except CycleError as error:
        # The cycle starts and ends with the same node, and each is needed by the next. Reversed, each needs the next.
        circle: list[str] = list(reversed(error.args[1]))[1:]
        start = circle.index(min(circle, key=order.__getitem__))
        circle = [*circle[start:], *circle[:start]]
        index = order[circle[0]]
        needed = [*circle[1:], circle[0]]
        place = nodes[index].prerequisites.index(needed[0])
        path = " -> ".join([circle[0], *needed])
        yield Problem(file, f"nodes[{index}].prerequisites[{place}]", f"these nodes need each other: {path}")


def _unreachable_nodes(file: str, rows: tuple[Node, ...], nodes: tuple[Node, ...]) -> Iterator[Problem]:
    """Find nodes that can never be unlocked, by unlocking all available nodes until no more become available.

    Args:
        rows: all nodes of the file.
        nodes: those of the game.
    """
    order = {node.key: index for index, node in enumerate(rows)}
    reached: set[str] = set()
    tiers: list[int] = []
    while fresh := [node for node in nodes if node.key not in reached and _opens(node, reached, tiers)]:
        reached.update(node.key for node in fresh)
        tiers.extend(node.tier for node in fresh)
    for node in nodes:
        if node.key in reached or not reached.issuperset(node.static_prerequisites):
            continue
        for place, text in enumerate(node.prerequisites):
            if text.startswith("-") and (problem := _shortfall(parse_dynamic(text), tiers)):
                yield Problem(file, f"nodes[{order[node.key]}].prerequisites[{place}]", problem)


def _opens(node: Node, reached: set[str], tiers: list[int]) -> bool:
    return node.auto_unlock or (
        reached.issuperset(node.static_prerequisites)
        and not any(_shortfall(dynamic, tiers) for dynamic in node.dynamic_prerequisites)
    )


def _shortfall(dynamic: Dynamic, unlocked_tiers: list[int]) -> str | None:
    if isinstance(dynamic, NodesBelowTier):
        possible = sum(tier < dynamic.tier for tier in unlocked_tiers)
        kind = f"nodes below tier {dynamic.tier}"
    else:
        possible, kind = len(unlocked_tiers), "nodes"
    if possible >= dynamic.count:
        return None
    return f"asks for {dynamic.count} unlocked {kind}, but at most {possible} can be unlocked before it"


tree = shipped[TreeSection]
