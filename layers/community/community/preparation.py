"""Updating a database after a deployment: content, keys of names, the log's partitions, a target and a vote."""

from __future__ import annotations

from community import contents
from community.achievements.sync import move_renamed_achievements
from community.catalog import sync as catalog
from community.configs import shipped
from community.crafting import timed_crafting
from community.crafting.sync import refuse_missing_recipes
from community.engagement.content import weights
from community.engagement.weights import replace_weights
from community.exclusions import service as exclusions
from community.gambles import execution as gambles
from community.item_use import refuse_missing_items
from community.jobs.sync import move_renamed_jobs
from community.players import name_keys
from community.progression import service as progression
from community.progression.sync import refuse_missing_nodes, sync_nodes
from community.voting import cycle
from kernel.database import Tx
from kernel.events import service as events


def prepare(tx: Tx) -> list[str]:
    """Copy changed content into the database, create the log's partitions, and ensure a target and a vote.

    What has left the game leaves votes, gambles and crafting with it (docs/changing-content.md).

    Returns:
        The names of the content files that have changed; empty when the database was current.

    Raises:
        ContentError: a content file is invalid, whether or not it is copied into the database; or it lacks something
            that players have.
    """
    contents.check(shipped)
    refuse_missing_items(tx, catalog.missing_items(tx))
    refuse_missing_nodes(tx)
    refuse_missing_recipes(tx)
    cycle.lock(tx)
    digests = shipped.digests(contents.SECTIONS)
    known = {row["config_name"]: row["sha256"] for row in tx.execute("SELECT * FROM config_sync_metadata")}
    changed = [name for name, digest in digests.items() if known.get(name) != digest]
    if changed:
        catalog.sync_items(tx)
        sync_nodes(tx)
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
    exclusions.sync(tx)  # always, because its setting may have changed
    events.ensure_partitions_ahead(tx)
    cycle.withdraw_hidden(tx)
    # Players are locked late: which ones is known only now.
    move_renamed_jobs(tx)
    move_renamed_achievements(tx)
    gambles.refund_void(tx)
    timed_crafting.refund_retired(tx)
    return changed
