"""Arming and exploding blasts. Source: rules 6.6."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

from community.blasts import queries
from community.blasts.events import BlastExploded
from community.blasts.models import AlreadyArmed, Blast
from community.catalog.content import Item, items
from community.catalog.texts import used_by
from community.messages import service as messages
from community.players import service as players
from community.players.models import Fact, Player, PlayerRef
from community.shields import service as shields
from kernel.database import Tx
from kernel.errors import TryAgain


def armed_on(platform: str) -> Fact:
    """Fact to load with the player who arms a blast, for `arm`."""
    return Fact("armed_blast", queries.ARMED, (platform,))


def arm(tx: Tx, setter: Player, platform: str, item: Item, seconds: int, chatters: int) -> None:
    """Queue a blast. The clock explodes it in a quiet moment, once `chatters` players have written.

    Raises:
        AlreadyArmed: a blast is already armed on this platform.
    """
    if setter.facts.get("armed_blast"):
        raise AlreadyArmed(item=item.public_name)
    queries.insert_blast(tx, Blast(platform, uuid4(), setter.id, item.item_id, seconds, chatters, tx.now))


def explode_due(tx: Tx) -> int:
    """Explode one due blast, see `clock.explode_due`. The caller that deletes the row does it.

    This locks the blast before its players, while a merge of the setter locks it after them. When both happen at the
    same time, one of them is repeated.
    """
    row = queries.delete_due_blast(tx).fetchone()
    if row is None:
        return 0
    blast = Blast(**row)
    refs = (PlayerRef("", user_id=blast.setter_id),)
    heard = messages.chatters_since(tx, blast.platform, blast.armed_at)
    (setter,), crowd, _ = players.load_crowd(tx, refs, heard, shields.CHARGES)
    if setter is None:
        raise TryAgain  # the setter has been merged in the meantime
    crowd = [player for player in crowd if not player.excluded]
    item = items.stored(blast.item_id)
    added = timedelta(seconds=blast.seconds)
    outcomes = shields.attack(tx, blast.platform, setter, crowd, added, used_by(item, 1, setter.username))
    messages.remove_chatters(tx, blast.platform, crowd)
    names = sorted(each.username for each in outcomes if each.stopped_by is None)
    event = BlastExploded(
        platform=blast.platform,
        setter_id=setter.id,
        usernames=names[: BlastExploded.MAX_NAMED],
        silenced_count=len(names),
        duration_seconds=blast.seconds,
        timestamp=int(tx.now.timestamp()),
    )
    players.save(tx, setter.record(event))
    return 1
