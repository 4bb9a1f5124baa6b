"""Two players become one; or an account leaves its player."""

from __future__ import annotations

from dataclasses import replace

from community.parts import PARTS
from community.players import queries
from community.players.models import Player
from kernel.database import Tx

PLAYER_TABLES = PARTS.tables | {"user_platform_links"}
"""Every table with rows of a player. A test holds it against the schema: whoever adds such a table says in a part what
becomes of its rows."""


def merge(tx: Tx, keeper: Player, other: Player) -> Player:
    """Queue the end of `other`; the answer has everything of both and is to be saved.

    Both are locked, and `keeper` has a row. What a `Player` carries is merged as a value in `merged`. Rows it does not
    carry move here, ahead of the DELETE, which takes along what is left.

    Source: rules 1.1.
    """
    for move in PARTS.moves:
        move(tx, other.id, keeper.id)
    # Ahead of the save: an identity cannot belong to both.
    queries.delete_user(tx, other.id)
    return merged(keeper, other)


def merged(keeper: Player, other: Player) -> Player:
    """The keeper with all the other has. Where both know a platform the keeper's link stays."""
    return replace(
        keeper,
        links={**other.links, **keeper.links},
        parts=PARTS.merged(keeper, other),
        events=(*keeper.events, *other.events),
    )


def detach(tx: Tx, player: Player, platform: str) -> Player:
    """Queue the end of a link. The account there becomes a stranger; the player keeps everything else."""
    queries.delete_link(tx, player.id, platform)
    return replace(player, links={name: link for name, link in player.links.items() if name != platform})
