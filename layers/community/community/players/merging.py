"""Merging two players, and detaching an account from its player."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from community.parts import PARTS
from community.players import queries
from community.players.models import Player
from kernel.database import Tx

PLAYER_TABLES = PARTS.tables | {"user_platform_links"}
"""Every table with rows of a player. A test compares it with the schema, so that every such table declares in a part
how its rows are merged."""


def merge(tx: Tx, keeper: Player, other: Player) -> Player:
    """Queue the deletion of `other`; the returned player has everything of both and must be saved.

    Both are locked, and `keeper` has a row. The values of a `Player` are merged in `merged`. Other rows are moved here,
    before the DELETE, which removes the remaining ones.

    Source: rules 1.1.
    """
    for platform in sorted(other.links.keys() & keeper.links.keys()):
        PARTS.account_left(tx, other.id, platform, other.links[platform])
    for move in PARTS.moves:
        move(tx, other.id, keeper.id)
    # Before the save: an identity cannot belong to both.
    queries.delete_user(tx, other.id)
    return merged(keeper, other, tx.now)


def merged(keeper: Player, other: Player, now: datetime) -> Player:
    """Return the keeper with everything of the other player. Where both have a link, the keeper's stays."""
    return replace(
        PARTS.merged(keeper, other, now),
        links={**other.links, **keeper.links},
        events=(*keeper.events, *other.events),
    )


def detach(tx: Tx, player: Player, platform: str) -> Player:
    """Queue the deletion of a link. Its account becomes a stranger; the player keeps everything else."""
    PARTS.account_left(tx, player.id, platform, player.links[platform])
    queries.delete_link(tx, player.id, platform)
    return replace(player, links={name: link for name, link in player.links.items() if name != platform})
