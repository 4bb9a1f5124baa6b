"""Nodes as responses. Source: wire 2."""

from __future__ import annotations

from datetime import datetime

from pydantic import BaseModel

from community.progression import content, pacing
from community.progression.content import Modifier, Node
from community.progression.rules import available_nodes
from community.progression.service import Tree
from doors.fields import Timestamp


class ModifierView(BaseModel):
    feature_key: str
    modifier_type: str
    base_value: float
    per_level_value: float
    max_value: float | None = None
    min_value: float | None = None

    @classmethod
    def of(cls, modifier: Modifier) -> ModifierView:
        return cls(
            feature_key=modifier.feature_key,
            modifier_type=modifier.modifier_type,
            base_value=float(modifier.base_value),
            per_level_value=float(modifier.per_level_value),
            max_value=None if modifier.max_value is None else float(modifier.max_value),
            min_value=None if modifier.min_value is None else float(modifier.min_value),
        )


class NodeView(BaseModel):
    id: int
    node_key: str
    node_type: str
    display_name: str
    description: str
    max_level: int
    unlock_cost: int  # of a level that becomes the target now
    tier: int
    size: str
    category: str
    sort_order: int
    created_at: Timestamp
    modifier_config: ModifierView | None = None
    modifier_configs: list[ModifierView] | None = None
    """Only for a node with several; `modifier_config` is the first of them."""

    @classmethod
    def of(cls, node: Node, created_at: datetime, cost: int) -> NodeView:
        modifiers = [ModifierView.of(modifier) for modifier in node.modifiers]
        return cls(
            id=node.node_id,
            node_key=node.key,
            node_type=node.type,
            display_name=node.name,
            description=node.description,
            max_level=node.max_level,
            unlock_cost=cost,
            tier=node.tier,
            size=node.size,
            category=node.category,
            sort_order=node.sort_order,
            created_at=created_at,
            modifier_config=modifiers[0] if modifiers else None,
            modifier_configs=modifiers if len(modifiers) > 1 else None,
        )


class TreeNodeView(NodeView):
    is_unlocked: bool
    unlocked_level: int
    children: list[int]


class TreeResponse(BaseModel):
    nodes: list[TreeNodeView]

    @classmethod
    def of(cls, tree: Tree) -> TreeResponse:
        return cls(nodes=[_tree_node(tree, node) for node in content.tree.nodes.values()])


class AvailableResponse(BaseModel):
    available: list[NodeView]

    @classmethod
    def of(cls, tree: Tree) -> AvailableResponse:
        nodes = available_nodes(tree.state.levels)
        return cls(available=[_node(tree, node) for node in nodes])


def _node(tree: Tree, node: Node) -> NodeView:
    return NodeView.of(node, tree.created_at[node.key], pacing.cost(node, tree.state.pacing))


def _tree_node(tree: Tree, node: Node) -> TreeNodeView:
    level = tree.state.levels.get(node.key, 0)
    return TreeNodeView(
        **dict(_node(tree, node)),
        is_unlocked=level > 0,
        unlocked_level=level,
        children=[child.node_id for child in content.tree.children[node.key]],
    )
