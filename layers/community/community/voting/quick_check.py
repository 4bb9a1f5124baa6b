"""What the progression clock asks first: nothing else is imported, so that it starts quickly."""

from __future__ import annotations

from kernel.database import Tx


def is_current(tx: Tx) -> bool:
    """The usual state: there is a target, it is not reached, and a vote on what comes after it is open."""
    cursor = tx.execute(
        """
        SELECT FROM unlock_progress JOIN progression_nodes USING (node_id) CROSS JOIN voting_sessions
        WHERE unlocked_at IS NULL AND status <> 'completed'
          AND (SELECT coalesce(sum(points), 0) FROM contribution_shards) < starts_at_points + unlock_cost
        """
    )
    return cursor.fetchone() is not None
