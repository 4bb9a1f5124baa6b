"""Updating a database after a deployment: content, keys of names, the log's partitions, a target and a vote."""

from __future__ import annotations

from community import contents
from community.catalog import sync as catalog
from community.configs import shipped
from community.engagement.content import weights
from community.engagement.weights import replace_weights
from community.players import name_keys
from community.progression import service as progression
from community.voting import cycle
from kernel.database import Tx
from kernel.events import service as events


def prepare(tx: Tx) -> list[str]:
    """Copy changed content into the database, create the log's partitions, and ensure a target and a vote.

    Returns:
        The names of the content files that have changed; empty when the database was current.

    Raises:
        ContentError: a content file is invalid, whether or not it is copied into the database.
    """
    contents.check(shipped)
    digests = shipped.digests(contents.SECTIONS)
    known = {row["config_name"]: row["sha256"] for row in tx.execute("SELECT * FROM config_sync_metadata")}
    changed = [name for name, digest in digests.items() if known.get(name) != digest]
    if changed:
        catalog.sync_items(tx)
        progression.sync_nodes(tx)
        progression.replace_names(tx, *catalog.shipped_documents())
        replace_weights(tx, weights.by_metric)
        for name in changed:
            tx.execute(
                """
                INSERT INTO config_sync_metadata (config_name, sha256, synced_at) VALUES (%s, %s, %s)
                ON CONFLICT (config_name) DO UPDATE SET sha256 = excluded.sha256, synced_at = excluded.synced_at
                """,
                (name, digests[name], tx.now),
            )
    name_keys.fill_in(tx)
    events.ensure_partitions_ahead(tx)
    cycle.ensure_current(tx)
    return changed
