"""Bringing a database up to date: content and the log's partitions."""

from __future__ import annotations

from brandish.catalog import sync as catalog
from brandish.content import content
from brandish.database import Tx
from brandish.events import service as events
from brandish.info import service as info
from brandish.progression import service as progression


def prepare(tx: Tx) -> list[str]:
    """Mirror the content where it changed and make room in the log.

    Returns:
        The names of the content files taken in now; empty when the database knew them all.
    """
    info.features()  # nothing of it goes into the database, but a broken text stops the start like any other file
    known = {row["config_name"]: row["sha256"] for row in tx.execute("SELECT * FROM config_sync_metadata")}
    changed = [name for name, digest in content.digests.items() if known.get(name) != digest]
    if changed:
        catalog.sync_items(tx)
        progression.sync_nodes(tx)
        progression.replace_names(tx, *catalog.shipped_documents())
        progression.replace_weights(tx, {metric: float(weight) for metric, weight in content.weights.items()})
        for name in changed:
            tx.execute(
                """
                INSERT INTO config_sync_metadata (config_name, sha256, synced_at) VALUES (%s, %s, %s)
                ON CONFLICT (config_name) DO UPDATE SET sha256 = excluded.sha256, synced_at = excluded.synced_at
                """,
                (name, content.digests[name], tx.now),
            )
    events.make_room(tx)
    return changed
