"""Handling chat messages. This is the most frequent action."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from community.messages import queries, rules
from community.messages.models import Chatter, Match, MessageReceived, NewChats
from community.players import service as players
from community.players.models import Crowd, Player, PlayerRef
from community.traps import service as traps
from kernel.database import Tx

ACTIVE_MINUTES = 30
"""A chatter who has not written for this long is inactive. Source: rules 1."""
MAX_LISTED = 1000


def handle_message(tx: Tx, chatter: PlayerRef, text: str) -> tuple[Player, tuple[Match, ...]]:
    """Count a message for its author, and find the configured words in it. A stranger becomes a player.

    A triggered trap is the last match.
    """
    player = players.load_or_create(tx, chatter, traps.WAITING)
    player = player.record(MessageReceived(user_id=player.id, platform=chatter.platform))
    player, trap_match = _register_line(tx, player, chatter.platform)
    return player, (*rules.find_strings(text), *trap_match)


def mark_active(tx: Tx, chatter: PlayerRef) -> Player:
    """Mark the chatter as active without counting a message."""
    player = players.load_or_create(tx, chatter, traps.WAITING)
    return _register_line(tx, player, chatter.platform)[0]


def list_active_chatters(tx: Tx, minutes: int = ACTIVE_MINUTES) -> list[Chatter]:
    """List who has written in the last minutes, latest first, once per platform."""
    rows = queries.list_chatters_since(tx, tx.now - timedelta(minutes=minutes), MAX_LISTED).fetchall()
    return [Chatter(**row) for row in rows]


def random_chatters(tx: Tx, platform: str, number: int) -> Crowd:
    """Choose up to `number` active chatters at random. The choice is the same in every statement of the load.

    Other choices on the platform wait until these chatters have been hit and removed. Otherwise both could choose the
    same chatters, and one would have to be repeated.
    """
    queries.lock_choice(tx, platform)
    since = tx.now - timedelta(minutes=ACTIVE_MINUTES)
    return Crowd(queries.RANDOM_CHATTERS, (platform, since, f"{tx.rng.getrandbits(64):x}", number))


def chatters_since(platform: str, moment: datetime) -> Crowd:
    """Choose everyone who has written since that time, and has not been hit in between."""
    return Crowd(queries.CHATTERS_SINCE, (platform, moment))


def remove_chatters(tx: Tx, platform: str, chatters: Iterable[Player]) -> None:
    """Queue the removal of chatters, so that they are not hit again before they write. They must be locked.

    Source: rules 1.
    """
    queries.delete_chatters(tx, platform, [player.id for player in chatters])


def _register_line(tx: Tx, player: Player, platform: str) -> tuple[Player, tuple[Match, ...]]:
    """Save the player as an active chatter, unless the message triggered a trap."""
    trap = traps.waiting_for(player)
    if trap is None:
        players.save(tx, player.having(player[NewChats].plus(platform)))
        return player, ()
    player = traps.trigger(tx, player, trap, platform)
    players.save(tx, player)
    remove_chatters(tx, platform, [player])
    return player, (rules.trap_match(trap, player, player.links[platform].username),)
