"""The community's unlocks, and the state that depends on them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from fractions import Fraction
from typing import ClassVar, Final, TypeVar
from uuid import UUID

from msgspec import Struct

from community.account_hashes import account_hashes
from community.catalog.models import Names
from kernel.errors import NotAllowed, NotFound, Refused
from kernel.events.models import Event
from kernel.naming import person_key


class Exclusions(Struct, frozen=True):
    """Accounts that take no part in the game.

    Attributes:
        ids: (platform, id there).
        spared: (platform, id there) of accounts that play although their names are listed.
        names: (platform, key of the name there), for accounts whose id is not known.
        hashes: of accounts that were excluded when they were forgotten.
    """

    ids: frozenset[tuple[str, str]] = frozenset()
    spared: frozenset[tuple[str, str]] = frozenset()
    names: frozenset[tuple[str, str]] = frozenset()
    hashes: frozenset[str] = frozenset()

    def cover(self, platform: str, platform_id: str, username: str) -> bool:
        return (
            (platform, platform_id) in self.ids
            or (
                bool(self.names)
                and (platform, person_key(username)) in self.names
                and (platform, platform_id) not in self.spared
            )
            or (bool(self.hashes) and not self.hashes.isdisjoint(account_hashes(platform, platform_id)))
        )


class Pacing(Struct, frozen=True):
    """What the costs of nodes depend on, beside the nodes.

    Attributes:
        active_players: different players of the last measured week in which anyone played.
        measured_since: the first day on which anyone played; None before.
        measured_on: the day before which the last measured week ended; None before the first measure.
        fixed: the pace that an administrator has fixed, if any.
    """

    active_players: int = 0
    measured_since: date | None = None
    measured_on: date | None = None
    fixed: Fraction | None = None


K = TypeVar("K")
V = TypeVar("V")

MOST_KEPT: Final = 1000
"""Enough for all prices and caps, and some scores."""


class KeptResults(dict[K, V]):
    """Results that are needed all the time: fractions are exact but slow."""

    def keep(self, asked: K, result: V) -> V:
        """Return the result, and keep it if there is room."""
        if len(self) < MOST_KEPT:
            self[asked] = result
        return result


@dataclass(frozen=True, slots=True)
class CommunityState:
    """The state of the community that any action may depend on.

    Attributes:
        version: changes with every change of the state.
        levels: {node key: highest unlocked level}, unlocked nodes only.
        names: the current names of items in messages.
        weights: {engagement metric: points for one}.
        exclusions: the accounts that take no part in the game.
        forgotten: the hashes of accounts whose players were forgotten.
        pacing: what the costs of nodes depend on.
        awaits_accounts: whether something may wait for accounts that are no player's yet.
        modified: {(feature key, value): modified value}, filled by `rules.modified`.
        scores: {(metric, value, scholar level): points}, filled by `engagement.rules.score`.
    """

    version: UUID
    levels: Mapping[str, int]
    names: Names
    weights: Mapping[str, Fraction] = field(default_factory=dict[str, Fraction])
    exclusions: Exclusions = field(default_factory=Exclusions)
    forgotten: frozenset[str] = frozenset()
    pacing: Pacing = field(default_factory=Pacing)
    awaits_accounts: bool = True
    modified: KeptResults[tuple[str, int | Fraction], int | Fraction] = field(
        default_factory=KeptResults[tuple[str, int | Fraction], int | Fraction], compare=False, repr=False
    )
    scores: KeptResults[tuple[str, int, int], int] = field(
        default_factory=KeptResults[tuple[str, int, int], int], compare=False, repr=False
    )

    def has(self, node_key: str) -> bool:
        return node_key in self.levels


class Unlock(Struct, frozen=True):
    """A level that the community has unlocked.

    Attributes:
        engagement_score: the points when it was unlocked.
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


class PaceChanged(Event):
    """Costs of new targets have changed.

    Attributes:
        pace: what the rules' costs are multiplied by, from 0.25 to 100.
        active_players: players of the last measured week.
        fixed: whether an administrator has fixed the pace.
    """

    type: ClassVar[str] = "progression.pace_changed"
    pace: float
    active_players: int
    fixed: bool


class FeatureLocked(NotAllowed):
    code = "feature_locked"
    message = "The community has not unlocked {feature} yet."


class FeatureLockedBehind(NotAllowed):
    """Other nodes must be unlocked first. Clients parse the text after the prefix. `feature` was requested."""

    code = "feature_locked"
    message = "LOCKED_NODES: {names}"


class ItemLocked(NotAllowed):
    code = "item_locked"
    message = "The community has not unlocked {item} yet."


class UnknownNode(NotFound):
    code = "not_found"
    message = "There is no node called {node}."


class PaceOutOfRange(Refused):
    code = "validation"
    message = "The pace is a number from {lowest} to {highest}, with at most two decimals."


class LevelTooHigh(Refused):
    code = "validation"
    message = "The highest level of {node} is {max_level}."
