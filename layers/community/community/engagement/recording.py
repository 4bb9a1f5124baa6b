"""Engagement that external clients report."""

from __future__ import annotations

from community.engagement.models import NewEngagements
from community.engagement.reactions import add_engagement
from community.players import service as players
from community.players.models import PlayerRef, no_such_player
from kernel.database import Tx


def record(tx: Tx, ref: PlayerRef, metric: str, value: int) -> int:
    """Record engagement like that of any action. Returns its contribution points, within the player's limit.

    A stranger with id and name becomes a player.

    Raises:
        NoSuchPlayer: a stranger without id or without name.
        AccountExcluded
    """
    introduced = ref.platform_id and ref.username
    player = players.load_or_create(tx, ref) if introduced else players.load_all(tx, (ref,))[0]
    if player is None:
        raise no_such_player(ref)
    players.require_included(player)
    player = add_engagement(player, metric, value, tx.now, tx.rng)
    players.save(tx, player)
    return sum(each.score for each in player[NewEngagements])
