"""Handling chat messages. This is the most frequent action."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime, timedelta

from community.messages import queries, rules
from community.messages.models import Chatter, Line, Match, MessageReceived, NewChats
from community.players import service as players
from community.players.models import Crowd, Player, PlayerRef
from community.recent_activity.models import RecentActivity
from community.recent_activity.rules import heard
from community.recent_activity.settings import settings as flood_limits
from community.shields.immunity import immune_roles, is_immune
from community.traps import service as traps
from kernel.database import Tx

ACTIVE_MINUTES = 30
"""A chatter who has not written for this long is inactive. Source: rules 1."""
MAX_LISTED = 1000


def handle_message(tx: Tx, chatter: PlayerRef, text: str) -> tuple[Player, tuple[Match, ...]]:
    """Count a message for its author, and find the configured words in it. A stranger becomes a player.

    A message of an excluded account is not counted, nor is one that repeats the author's last ones too often.

    A triggered trap is the last match.
    """
    player = players.load_or_create(tx, chatter, traps.WAITING, anyone=True)
    player, matches = _hear(tx, player, Line(chatter, text))
    _save(tx, chatter.platform, [player])
    return player, matches


def handle_messages(tx: Tx, platform: str, lines: Sequence[Line]) -> list[tuple[Player, tuple[Match, ...]]]:
    """Handle messages of one chat in their order, as `handle_message` does, but load and save each author once.

    Who set a trap is named as before the batch, even if one of its lines brings that player's new name.

    Args:
        lines: their chatters have a platform id and a name on `platform`.

    Returns:
        For each line its author, as all lines left them, and the words found in it.
    """
    ids = sorted({str(line.chatter.platform_id) for line in lines})
    crowd = Crowd(queries.CHATTERS_WITH_IDS, (platform, ids))
    _, known, state = players.load_crowd(tx, (), crowd, traps.WAITING)
    authors = {player.links[platform].platform_id: player for player in known}
    if players.come_back(tx, state, *(line.chatter for line in lines if line.chatter.platform_id not in authors)):
        _, known, state = players.load_crowd(tx, (), crowd, traps.WAITING)
        authors = {player.links[platform].platform_id: player for player in known}
    found: list[tuple[Match, ...]] = []
    for line in lines:
        platform_id = str(line.chatter.platform_id)
        author = authors.get(platform_id)
        author = players.create(tx, state, line.chatter) if author is None else author
        author, matches = _hear(tx, players.with_current_name(author, line.chatter, tx.now), line)
        authors[platform_id] = author
        found.append(matches)
    _save(tx, platform, authors.values())
    return [(authors[str(line.chatter.platform_id)], matches) for line, matches in zip(lines, found, strict=True)]


def mark_active(tx: Tx, chatter: PlayerRef) -> Player:
    """Mark the chatter as active without counting a message."""
    player = players.load_or_create(tx, chatter, traps.WAITING, anyone=True)
    player, _ = _step(tx, player, chatter.platform)
    _save(tx, chatter.platform, [player])
    return player


def list_active_chatters(tx: Tx, minutes: int = ACTIVE_MINUTES) -> list[Chatter]:
    """List who has written in the last minutes, latest first, once per platform."""
    rows = queries.list_chatters_since(tx, tx.now - timedelta(minutes=minutes), MAX_LISTED).fetchall()
    return [Chatter(**row) for row in rows]


def random_chatters(tx: Tx, platform: str, number: int) -> Crowd:
    """Choose up to `number` active chatters at random, of those who are not immune.

    The choice is the same in every statement of the load.

    Other choices on the platform wait until these chatters have been hit and removed. Otherwise both could choose the
    same chatters, and one would have to be repeated.
    """
    queries.lock_choice(tx, platform)
    since = tx.now - timedelta(minutes=ACTIVE_MINUTES)
    salt = f"{tx.rng.getrandbits(64):x}"
    return Crowd(queries.RANDOM_CHATTERS, (platform, since, *immune_roles(tx.now), salt, number))


def chatters_since(tx: Tx, platform: str, moment: datetime) -> Crowd:
    """Choose everyone who has written since that time, has not been hit in between, and is not immune."""
    return Crowd(queries.CHATTERS_SINCE, (platform, moment, *immune_roles(tx.now)))


def remove_chatters(tx: Tx, platform: str, chatters: Iterable[Player]) -> None:
    """Queue the removal of chatters, so that they are not hit again before they write. They must be locked.

    Source: rules 1.
    """
    queries.delete_chatters(tx, platform, [player.id for player in chatters])


def remove_account(tx: Tx, platform: str, platform_id: str, name_key: str) -> None:
    """Queue the removal of an account from the active chatters: by its id, or else by the key of its name."""
    queries.delete_account(tx, platform, platform_id, name_key)


def _hear(tx: Tx, author: Player, line: Line) -> tuple[Player, tuple[Match, ...]]:
    """Count a line for its author, to be saved, and find the configured words in it."""
    platform = line.chatter.platform
    recent, counts = heard(author[RecentActivity], line.text, flood_limits.identical_lines)
    if counts:
        author = author.record(MessageReceived(user_id=author.id, platform=platform))
    if recent is not author[RecentActivity]:
        author = author.having(recent)
    author, trap_match = _step(tx, author, platform)
    return author, (*rules.find_strings(line.text), *trap_match)


def _step(tx: Tx, player: Player, platform: str) -> tuple[Player, tuple[Match, ...]]:
    """Note that the player writes. A trap that waits for them is triggered, and silences them until the next line.

    Excluded players are no chatters, and neither they nor immune ones trigger traps.
    """
    if player.excluded:
        return player, ()
    trap = traps.waiting_for(player)
    if trap is None or is_immune(player, tx.now):
        return player.having(player[NewChats].plus(platform)), ()
    player = traps.trigger(tx, player, trap, platform).having(NewChats())
    return player, (rules.trap_match(trap, player, player.links[platform].username),)


def _save(tx: Tx, platform: str, authors: Collection[Player]) -> None:
    """Save the players, and remove those from the active chatters whom a trap has silenced."""
    players.save(tx, *authors)
    if silenced := [player for player in authors if not (player[NewChats] or player.excluded)]:
        remove_chatters(tx, platform, silenced)
