"""What the community has unlocked, and what that changes for everybody."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from fractions import Fraction
from typing import ClassVar
from uuid import UUID

from community.catalog.models import Names
from kernel.errors import NotAllowed, NotFound, Refused
from kernel.events.models import Event


@dataclass(frozen=True, slots=True)
class CommunityState:
    """The community's state that every action may depend on.

    Attributes:
        version: changes whenever anything in here does.
        levels: {node key: highest unlocked level}, unlocked nodes only.
        names: how items are called in chat just now.
        weights: {engagement metric: points for one}.
        modifier_cache: {(feature key, value): modified value}, as far as `rules.modified` was asked about this very
            world: fractions are exact and slow, and prices are asked for all the time.
    """

    version: UUID
    levels: Mapping[str, int]
    names: Names
    weights: Mapping[str, Fraction] = field(default_factory=dict[str, Fraction])
    modifier_cache: dict[tuple[str, int | Fraction], int | Fraction] = field(
        default_factory=dict[tuple[str, int | Fraction], int | Fraction], compare=False, repr=False
    )

    def has(self, node_key: str) -> bool:
        return node_key in self.levels


@dataclass(frozen=True, slots=True)
class Unlock:
    """A level the community has.

    Attributes:
        engagement_score: the points that had come together when it was unlocked.
    """

    unlock_id: int
    node_id: int
    level: int
    unlocked_at: datetime
    unlocked_by: str
    engagement_score: int


class NodeUnlocked(Event):
    type: ClassVar[str] = "progression.node_unlocked"
    node_id: int
    node_key: str
    level: int
    source: str


class NodeRelocked(Event):
    type: ClassVar[str] = "progression.node_relocked"
    node_id: int
    node_key: str
    level: int


class FeatureLocked(NotAllowed):
    code = "feature_locked"
    message = "The community has not unlocked {feature} yet."


class FeatureLockedBehind(NotAllowed):
    """Clients cut the text after the prefix. `feature` is what they were after."""

    code = "feature_locked"
    message = "LOCKED_NODES: {names}"


class ItemLocked(NotAllowed):
    code = "item_locked"
    message = "The community has not unlocked {item} yet."


class UnknownNode(NotFound):
    code = "not_found"
    message = "There is no node called {node}."


class LevelTooHigh(Refused):
    code = "validation"
    message = "The highest level of {node} is {max_level}."
