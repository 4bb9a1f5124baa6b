"""What a line of chat sets off. The hottest path of all."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from community.messages import queries, rules
from community.messages.models import Chatter, Match, MessageReceived
from community.players import service as players
from community.players.models import Crowd, Player, PlayerRef
from community.traps import service as traps
from kernel.database import Tx

ACTIVE_MINUTES = 30
"""After so long without a line a chatter counts as gone. Source: rules 1."""
MAX_LISTED = 1000


def handle_message(tx: Tx, chatter: PlayerRef, text: str) -> tuple[Player, tuple[Match, ...]]:
    """Count the line for who wrote it, and find the configured words in it; behind them stands the trap it set off, if
    any. A stranger becomes a player."""
    player = players.load_or_create(tx, chatter, traps.WAITING)
    player = player.record(MessageReceived(user_id=player.id, platform=chatter.platform))
    player, trap_match = _register_line(tx, player, chatter.platform)
    return player, (*rules.find_strings(text), *trap_match)


def mark_active(tx: Tx, chatter: PlayerRef) -> Player:
    """As if the chatter had said something, without counting it."""
    player = players.load_or_create(tx, chatter, traps.WAITING)
    return _register_line(tx, player, chatter.platform)[0]


def list_active_chatters(tx: Tx, minutes: int = ACTIVE_MINUTES) -> list[Chatter]:
    """Who has said something in the last minutes, latest first; once for each platform."""
    rows = queries.list_chatters_since(tx, tx.now - timedelta(minutes=minutes), MAX_LISTED).fetchall()
    return [Chatter(**row) for row in rows]


def random_chatters(tx: Tx, platform: str, number: int) -> Crowd:
    """So many active chatters, or as many as there are: the dice say who, and say the same in every statement.

    Whoever else chooses on the platform waits until these are hit and off the list, or both would choose them, and one
    would have to choose again.
    """
    queries.lock_choice(tx, platform)
    since = tx.now - timedelta(minutes=ACTIVE_MINUTES)
    return Crowd(queries.RANDOM_CHATTERS, (platform, since, f"{tx.rng.getrandbits(64):x}", number))


def chatters_since(platform: str, moment: datetime) -> Crowd:
    """Everybody who has, and has not been hit since."""
    return Crowd(queries.CHATTERS_SINCE, (platform, moment))


def remove_chatters(tx: Tx, platform: str, chatters: Iterable[Player]) -> None:
    """Queue that they count as gone: nobody is hit again without having said something. They are locked.

    Source: rules 1.
    """
    queries.delete_chatters(tx, platform, [player.id for player in chatters])


def _register_line(tx: Tx, player: Player, platform: str) -> tuple[Player, tuple[Match, ...]]:
    """Save the player, who is an active chatter from now on; unless the line was a step into a trap."""
    trap = traps.waiting_for(player)
    if trap is None:
        players.save(tx, player)
        # Behind the player's own rows: a stranger's must be there first.
        queries.upsert_chatter(tx, player.id, platform)
        return player, ()
    player = traps.trigger(tx, player, trap, platform)
    players.save(tx, player)
    remove_chatters(tx, platform, [player])
    return player, (rules.trap_match(trap, player, player.links[platform].username),)
