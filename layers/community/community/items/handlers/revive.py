"""Items that shorten a timeout. Source: rules 6.3."""

from __future__ import annotations

from datetime import timedelta
from typing import ClassVar

from community.items.models import ItemUse, Targeting, TargetRequired, UseRequest, UseResult
from community.items.texts import name_with_quantity
from community.timeouts import service as timeouts
from community.timeouts.rules import adjusted, in_words
from kernel.database import Tx
from kernel.errors import Refused


class TargetNotTimedOut(Refused):
    code: ClassVar[str] = "no_effect"
    message: ClassVar[str] = "{item} has no effect on {name}, who may talk already."


def choose_targets(tx: Tx, request: UseRequest) -> Targeting:
    return Targeting(named=request.player, facts=(timeouts.silenced(tx),))


def use(tx: Tx, item_use: ItemUse) -> UseResult:
    """Shorten the timeout of the target.

    Raises:
        TargetRequired, TargetNotTimedOut
    """
    platform = item_use.request.user.platform
    if item_use.target is None:
        raise TargetRequired(item=item_use.item.public_name, who="a player")
    name = item_use.target.links[platform].username
    silenced_until = item_use.target.facts["silenced"]
    if silenced_until is None:
        raise TargetNotTimedOut(item=item_use.item.public_name, name=name)
    seconds = item_use.item.handler_config.seconds
    removed = sum((slot.quantity * adjusted(seconds, slot.quality) for slot in item_use.taken), timedelta())
    reason = f"{name_with_quantity(item_use)} of {item_use.user.links[platform].username}'s"
    timeouts.shorten_timeout(tx, item_use.target, removed, reason, platform)
    when = "again" if silenced_until - removed <= tx.now else f"{in_words(removed)} sooner"
    what = f"{name_with_quantity(item_use)}: {name} may talk {when}."
    public_message = None if item_use.target.id == item_use.user.id else lambda user: f"{user} uses {what}"
    return UseResult(item_use.players, item_use.quantity, f"You use {what}", public_message)
