"""What a line of chat sets off. The hottest path of all."""

from __future__ import annotations

from brandish.database import Tx
from brandish.messages import queries, rules
from brandish.messages.models import Match, MessageReceived
from brandish.players import service as players
from brandish.players.models import Player, PlayerRef


def handle_message(tx: Tx, chatter: PlayerRef, text: str) -> tuple[Player, tuple[Match, ...]]:
    """Count the line for who wrote it, and find the configured words in it. A stranger becomes a player."""
    player = players.load_or_create(tx, chatter)
    player = player.record(MessageReceived(user_id=player.id, platform=chatter.platform))
    players.save(tx, player)
    # Behind the player's own rows: a stranger's must be there first.
    queries.upsert_chatter(tx, player.id, chatter.platform)
    return player, rules.find_strings(text)
