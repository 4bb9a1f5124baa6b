"""Reading the community's state, and changing its unlocks, names and weights."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from fractions import Fraction
from typing import Any
from uuid import UUID

from msgspec import Struct

from community.catalog import item_names
from community.catalog.models import Names
from community.progression import queries
from community.progression.content import Node, tree
from community.progression.models import CommunityState, Exclusions, PaceChanged, Pacing, Unlock
from community.progression.pacing import pace
from kernel.database import Tx
from kernel.events import service as events


class CacheStatistics(Struct):
    hits: int = 0
    misses: int = 0
    evictions: int = 0

    @property
    def size(self) -> int:
        return 0 if _cached is None else 1


_cached: CommunityState | None = None
_publishing = threading.Lock()
cache_statistics = CacheStatistics()


def state_at(tx: Tx, version: UUID) -> CommunityState:
    """Return the state of `version`, which a load has just read. Queries the database only when it is not cached."""
    global _cached
    cached = _cached  # read once, because the environments of the local stack share this module
    if cached is not None and cached.version == version:
        cache_statistics.hits += 1
        return cached
    cache_statistics.misses += 1
    cache_statistics.evictions += cached is not None
    row = queries.read_state(tx).fetchone()
    assert row is not None
    state = CommunityState(
        row["version"],
        known_levels(row["levels"]),
        _names(row["documents"]),
        _weights(row["documents"]),
        _exclusions(row["listed"], row["forgotten"]),
        frozenset(account_hash for account_hash, _ in row["forgotten"]),
        parse_pacing(row["pacing"]),
        row["awaits_accounts"],
    )
    with _publishing:  # both of one state, though environments of the local stack may read two at the same time
        _cached = state
        item_names.use_names(state.names)
    return state


def parse_pacing(row: tuple[int, str | None, str | None, str | None]) -> Pacing:
    """Parse what `queries.PACING` selects."""
    active_players, since, on, fixed = row
    return Pacing(
        active_players,
        date.fromisoformat(since) if since else None,
        date.fromisoformat(on) if on else None,
        Fraction(fixed) if fixed else None,
    )


def known_levels(levels: Mapping[str, int]) -> dict[str, int]:
    """Return the levels of nodes that are in the game. Hidden and removed ones stay in the database without effect."""
    return {key: min(level, tree.nodes[key].max_level) for key, level in levels.items() if key in tree.nodes}


def current_state(tx: Tx) -> CommunityState:
    row = queries.read_state_version(tx).fetchone()
    assert row is not None
    return state_at(tx, row["version"])


def _names(documents: Mapping[str, Any]) -> Names:
    return Names.from_stored(documents.get("item_aliases", {}), documents.get("item_themes", {}))


def _weights(documents: Mapping[str, Any]) -> dict[str, Fraction]:
    # Via the text: 0.1 in a document means a tenth, not the nearest float.
    weights: Mapping[str, Any] = documents.get("engagement_weights", {})
    return {metric: Fraction(str(weight)) for metric, weight in weights.items()}


def _exclusions(rows: Sequence[tuple[str, str, str, bool]], forgotten: Sequence[tuple[str, bool]]) -> Exclusions:
    by_id = {(platform, platform_id): excluded for platform, platform_id, _, excluded in rows if platform_id}
    return Exclusions(
        ids=frozenset(identity for identity, excluded in by_id.items() if excluded),
        spared=frozenset(identity for identity, excluded in by_id.items() if not excluded),
        names=frozenset((platform, name_key) for platform, platform_id, name_key, _ in rows if not platform_id),
        hashes=frozenset(account_hash for account_hash, excluded in forgotten if excluded),
    )


@dataclass(frozen=True, slots=True)
class Tree:
    """The nodes in the database, with the community's state; `created_at` is {node key: time of the first sync}.

    There is one object per state of the community.

    Attributes:
        answers: {name: JSON}, filled by doors: what depends on the tree alone is made once.
    """

    state: CommunityState
    created_at: Mapping[str, datetime]
    answers: dict[str, str] = field(default_factory=dict[str, str], compare=False, repr=False)


def read_tree(tx: Tx) -> Tree:
    """Return the tree as of now. Queries the database for nodes only when their state is not cached."""
    global _cached_tree
    state = current_state(tx)
    cached = _cached_tree
    if cached is not None and cached.state.version == state.version:
        return cached
    rows = queries.list_nodes(tx).fetchall()
    created_at = {row["node_key"]: row["created_at"] for row in rows}
    # While a new version is being deployed, the database may have another version's nodes.
    created_at = {key: created_at.get(key, tx.now) for key in tree.nodes}
    _cached_tree = found = Tree(state_at(tx, rows[0]["version"]), created_at)
    return found


_cached_tree: Tree | None = None


def lock_community_state(tx: Tx) -> None:
    """Prevent other changes of the community's state until this transaction ends."""
    queries.lock_community_state(tx)


def add_levels(tx: Tx, node: Node, levels: Sequence[int], unlocked_by: str, engagement_score: int = 0) -> None:
    """Store newly unlocked levels of a node.

    Args:
        engagement_score: the points when they were unlocked.
    """
    queries.insert_unlocks(tx, node, levels, unlocked_by, engagement_score)


def remove_levels(tx: Tx, node: Node, lowest: int) -> None:
    queries.delete_unlocks(tx, node, lowest)


def reset_unlocks(tx: Tx) -> None:
    """Delete all unlocks except those of nodes that unlock automatically."""
    queries.delete_all_unlocks(tx)
    for node in tree.nodes.values():
        if node.auto_unlock:
            queries.insert_unlocks(tx, node, [1], "auto")


def renew_state_version(tx: Tx) -> None:
    """Set a new version after a change, so that every environment reloads the state before its next action."""
    queries.renew_state_version(tx)


def claim_measure(tx: Tx, next_at: datetime) -> bool:
    """Claim the measure of active players if it is due, and set the time of the next; tell whether it was due."""
    return queries.claim_measure(tx, next_at).fetchone() is not None


def change_pacing(tx: Tx, change: Callable[[Pacing], Pacing]) -> Pacing:
    """Change what costs depend on, and announce it if they are others now. Returns the new pacing."""
    lock_community_state(tx)
    row = queries.read_pacing(tx).fetchone()
    assert row is not None
    before = parse_pacing(row["pacing"])
    after = change(before)
    queries.update_pacing(tx, after)
    if (pace(before), before.fixed) != (pace(after), after.fixed):
        queries.renew_state_version(tx)
        event = PaceChanged(pace=float(pace(after)), active_players=after.active_players, fixed=after.fixed is not None)
        events.announce(tx, event)
    return after


def read_unlock(tx: Tx, node_key: str, level: int) -> Unlock:
    """Read an unlocked level."""
    row = queries.find_unlock(tx, tree.nodes[node_key], level).fetchone()
    assert row is not None
    return Unlock(
        unlock_id=row["unlock_id"],
        node_id=row["node_id"],
        level=row["level"],
        unlocked_at=row["unlocked_at"],
        unlocked_by=row["unlocked_by"],
        engagement_score=row["engagement_score"],
    )


def replace_names(tx: Tx, aliases: Mapping[str, Any], themes: Mapping[str, Any]) -> None:
    """Replace the names of items, in every environment."""
    queries.upsert_document(tx, "item_aliases", aliases)
    queries.upsert_document(tx, "item_themes", themes)
    queries.renew_state_version(tx)


def replace_weights(tx: Tx, weights: Mapping[str, float]) -> None:
    """Replace the engagement weights, {metric: points for one}, in every environment."""
    queries.upsert_document(tx, "engagement_weights", weights)
    queries.renew_state_version(tx)
