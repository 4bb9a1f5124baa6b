"""Forgetting a player: everything that names them is deleted or replaced.

What is left is a keyed hash of each account, with the limits that outlive it, and rows that no longer say whose they
are.
"""

from __future__ import annotations

import hmac
from uuid import UUID, uuid4

from community.account_hashes import account_hash, settings
from community.catalog.content import items
from community.engagement import queries as engagement
from community.gambles.queries import PLAYING
from community.players import queries as player_queries
from community.players import service as players
from community.players.models import Fact, Player, PlayerRef
from community.privacy import queries, rules
from community.privacy.models import LostItem, PlayerForgotten, StillPlaying, WrongConfirmation
from community.progression import service as progression
from community.stats import queries as stats
from kernel.database import Tx
from kernel.events import service as events

_PLAYING = Fact("playing", PLAYING)


def confirmation(user_id: UUID) -> str:
    """Return the code with which to confirm that a player is to be forgotten."""
    return hmac.digest(settings.key, f"forget:{user_id}".encode(), "sha256").hex()[:8]


def ask(tx: Tx, ref: PlayerRef) -> Player:
    """Return the player who would be forgotten.

    Raises:
        NoSuchPlayer, SeveralPlayers
    """
    return players.get_player(tx, ref)


def forget(tx: Tx, ref: PlayerRef, code: str) -> Player:
    """Forget a player; return them as they were.

    Args:
        code: of `confirmation`.

    Raises:
        UnknownPlayer, SeveralPlayers, WrongConfirmation, StillPlaying
    """
    player = players.load(tx, ref, _PLAYING, anyone=True)
    if not hmac.compare_digest(code.strip().lower().encode(), confirmation(player.id).encode()):
        raise WrongConfirmation
    if player.facts["playing"] is not None:
        raise StillPlaying(name=player.username)
    no_one = uuid4()
    lost = tuple(
        LostItem(item_name=items.stored(row["item_id"]).internal_name, quantity=row["quantity"])
        for row in queries.list_held(tx, player.id)
    )
    hashes = [account_hash(platform, link.platform_id) for platform, link in player.links.items()]
    queries.remember(tx, player.id, hashes, excluded=player.excluded)
    queries.withdraw_ballots(tx, player.id)
    stats.lock_windows(tx)
    engagement.lock_sums(tx)
    queries.forget(tx, player.id, no_one)
    player_queries.delete_user(tx, player.id)
    events.rewrite(tx, player.id, no_one, rules.mentions(player), rules.Scrubber(player, no_one))
    progression.renew_state_version(tx)
    events.announce(tx, PlayerForgotten(user_id=no_one, items=lost, timestamp=int(tx.now.timestamp())))
    return player
