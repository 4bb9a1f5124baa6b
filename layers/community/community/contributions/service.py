"""The points everybody makes together."""

from __future__ import annotations

from collections.abc import Iterable

from community.contributions import queries
from community.contributions.models import ContributionAdded
from community.contributions.settings import settings
from community.progression import service as progression
from community.progression.models import CommunityState
from community.voting import cycle
from kernel.database import Tx
from kernel.events import service as events

BOOST = "upgrade_contribution_boost"


def add(tx: Tx, state: CommunityState, scores: Iterable[int]) -> int:
    """Count scores for the community, and let the cycle go on once they have reached its target.

    Returns:
        The points they made: half as many again with the boost, each score by itself.
    """
    points = sum(score * 3 // 2 if state.has(BOOST) else score for score in scores)
    if points > 0:
        queries.add_points(tx, points, settings.contribution_shards)
        tx.after_commit(queries.find_reached_target, cycle.advance)
    return points


def contribute(tx: Tx, amount: int) -> int:
    """A gift to the community, as an administrator may give. Returns the points it came to, with the boost.

    Args:
        amount: at least 1.
    """
    points = add(tx, progression.current_state(tx), [amount])
    events.announce(tx, ContributionAdded(amount=amount, points=points))
    return points
