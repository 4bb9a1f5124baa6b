"""What everyone may see of the hero whom the community follows. It starts without players: a page reads it as well."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any, Final

import msgspec

from community.heroes import queries
from community.heroes.models import FollowedHero, Sighting
from kernel.database import Tx

SHOWN_FOR: Final = timedelta(minutes=10)
"""How long an overlay shows a hero who does nothing."""


def latest(tx: Tx) -> FollowedHero | None:
    """Return the hero who is followed, if one is, and their player takes part in the game."""
    row = queries.find_followed(tx).fetchone()
    return None if row is None or row["is_excluded"] else read(row)


def on_overlay(tx: Tx) -> dict[str, Any]:
    """Return what an overlay shows: {} if no one is followed, or has been seen lately."""
    hero = latest(tx)
    lately = hero is not None and hero.seen_at is not None and tx.now - hero.seen_at < SHOWN_FOR
    return shown(hero) if hero and lately else {}


def shown(hero: FollowedHero) -> dict[str, Any]:
    """Return what listeners are told of a hero; {} of one who has not been seen. `seen_at` is in Unix seconds."""
    if hero.sighting is None or hero.seen_at is None:
        return {}
    return {"player": hero.player, **msgspec.to_builtins(hero.sighting), "seen_at": hero.seen_at.timestamp()}


def read(row: Mapping[str, Any]) -> FollowedHero:
    """Return a hero from a row of `queries`, as they let themselves be seen: not at all once they do not agree."""
    if row["sighting"] is None or not row["agrees"]:
        return FollowedHero(row["user_id"], row["username"])
    return FollowedHero(row["user_id"], row["username"], msgspec.convert(row["sighting"], Sighting), row["seen_at"])
