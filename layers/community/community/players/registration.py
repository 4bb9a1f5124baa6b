"""Introducing a player, or one more of a player's accounts."""

from __future__ import annotations

from dataclasses import replace

from community.players import service as players
from community.players.models import IdentityTaken, Link, Player, PlayerRef
from kernel.database import Tx
from kernel.errors import Refused


class NameNeeded(Refused):
    code = "validation"
    message = "username: is required for a new player."


def register(tx: Tx, known: PlayerRef, new: PlayerRef) -> tuple[Player, bool]:
    """Whoever is `known` gets the account `new` as well; a stranger becomes a player with both.

    The player is called by the name that comes with `new`, where there is one; on a platform where the player
    had an account, the new one takes its place. Doing it twice changes nothing.

    Args:
        known, new: accounts with platform and id, maybe the same one.

    Returns:
        The player, and whether they were created now.

    Raises:
        IdentityTaken: `new` belongs to another player.
        NameNeeded: a stranger without a name.
    """
    # Without its name, for that says nothing about the account that is known already.
    (player, owner), state = players.load_all_with_state(tx, replace(known, username=None), replace(new, username=None))
    if owner is not None and (player is None or owner.id != player.id):
        raise IdentityTaken(platform=new.platform)
    if player is None:
        if not (known.username and new.username):
            raise NameNeeded
        player = replace(players.create(tx, state, known, new), username=new.username)
    else:
        player = _with_link(player, new)
        if player != player.stored:
            player = replace(player, updated_at=tx.now)
    players.save(tx, player)
    return player, player.stored is None


def _with_link(player: Player, new: PlayerRef) -> Player:
    old = player.links.get(new.platform)
    name = new.username or (old.username if old else player.username)
    link = Link(str(new.platform_id), name)
    return replace(player, username=new.username or player.username).with_link(new.platform, link)
