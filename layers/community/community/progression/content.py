"""The tree of nodes that the community unlocks."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from graphlib import CycleError, TopologicalSorter
from types import MappingProxyType
from typing import Annotated, Literal, Self

from pydantic import BeforeValidator, Field, PositiveInt, model_validator

from community.catalog.content import ItemsSection
from community.configs import shipped
from community.text_contexts import DESCRIPTION, NODE
from kernel.content.base import Document, Exact, Frozen, Key, Text
from kernel.content.library import FileSection
from kernel.content.po_files import TextId
from kernel.content.problems import Problem, did_you_mean, repeated, unknown
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
BASE_COST = {"small": 50, "medium": 100, "large": 200}
HIGHEST_TIER = 50  # the cost of a large node of this tier still fits a 32-bit integer


@dataclass(frozen=True, slots=True)
class NodesBelowTier:
    """Met when `count` distinct nodes with a tier strictly below `tier` are unlocked."""

    tier: int
    count: int


@dataclass(frozen=True, slots=True)
class TotalNodes:
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
    modifier_type: Literal["multiplicative", "linear", "percentage", "fixed"]
    base_value: Exact
    per_level_value: Exact
    max_value: Exact | None = None
    min_value: Exact | None = None


def _current_name(node_type: object) -> object:
    return "feature" if node_type == "mechanic" else node_type


class Node(Frozen):
    node_id: PositiveInt
    key: Key
    name: Text
    description: Text
    type: Annotated[NodeType, BeforeValidator(_current_name)]
    tier: int = Field(ge=0, le=HIGHEST_TIER)
    size: Size
    category: Category
    max_level: int = Field(ge=1, le=100)
    prerequisites: tuple[Text, ...] = ()
    sort_order: int = 0
    auto_unlock: bool = False
    modifier_config: Modifier | None = None
    modifier_configs: tuple[Modifier, ...] = ()

    @model_validator(mode="after")
    def _says_it_once(self) -> Self:
        if self.modifier_config is not None and self.modifier_configs:
            raise ValueError("a node has either modifier_config or modifier_configs")
        return self

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
    nodes: tuple[Node, ...] = Field(min_length=1)


class TreeSection(FileSection[TreeFile]):
    file = "progression_tree.json"
    model = TreeFile

    @cached_property
    def nodes(self) -> Mapping[str, Node]:
        """By key, in the order of the file."""
        return MappingProxyType({node.key: node for node in self.document.nodes})

    @cached_property
    def names(self) -> NameIndex[Node]:
        """What people type for a node, in any language."""
        rows = self.document.nodes
        return NameIndex(
            lambda node: term(NODE, node.name),
            [(node.key, node) for node in rows],
            [(node.name, node) for node in rows],
            [(name, node) for node in rows for name in sorted(every_term(NODE, node.name))],
        )

    def problems(self) -> Iterator[Problem]:
        rows = self.document.nodes
        yield from repeated(self.file, "nodes", "node_id", (node.node_id for node in rows))
        yield from repeated(self.file, "nodes", "key", (node.key for node in rows))
        yield from repeated(self.file, "nodes", "name", (key(node.name) for node in rows))
        broken_links = list(_broken_links(self.file, rows))
        yield from broken_links
        if not broken_links:  # the next checks follow the links
            yield from _cycles(self.file, rows)
            yield from _unreachable_nodes(self.file, rows)
        # Checked here, because the tree depends on the catalogue and not the other way round.
        for index, item in enumerate(self.library[ItemsSection].document.items):
            yield from unknown(ItemsSection.file, f"items[{index}].node_key", "node", item.node_key, self.nodes)

    def texts(self) -> Iterator[TextId]:
        for node in self.nodes.values():
            yield TextId(NODE, node.name)
            yield TextId(DESCRIPTION, node.description)

    def summary(self) -> str:
        return f"{len(self.nodes)} nodes"


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


def _unreachable_nodes(file: str, nodes: tuple[Node, ...]) -> Iterator[Problem]:
    """Find nodes that can never be unlocked, by unlocking all available nodes until no more become available."""
    reached: set[str] = set()
    tiers: list[int] = []
    while fresh := [node for node in nodes if node.key not in reached and _opens(node, reached, tiers)]:
        reached.update(node.key for node in fresh)
        tiers.extend(node.tier for node in fresh)
    for index, node in enumerate(nodes):
        if node.key in reached or not reached.issuperset(node.static_prerequisites):
            continue
        for place, text in enumerate(node.prerequisites):
            if text.startswith("-") and (problem := _shortfall(parse_dynamic(text), tiers)):
                yield Problem(file, f"nodes[{index}].prerequisites[{place}]", problem)


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
