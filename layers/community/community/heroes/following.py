"""Following a hero through worlds: whom an administrator has chosen, as far as they show themselves there.

What is known goes with the link between account and player, by foreign keys, and when they no longer show themselves.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import msgspec

from community.heroes import queries, rules
from community.heroes.models import FollowedHero, HeroNotLinked, NoHero, Sighting
from community.jobs.models import Jobs
from community.players import service as players
from community.players.models import PlayerRef
from kernel.database import Tx
from kernel.events import service as events

SIGHTED: Final = "hero.sighted"
HIDDEN: Final = "hero.hidden"
"""What listeners receive."""


def follow(tx: Tx, ref: PlayerRef) -> FollowedHero:
    """Follow the hero of a player from now on, and no one else.

    Raises:
        UnknownPlayer, AccountExcluded
        HeroNotLinked: the player has no account.
    """
    player = players.load(tx, ref)
    follow_no_one(tx)
    if queries.insert_followed(tx, player.id).fetchone() is None:
        raise HeroNotLinked(name=player.username)
    return FollowedHero(player.id, player.username)


def follow_no_one(tx: Tx) -> None:
    """Follow no hero any more."""
    if queries.delete_followed(tx).fetchone() is not None:
        events.broadcast(tx, HIDDEN, {})


def followed(tx: Tx) -> FollowedHero:
    """Return the hero who is followed.

    Raises:
        NoHero: none is, or their player takes no part in the game.
    """
    row = queries.find_followed(tx).fetchone()
    if row is None or _is_excluded(tx, row["user_id"]):
        raise NoHero
    return _read(row)


def sight(tx: Tx, payload: Mapping[str, Any]) -> bool:
    """Note how a hero was seen, if it is the one who is followed, and tell listeners; return whether it was news.

    An event that comes twice, or late, is no news: a sighting has its moment.
    """
    account_id, at = UUID(payload["account_id"]), datetime.fromisoformat(payload["seen_at"])
    row = queries.lock_followed(tx, account_id).fetchone()
    if row is None or (row["seen_at"] is not None and at <= row["seen_at"]) or _is_excluded(tx, row["user_id"]):
        return False
    sighting = rules.sighted(_read(row).sighting, payload)
    queries.save_sighting(tx, account_id, msgspec.to_builtins(sighting), at)
    events.broadcast(tx, SIGHTED, shown(FollowedHero(row["user_id"], row["username"], sighting, at)))
    return True


def shown(hero: FollowedHero) -> dict[str, Any]:
    """Return what listeners and the overlay are told of a hero; {} of one who has not been seen."""
    if hero.sighting is None or hero.seen_at is None:
        return {}
    return {"player": hero.player, **msgspec.to_builtins(hero.sighting), "seen_at": hero.seen_at.timestamp()}


def hide(tx: Tx, payload: Mapping[str, Any]) -> None:
    """Forget how a hero was seen who no longer shows themselves."""
    account_id = UUID(payload["account_id"])
    row = queries.lock_followed(tx, account_id).fetchone()
    if row is not None and row["sighting"] is not None:
        queries.save_sighting(tx, account_id, None, None)
        events.broadcast(tx, HIDDEN, {})


def _is_excluded(tx: Tx, user_id: UUID) -> bool:
    player, _ = players.peek(tx, PlayerRef("", user_id=user_id), only=(Jobs,))
    return player is None or player.excluded


def _read(row: Mapping[str, Any]) -> FollowedHero:
    sighting = None if row["sighting"] is None else msgspec.convert(row["sighting"], Sighting)
    return FollowedHero(row["user_id"], row["username"], sighting, row["seen_at"])
