"""The progression clock's first check. It imports nothing else, so that the clock starts quickly."""

from __future__ import annotations

from kernel.database import Tx


def is_current(tx: Tx) -> bool:
    """Whether nothing is due, as usual: there is an unreached target, and a round for the next one is open."""
    cursor = tx.execute(
        """
        SELECT FROM unlock_progress JOIN progression_nodes USING (node_id) CROSS JOIN voting_sessions
        WHERE unlocked_at IS NULL AND status <> 'completed'
          AND (SELECT coalesce(sum(points), 0) FROM contribution_shards) < starts_at_points + unlock_cost
        """
    )
    return cursor.fetchone() is not None
