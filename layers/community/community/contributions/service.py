"""The community's contribution points."""

from __future__ import annotations

from collections.abc import Iterable

from community.contributions import queries
from community.contributions.models import ContributionAdded
from community.contributions.settings import settings
from community.progression import service as progression
from community.progression.models import CommunityState
from kernel.database import Connection, Tx
from kernel.events import service as events

BOOST = "upgrade_contribution_boost"


def add(tx: Tx, state: CommunityState, scores: Iterable[int]) -> int:
    """Add scores to the community's points, and advance the cycle once they reach the target.

    Returns:
        The points that were added: each score, or one and a half times each score with the boost.
    """
    points = sum(score * 3 // 2 if state.has(BOOST) else score for score in scores)
    if points > 0:
        queries.add_points(tx, points, settings.contribution_shards)
        tx.after_commit(queries.find_reached_target, _advance)
    return points


def contribute(tx: Tx, amount: int) -> int:
    """Add points on behalf of an administrator. Returns the points that were added, with the boost.

    Args:
        amount: at least 1.
    """
    points = add(tx, progression.current_state(tx), [amount])
    events.announce(tx, ContributionAdded(amount=amount, points=points))
    return points


def _advance(conn: Connection) -> None:
    from community.voting import cycle  # imported late: every function adds points, and few reach a target

    cycle.advance(conn)
