"""Prerequisites, gates and modifiers. Source: rules 9.3 to 9.5."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from fractions import Fraction

from community.catalog.content import Item
from community.progression.content import Modifier, Node, NodesBelowTier, TotalNodes, tree
from community.progression.keys import TreeNodeKey
from community.progression.models import CommunityState, FeatureLocked, FeatureLockedBehind, LevelTooHigh, UnknownNode

Number = int | Fraction


def modified(state: CommunityState, feature_key: str, value: Number) -> Number:
    """Apply every unlocked node that modifies this feature to `value`, each at its highest unlocked level.

    The result is exact: the caller truncates where the rules say so. Without such a node it is `value` itself.
    """
    known = state.modified.get((feature_key, value))
    if known is not None:
        return known
    modifiers = tree.modifiers.get(feature_key, ())
    active = [(modifier, level) for node, modifier in modifiers if (level := state.levels.get(node.key))]
    return state.modified.keep((feature_key, value), apply_modifiers(value, active) if active else value)


def apply_modifiers(value: Number, active: Iterable[tuple[Modifier, int]]) -> Fraction:
    """Apply each modifier, at its level, to the result of the previous one."""
    result = Fraction(value)
    for modifier, level in active:
        result = _apply_modifier(modifier, result, level)
    return result


def _apply_modifier(modifier: Modifier, value: Fraction, level: int) -> Fraction:
    bonus = level * modifier.per_level_value
    if modifier.modifier_type == "multiplicative":
        value *= 1 + bonus
    elif modifier.modifier_type == "fixed":
        value = modifier.base_value + bonus
    else:  # linear, percentage
        value += bonus
    if modifier.max_value is not None:
        value = min(value, modifier.max_value)
    if modifier.min_value is not None:
        value = max(value, modifier.min_value)
    return value


def prerequisites_hold(node: Node, levels: Mapping[str, int], *, granted: str | None = None) -> bool:
    """Whether all prerequisites of a node are met.

    Args:
        granted: the key of a node that static prerequisites treat as unlocked; it does not count in dynamic ones.
    """
    return all(key in levels or key == granted for key in node.static_prerequisites) and all(
        _condition_holds(condition, levels) for condition in node.dynamic_prerequisites
    )


def _condition_holds(condition: NodesBelowTier | TotalNodes, levels: Mapping[str, int]) -> bool:
    if isinstance(condition, TotalNodes):
        return len(levels) >= condition.count
    below = sum(1 for key in levels if key in tree.nodes and tree.nodes[key].tier < condition.tier)
    return below >= condition.count


def is_available(node: Node, levels: Mapping[str, int], *, granted: str | None = None) -> bool:
    """Whether a level of the node is left to unlock, and its prerequisites hold."""
    return levels.get(node.key, 0) < node.max_level and prerequisites_hold(node, levels, granted=granted)


def available_nodes(levels: Mapping[str, int]) -> list[Node]:
    return [node for node in tree.nodes.values() if is_available(node, levels)]


def require_feature(state: CommunityState, node_key: TreeNodeKey) -> None:
    """Refuse an action whose feature the community has not unlocked.

    Raises:
        FeatureLockedBehind: other nodes must be unlocked first; the message names all of them.
        FeatureLocked: only the node itself is locked.
    """
    if state.has(node_key):
        return
    node = tree.entries.get(node_key)
    feature = node.name if node else "this feature"
    missing = locked_ancestors(node_key, state.levels)
    if missing:
        raise FeatureLockedBehind(feature=feature, names=", ".join(node.name for node in missing))
    raise FeatureLocked(feature=feature)


def item_unlocked(state: CommunityState, item: Item) -> bool:
    """Whether the item's node is unlocked; an item without a node is never locked."""
    return item.node_key is None or state.has(item.node_key)


def locked_ancestors(node_key: str, levels: Mapping[str, int]) -> list[Node]:
    """List all locked ancestors of a node, depth first, each once. Source: rules 9.11."""
    found: dict[str, Node] = {}

    def visit(key: str) -> None:
        node = tree.nodes.get(key)
        for parent in node.static_prerequisites if node else ():
            if parent not in levels and parent not in found:
                found[parent] = tree.nodes[parent]
                visit(parent)

    visit(node_key)
    return list(found.values())


def levels_to_unlock(node_key: str, level: int, levels: Mapping[str, int]) -> tuple[Node, list[int]]:
    """Return the levels that an administrator's unlock adds: all missing ones up to `level`; 0 means the first.

    Raises:
        UnknownNode: no such key in the tree.
        LevelTooHigh: the node has fewer levels.
    """
    node = find_node(node_key)
    wanted = level or 1
    if wanted > node.max_level:
        raise LevelTooHigh(node=node.name, max_level=node.max_level)
    return node, list(range(levels.get(node.key, 0) + 1, wanted + 1))


def levels_to_relock(node_key: str, level: int, levels: Mapping[str, int]) -> tuple[Node, list[int]]:
    """Return the levels that an administrator's relock removes: `level` and all above it; 0 means all."""
    node = find_node(node_key)
    return node, list(range(level or 1, levels.get(node.key, 0) + 1))


def find_node(node_key: str) -> Node:
    """Find a node by its key or its name, as people type them.

    Raises:
        UnknownNode
    """
    node = tree.names.find(node_key)
    if node is None:
        raise UnknownNode(node=node_key, meant=tree.names.meant(node_key))
    return node
