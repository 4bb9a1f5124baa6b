"""Finding players by name."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from msgspec import Struct

from community.players import queries
from community.players.models import PLATFORMS, Link, PlayerRef, no_such_player
from community.players.service import similar_names
from kernel.database import Tx


class Profile(Struct, frozen=True):
    """A player's identity, without parts. `links` is {platform: Link}, in the order of `PLATFORMS`."""

    id: UUID
    username: str
    links: Mapping[str, Link]
    created_at: datetime
    updated_at: datetime


def search(tx: Tx, text: str, platform: str | None = None, limit: int = 10) -> list[Profile]:
    """List players with the text in one of their names, in any case; with a platform, only in the name there."""
    return [_profile(row) for row in queries.list_players_named(tx, text, platform, limit)]


def newest(tx: Tx, limit: int = 10) -> list[Profile]:
    return [_profile(row) for row in queries.list_newest_players(tx, limit)]


def find(tx: Tx, ref: PlayerRef) -> Profile:
    """Find a player by their id or by their name on a platform; of several of that name, the last one seen.

    Raises:
        NoSuchPlayer
    """
    row = queries.find_profile(tx, ref).fetchone()
    if row is None:
        raise no_such_player(ref, similar_names(tx, ref))
    return _profile(row)


def _profile(row: Mapping[str, Any]) -> Profile:
    return Profile(
        id=row["user_id"],
        username=row["username"],
        links={platform: Link(*row["links"][platform]) for platform in PLATFORMS if platform in row["links"]},
        created_at=row["created_at"],
        updated_at=row["updated_at"],
    )
