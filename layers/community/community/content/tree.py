import re
from dataclasses import dataclass
from functools import cached_property
from typing import Annotated, Literal, Self

from pydantic import BeforeValidator, Field, PositiveInt, model_validator

from kernel.content.base import Document, Exact, Frozen, Key, Text

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
HIGHEST_TIER = 50  # a large node there still costs less than a 32-bit integer holds


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
        """Contribution points per level: base × 1.3^tier, half up (rules 9.2)."""
        thirteens, tens = BASE_COST[self.size] * 13**self.tier, 10**self.tier
        return (2 * thirteens + tens) // (2 * tens)


class TreeFile(Document):
    description: str = ""
    nodes: tuple[Node, ...] = Field(min_length=1)
