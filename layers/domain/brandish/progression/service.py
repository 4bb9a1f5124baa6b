"""The world as everybody sees it, and the administrators' hands on the tree."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction
from typing import Any
from uuid import UUID

from brandish.catalog.models import Names
from brandish.content import Node, content
from brandish.database import Tx
from brandish.events import service as events
from brandish.progression import queries, rules
from brandish.progression.models import NodeRelocked, NodeUnlocked, World


@dataclass(slots=True)
class CacheStatistics:
    hits: int = 0
    misses: int = 0
    evictions: int = 0

    @property
    def size(self) -> int:
        return 0 if _cached is None else 1


_cached: World | None = None
cache_statistics = CacheStatistics()


def world_at(tx: Tx, version: UUID) -> World:
    """The world as of `version`, which a load has just read. Asks the database only when it has changed."""
    global _cached
    cached = _cached  # read once: the local stack's environments share this module
    if cached is not None and cached.version == version:
        cache_statistics.hits += 1
        return cached
    cache_statistics.misses += 1
    cache_statistics.evictions += cached is not None
    row = queries.read_world(tx).fetchone()
    assert row is not None
    # What the content has dropped stays in the database, but unlocks and counts for nothing.
    levels = {
        key: min(level, content.nodes[key].max_level) for key, level in row["levels"].items() if key in content.nodes
    }
    _cached = world = World(row["version"], levels, _names(row["documents"]), _weights(row["documents"]))
    return world


def current_world(tx: Tx) -> World:
    row = queries.read_world_version(tx).fetchone()
    assert row is not None
    return world_at(tx, row["version"])


def _names(documents: Mapping[str, Any]) -> Names:
    return Names.from_documents(documents.get("item_aliases", {}), documents.get("item_themes", {}))


def _weights(documents: Mapping[str, Any]) -> dict[str, Fraction]:
    # Through the text: 0.1 in a document means a tenth, not the float nearest to it.
    weights: Mapping[str, Any] = documents.get("engagement_weights", {})
    return {metric: Fraction(str(weight)) for metric, weight in weights.items()}


@dataclass(frozen=True, slots=True)
class Tree:
    """What the community has of the content's nodes; `created_at` as {node key: time of the first sync}."""

    world: World
    created_at: Mapping[str, datetime]


def read_tree(tx: Tx) -> Tree:
    rows = queries.list_nodes(tx).fetchall()
    return Tree(world_at(tx, rows[0]["version"]), {row["node_key"]: row["created_at"] for row in rows})


def unlock(tx: Tx, node_key: str, level: int, source: str = "admin") -> Node:
    """Unlock every level of a node up to `level`; 0 means the first. What is unlocked already stays as it is.

    Raises:
        UnknownNode, LevelTooHigh
    """
    world = _world_for_change(tx)
    node, missing = rules.levels_to_unlock(node_key, level, world.levels)
    if missing:
        _add_levels(tx, node, missing, source)
        queries.renew_world_version(tx)
    return node


def unlock_all(tx: Tx, source: str = "admin") -> int:
    """Every node to its highest level. Returns how many levels were added."""
    world = _world_for_change(tx)
    added = 0
    for node in content.nodes.values():
        _, missing = rules.levels_to_unlock(node.key, node.max_level, world.levels)
        if missing:
            _add_levels(tx, node, missing, source)
            added += len(missing)
    if added:
        queries.renew_world_version(tx)
    return added


def relock(tx: Tx, node_key: str, level: int) -> Node:
    """Take back `level` of a node and all above it; 0 means all of it. What is locked already stays as it is.

    Raises:
        UnknownNode
    """
    world = _world_for_change(tx)
    node, removed = rules.levels_to_relock(node_key, level, world.levels)
    if removed:
        queries.delete_unlocks(tx, node, removed[0])
        queries.renew_world_version(tx)
        for each in removed:
            events.announce(tx, NodeRelocked(node_id=node.node_id, node_key=node.key, level=each))
    return node


def replace_names(tx: Tx, aliases: Mapping[str, Any], themes: Mapping[str, Any]) -> None:
    """Call items by these names from now on, in every environment."""
    queries.upsert_document(tx, "item_aliases", aliases)
    queries.upsert_document(tx, "item_themes", themes)
    queries.renew_world_version(tx)


def replace_weights(tx: Tx, weights: Mapping[str, float]) -> None:
    """Weigh engagement by this table, {metric: points for one}, from now on, in every environment."""
    queries.upsert_document(tx, "engagement_weights", weights)
    queries.renew_world_version(tx)


def sync_nodes(tx: Tx) -> None:
    """Bring the mirror of the tree up to date with the content and unlock what unlocks itself."""
    for node in content.nodes.values():
        queries.upsert_node(tx, node)
        if node.auto_unlock:
            queries.insert_unlocks(tx, node, [1], "auto")
    queries.renew_world_version(tx)


def _world_for_change(tx: Tx) -> World:
    row = queries.lock_world(tx).fetchone()
    assert row is not None
    return world_at(tx, row["version"])


def _add_levels(tx: Tx, node: Node, levels: Sequence[int], source: str) -> None:
    queries.insert_unlocks(tx, node, levels, source)
    for level in levels:
        events.announce(tx, NodeUnlocked(node_id=node.node_id, node_key=node.key, level=level, source=source))
