"""What a world holds of technology, and what one can find out there. Pure. Source: worlds 23.2."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Set
from typing import Final

from worlds.technology.content import TechnologyNode, technology
from worlds.technology.models import (
    COMMON_MAGIC,
    DOMINANT_MAGIC,
    NodeKnownAlready,
    PrerequisitesMissing,
    WorldTechnology,
)

MAGIC_SPEED: Final = 0.75
"""What the time of research is multiplied with where magic is common."""

Nodes = Mapping[str, TechnologyNode]


def is_held(node: TechnologyNode, world: WorldTechnology) -> bool:
    """Tell whether a world has a node at all: its own level and all below, and what magic alone makes possible."""
    if node.counterpart_of is not None and world.magic < DOMINANT_MAGIC:
        return False
    return node.level.rank <= world.level.rank


def is_common(node: TechnologyNode, world: WorldTechnology) -> bool:
    """Tell whether everyone in a world knows a node: those of the levels below its own, without having researched."""
    return is_held(node, world) and node.level.rank < world.level.rank


def known_nodes(researched: Iterable[str], world: WorldTechnology, nodes: Nodes | None = None) -> frozenset[str]:
    """Return the keys of what someone knows who has researched some nodes: also what everyone knows."""
    known = technology.by_key if nodes is None else nodes
    return frozenset(researched) | {each.key for each in known.values() if is_common(each, world)}


def with_counterparts(known: Set[str], nodes: Nodes | None = None) -> frozenset[str]:
    """Return nodes with those that they take the place of."""
    all_nodes = technology.by_key if nodes is None else nodes
    taken = (all_nodes[key].counterpart_of for key in known if key in all_nodes)
    return frozenset(known) | {key for key in taken if key is not None}


def missing(node: TechnologyNode, known: Set[str], nodes: Nodes | None = None) -> list[str]:
    """Return the keys of what has to be known before a node."""
    there = with_counterparts(known, nodes)
    return [key for key in node.requires if key not in there]


def require_unlockable(node: TechnologyNode, known: Set[str], nodes: Nodes | None = None) -> None:
    """Refuse a node that is known already, or that rests on what is not.

    Raises:
        NodeKnownAlready, PrerequisitesMissing
    """
    all_nodes = technology.by_key if nodes is None else nodes
    if node.key in known:
        raise NodeKnownAlready(node=node.name)
    if lacking := missing(node, known, all_nodes):
        raise PrerequisitesMissing(node=node.name, missing=", ".join(all_nodes[key].name for key in lacking))


def unlocked(node: TechnologyNode, known: Set[str], nodes: Nodes | None = None) -> frozenset[str]:
    """Return what is known once a node was researched; a second time changes nothing.

    Raises:
        PrerequisitesMissing
    """
    if node.key not in known:
        require_unlockable(node, known, nodes)
    return frozenset({*known, node.key})


def within_reach(known: Set[str], world: WorldTechnology) -> Iterator[TechnologyNode]:
    """Yield what one could research next."""
    for node in technology.by_key.values():
        if node.key not in known and is_held(node, world) and not missing(node, known):
            yield node


def research_seconds(node: TechnologyNode, world: WorldTechnology) -> float:
    """Return how long it takes to research a node, in the time of the world."""
    return node.seconds * (MAGIC_SPEED if world.magic >= COMMON_MAGIC else 1)
