"""SQL on contribution_shards."""

from __future__ import annotations

from kernel.database import Cursor, Tx


def add_points(tx: Tx, points: int, shards: int) -> None:
    """Add points to this connection's shard, so that concurrent connections do not wait for each other."""
    tx.execute(
        """
        INSERT INTO contribution_shards AS mine (shard, points) VALUES (pg_backend_pid() %% %s, %s)
        ON CONFLICT (shard) DO UPDATE SET points = mine.points + excluded.points
        """,
        (shards, points),
    )


def find_reached_target(tx: Tx) -> Cursor:
    """Return a row when the points reach the cost of the current target."""
    return tx.execute(
        """
        SELECT true AS reached FROM unlock_progress JOIN progression_nodes USING (node_id)
        WHERE unlocked_at IS NULL
          AND (SELECT sum(points) FROM contribution_shards) >= starts_at_points + coalesce(cost, unlock_cost)
        """
    )
