"""Looking at engagement: one round trip each, and exact at any moment."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from uuid import UUID

from community.engagement import queries, rules
from community.engagement.rules import Velocity
from community.players import service as players
from community.players.models import Fact, NoSuchPlayer, PlayerRef
from community.progression.service import state_at
from kernel.database import Tx

_TOTALS = Fact("engagement", queries.TOTALS_OF_PLAYER)


@dataclass(frozen=True, slots=True)
class Breakdown:
    """
    Attributes:
        by_type: {metric: how much of it}, unweighted.
        score: all of it, weighted.
    """

    by_type: Mapping[str, int] = field(default_factory=dict[str, int])
    score: int = 0


@dataclass(frozen=True, slots=True)
class Leader:
    user_id: UUID
    username: str
    score: int
    rank: int


def breakdown(tx: Tx, ref: PlayerRef) -> Breakdown:
    """What a player has done; nothing at all for an account nobody has played under.

    Raises:
        NoSuchPlayer: asked for by name, and nobody was seen under it.
    """
    player, state = players.peek(tx, ref, _TOTALS)
    if player is None:
        if ref.platform_id is None:
            raise NoSuchPlayer(name=ref.label)
        return Breakdown()
    totals: Mapping[str, int] = player.facts["engagement"] or {}
    return Breakdown(totals, rules.total_score(totals, state.weights))


def leaderboard(tx: Tx, limit: int) -> list[Leader]:
    """Players with the highest scores; of equals, the lower id first."""
    return [
        Leader(row["user_id"], row["username"], row["score"], rank)
        for rank, row in enumerate(queries.list_highest_scores(tx, limit), start=1)
    ]


def velocity(tx: Tx, days: int) -> Velocity:
    """How fast the community has been in the last `days` UTC days, today included."""
    today = tx.now.date()
    row = queries.read_days_since(tx, rules.first_day(today, days)).fetchone()
    assert row is not None
    return rules.velocity(row["days"], state_at(tx, row["version"]).weights, days, today)
