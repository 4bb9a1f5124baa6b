"""What a line of chat sets off. The hottest path of all."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from brandish.database import Tx
from brandish.messages import queries, rules
from brandish.messages.models import Chatter, Match, MessageReceived
from brandish.players import service as players
from brandish.players.models import Player, PlayerRef

ACTIVE_MINUTES = 30
"""After so long without a line a chatter counts as gone. Source: rules 1."""
MOST_LISTED = 1000


def handle_message(tx: Tx, chatter: PlayerRef, text: str) -> tuple[Player, tuple[Match, ...]]:
    """Count the line for who wrote it, and find the configured words in it. A stranger becomes a player."""
    player = players.load_or_create(tx, chatter)
    player = player.record(MessageReceived(user_id=player.id, platform=chatter.platform))
    _save_as_active(tx, player, chatter.platform)
    return player, rules.find_strings(text)


def greet(tx: Tx, chatter: PlayerRef) -> Player:
    """As if the chatter had said something, without counting it."""
    player = players.load_or_create(tx, chatter)
    _save_as_active(tx, player, chatter.platform)
    return player


def active(tx: Tx, minutes: int = ACTIVE_MINUTES) -> list[Chatter]:
    """Who has said something in the last minutes, latest first; once for each platform."""
    rows = queries.list_chatters_since(tx, tx.now - timedelta(minutes=minutes), MOST_LISTED).fetchall()
    return [Chatter(**row) for row in rows]


def move(tx: Tx, from_id: UUID, to_id: UUID) -> None:
    """The last line of one player on each platform to another, who may have said something later. Source: rules 1.1."""
    queries.move_chatter(tx, from_id, to_id)


def _save_as_active(tx: Tx, player: Player, platform: str) -> None:
    players.save(tx, player)
    # Behind the player's own rows: a stranger's must be there first.
    queries.upsert_chatter(tx, player.id, platform)
