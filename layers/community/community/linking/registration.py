"""Registering players and further accounts of players."""

from __future__ import annotations

from msgspec.structs import replace

from community.linking.service import require_settled
from community.players import service as players
from community.players.models import IdentityTaken, Link, Player, PlayerRef
from kernel.database import Tx
from kernel.errors import Refused


class NameNeeded(Refused):
    code = "validation"
    message = "username: is required for a new player."


def register(tx: Tx, known: PlayerRef, new: PlayerRef) -> tuple[Player, bool]:
    """Add the account `new` to the player of the account `known`; a stranger becomes a player with both.

    The player takes the name of `new`, if it has one. The new account replaces any other on its platform. Repeating the
    call changes nothing.

    Args:
        known, new: accounts with platform and id, maybe the same one.

    Returns:
        The player, and whether they were created by this call.

    Raises:
        IdentityTaken: `new` belongs to another player.
        AccountExcluded: `new` takes no part in the game, and so the player would take none any more.
        NameNeeded: a stranger without a name.
        LinkedTooRecently: a code brought `known` today. Others that it brings would stay when it has to go.
    """
    # Without the names, because loading a player by id with a name would store that name.
    refs = (replace(known, username=None), replace(new, username=None))
    found, state = players.load_all_with_state(tx, *(refs[:1] if refs[0] == refs[1] else refs))
    player, owner = found[0], found[-1]
    if owner is not None and (player is None or owner.id != player.id):
        raise IdentityTaken(platform=new.platform)
    created = player is None
    if player is None:
        if not (known.username and new.username):
            raise NameNeeded
        player = players.create(tx, state, known)
        if new.platform == known.platform and new.platform_id != known.platform_id:
            # An account that `new` replaces at once was this person's for a moment, with all that limits it.
            (player,) = players.save(tx, players.recalled(tx, player))
            player = players.as_saved(player)
    elif owner is None:
        require_settled(tx, player, known.platform, player.links.keys())
    was_excluded = player.excluded
    player = _with_link(player, new)
    if not was_excluded:
        players.require_included(player)
    if player.stored is not None and player != player.stored:
        player = player.replaced(updated_at=tx.now)
    players.save(tx, players.recalled(tx, player))
    return player, created


def _with_link(player: Player, new: PlayerRef) -> Player:
    old = player.links.get(new.platform)
    name = new.username or (old.username if old else player.username)
    link = Link(str(new.platform_id), name)
    return player.replaced(username=new.username or player.username).with_link(new.platform, link)
