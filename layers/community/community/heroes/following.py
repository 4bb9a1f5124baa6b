"""Following a hero through worlds: whom an administrator has chosen, as far as they show themselves there.

What is known goes with the link between account and player, by foreign keys, and when they no longer show themselves.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from community.heroes import queries, rules
from community.heroes.events import FollowedHeroHid, FollowedHeroSeen
from community.heroes.models import FollowedHero, HeroNotLinked, NoHero
from community.heroes.showing import latest, read, shown
from community.players import service as players
from community.players.models import PlayerRef
from kernel.database import Tx
from kernel.events import service as events
from kernel.events.models import Event


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
        _broadcast(tx, FollowedHeroHid())


def followed(tx: Tx) -> FollowedHero:
    """Return the hero who is followed.

    Raises:
        NoHero: none is, or their player takes no part in the game.
    """
    hero = latest(tx)
    if hero is None:
        raise NoHero
    return hero


def sight(tx: Tx, payload: Mapping[str, Any]) -> bool:
    """Note how a hero was seen, if it is the one who is followed, and tell listeners; return whether it was news.

    An event that comes twice, or late, is no news: a sighting has its moment. Of someone who has ended it, or was
    excluded in the meantime, nothing is shown any more.
    """
    account_id, at = UUID(payload["account_id"]), datetime.fromisoformat(payload["seen_at"])
    row = queries.lock_followed(tx, account_id).fetchone()
    if row is None or not row["agrees"] or (row["seen_at"] is not None and at <= row["seen_at"]):
        return False
    if row["is_excluded"]:
        follow_no_one(tx)
        return False
    hero = read(row)
    sighting = rules.sighted(hero.sighting, payload)
    queries.save_sighting(tx, account_id, msgspec.to_builtins(sighting), at)
    _broadcast(tx, FollowedHeroSeen(**shown(FollowedHero(hero.user_id, hero.player, sighting, at))))
    return True


def hide(tx: Tx, payload: Mapping[str, Any]) -> None:
    """Forget how a hero was seen who has hidden since. What was seen before, and comes later, is no news then."""
    account_id, at = UUID(payload["account_id"]), datetime.fromisoformat(payload["hidden_at"])
    row = queries.lock_followed(tx, account_id).fetchone()
    if row is None or (row["seen_at"] is not None and at < row["seen_at"]):
        return
    queries.save_sighting(tx, account_id, None, at)
    if row["sighting"] is not None:
        _broadcast(tx, FollowedHeroHid())


def _broadcast(tx: Tx, event: Event) -> None:
    # As a broadcast, it may mention players in any of its fields, and is searched for who is forgotten.
    events.broadcast(tx, event.type, event.model_dump(mode="json"))
