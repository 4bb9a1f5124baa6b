"""Items that shorten a timeout. Source: rules 6.3."""

from __future__ import annotations

from typing import ClassVar

from community.items.models import Reach, TargetRequired, Use, Used, Wish
from community.items.texts import so_many
from community.timeouts import service as timeouts
from community.timeouts.rules import adjusted, in_words
from kernel.database import Tx
from kernel.errors import Refused


class NotSilenced(Refused):
    code: ClassVar[str] = "no_effect"
    message: ClassVar[str] = "{item} has no effect on {name}, who may talk already."


def reach(tx: Tx, wish: Wish) -> Reach:
    return Reach(named=wish.player, facts=(timeouts.silenced_on(tx, wish.user.platform),))


def use(tx: Tx, use: Use) -> Used:
    """
    Raises:
        TargetRequired, NotSilenced
    """
    platform = use.wish.user.platform
    if use.target is None:
        raise TargetRequired(item=use.item.public_name, who="a player")
    name = use.target.links[platform].username
    silenced_until = use.target.facts["silenced"]
    if silenced_until is None:
        raise NotSilenced(item=use.item.public_name, name=name)
    removed = use.quantity * adjusted(use.item.handler_config.seconds, use.slot.quality)
    timeouts.relieve(tx, platform, name, removed, f"{so_many(use)} of {use.user.links[platform].username}'s")
    when = "again" if silenced_until - removed <= tx.now else f"{in_words(removed)} sooner"
    what = f"{so_many(use)}: {name} may talk {when}."
    told = None if use.target.id == use.user.id else lambda user: f"{user} uses {what}"
    return Used(use.players, use.quantity, f"You use {what}", told)
