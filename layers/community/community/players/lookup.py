"""Finding players by name."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from community.players import queries
from community.players.models import PLATFORMS, Link, NoSuchPlayer
from kernel.database import Tx


@dataclass(frozen=True, slots=True)
class Profile:
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


def by_name(tx: Tx, platform: str, username: str) -> Profile:
    """Find the player seen under a name on a platform.

    Raises:
        NoSuchPlayer: no player has been seen under that name on that platform.
    """
    row = queries.find_player_named(tx, platform, username).fetchone()
    if row is None:
        raise NoSuchPlayer(name=username)
    return _profile(row)


def _profile(row: Mapping[str, Any]) -> Profile:
    return Profile(
        id=row["user_id"],
        username=row["username"],
        links={platform: Link(*row["links"][platform]) for platform in PLATFORMS if platform in row["links"]},
        created_at=row["created_at"],
        updated_at=row["updated_at"],
    )
