"""Engagement that somebody outside reports, rather than an action of ours."""

from __future__ import annotations

from community.engagement.models import NewEngagements
from community.engagement.reactions import add_engagement
from community.players import service as players
from community.players.models import NoSuchPlayer, PlayerRef
from kernel.database import Tx


def record(tx: Tx, ref: PlayerRef, metric: str, value: int) -> int:
    """Count it for the player, and for everybody, like any other engagement. Returns its contribution points.

    With id and name a stranger becomes a player.

    Raises:
        NoSuchPlayer: a stranger of whom only the id or only the name is known.
    """
    introduced = ref.platform_id and ref.username
    player = players.load_or_create(tx, ref) if introduced else players.load_all(tx, (ref,))[0]
    if player is None:
        raise NoSuchPlayer(name=ref.label)
    player = add_engagement(player, metric, value, tx.now, tx.rng)
    players.save(tx, player)
    return player[NewEngagements][-1].score
