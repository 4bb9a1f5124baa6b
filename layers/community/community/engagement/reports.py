"""Reports on engagement: one round trip each, and always exact."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct, field

from community.engagement import queries, rules
from community.engagement.rules import Velocity
from community.players import service as players
from community.players.models import Fact, PlayerRef, no_such_player
from community.progression.service import state_at
from community.ranking import Standing, ranked
from kernel.database import Tx

_TOTALS = Fact("engagement", queries.TOTALS_OF_PLAYER)


class Breakdown(Struct, frozen=True):
    """A player's engagement by type, with the total score.

    Attributes:
        by_type: {metric: amount}, unweighted.
        score: the weighted total.
    """

    by_type: Mapping[str, int] = field(default_factory=dict[str, int])
    score: int = 0


def breakdown(tx: Tx, ref: PlayerRef) -> Breakdown:
    """Return a player's engagement; an empty result for an account that has never played.

    Raises:
        NoSuchPlayer: the name belongs to no known player.
    """
    player, state = players.peek(tx, ref, _TOTALS)
    if player is None:
        if ref.platform_id is None:
            raise no_such_player(ref)
        return Breakdown()
    totals: Mapping[str, int] = player.facts["engagement"] or {}
    return Breakdown(totals, rules.total_score(totals, state.weights))


def leaderboard(tx: Tx, limit: int) -> list[Standing]:
    """List the players with the highest scores; equals share a rank, and the lower id comes first."""
    return ranked(queries.list_highest_scores(tx, limit), limit)


BOARD = queries.BOARD
"""The same leaderboard, for a player's place on it."""


def velocity(tx: Tx, days: int) -> Velocity:
    """Measure how fast the community made points in the last `days` UTC days, including today."""
    today = tx.now.date()
    row = queries.read_days_since(tx, rules.first_day(today, days)).fetchone()
    assert row is not None
    return rules.velocity(row["days"], state_at(tx, row["version"]).weights, days, today)
