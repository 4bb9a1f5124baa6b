"""The clock's check of the voting cycle. The check imports nothing else, so that the clock starts quickly.

Usually the action that adds the last point unlocks the target. This catches up where something prevented that.
"""

from __future__ import annotations

from typing import LiteralString

from kernel.database import Tx

DUE: LiteralString = """
    (EXISTS (SELECT FROM unlock_progress JOIN progression_nodes USING (node_id)
             WHERE unlocked_at IS NULL
               AND (SELECT sum(points) FROM contribution_shards) >= starts_at_points + coalesce(cost, unlock_cost))
     OR extract(minute FROM %s) IN (0, 30)
        AND NOT EXISTS (SELECT FROM unlock_progress CROSS JOIN voting_sessions
                        WHERE unlocked_at IS NULL AND node_id IS NOT NULL AND status <> 'completed'
                          AND poll_id IS NULL))
"""
"""SQL expression: whether the target is reached, or a target or an open round may have to be chosen.

Its parameter is the current time.
Once everything is unlocked there are neither, for good. Only the tree can tell, which takes long to load, so that is
looked into twice an hour."""


def unlock_reached(tx: Tx) -> int:
    """Make all due transitions; return how many levels were unlocked."""
    # The tree and its rules take as long to load as all of the clock, and are rarely needed.
    from community.voting import cycle

    return len(cycle.ensure_current(tx).unlocked)
