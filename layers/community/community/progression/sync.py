"""Copying the tree into the database."""

from __future__ import annotations

from community.progression import queries
from community.progression.content import TreeSection, tree
from community.stored_names import missing, other_name, other_number
from kernel.database import Tx


def refuse_missing_nodes(tx: Tx) -> None:
    """Refuse a tree without a node that the community has unlocked.

    A node that was only voted on or worked for may be missing: `voting.withdrawal` takes care of it.

    Raises:
        ContentError: also when an id belongs to another node in the database.
    """
    rows = queries.list_stored_nodes(tx).fetchall()
    known = {row["node_id"]: row["node_key"] for row in rows}
    ids = {key: node_id for node_id, key in known.items()}
    for node in tree.entries.values():
        stored = known.get(node.node_id)
        if stored not in (None, node.key, *node.renamed_from):
            raise other_name(TreeSection.file, "node", node.key, node.node_id, stored)
        if ids.get(node.key, node.node_id) != node.node_id:
            raise other_number(TreeSection.file, node.key, node.node_id, ids[node.key])
    present = {node.node_id for node in tree.entries.values()}
    for row in rows:
        if row["is_unlocked"] and row["node_id"] not in present:
            raise missing(TreeSection.file, "node", row["node_key"], "is unlocked")


def sync_nodes(tx: Tx) -> None:
    """Copy the tree into the database, and unlock the nodes that unlock automatically."""
    queries.release_keys(tx, [node.node_id for node in tree.entries.values() if node.renamed_from])
    for node in tree.entries.values():
        queries.upsert_node(tx, node)
    for node in tree.nodes.values():
        if node.auto_unlock:
            queries.insert_unlocks(tx, node, [1], "auto")
    queries.renew_state_version(tx)
