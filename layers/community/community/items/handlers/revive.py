"""Items that shorten a timeout. Source: rules 6.3."""

from __future__ import annotations

from datetime import timedelta
from typing import ClassVar

from community.items.models import ItemUse, Targeting, TargetRequired, UseRequest, UseResult
from community.items.texts import name_with_quantity, reason
from community.timeouts import service as timeouts
from community.timeouts.rules import adjusted
from community.timeouts.texts import in_words
from kernel.database import Tx
from kernel.errors import Refused
from kernel.texts import translate


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
        raise TargetRequired(item=item_use.item.public_name)
    name = item_use.target.links[platform].username
    silenced_until = item_use.target.facts["silenced"]
    if silenced_until is None:
        raise TargetNotTimedOut(item=item_use.item.public_name, name=name)
    seconds = item_use.item.handler_config.seconds
    removed = sum((slot.quantity * adjusted(seconds, slot.quality) for slot in item_use.taken), timedelta())
    timeouts.shorten_timeout(tx, item_use.target, removed, reason(item_use, platform), platform)
    sooner = None if silenced_until - removed <= tx.now else removed
    message = _described(item_use, name, sooner)
    if item_use.target.id == item_use.user.id:
        return UseResult(item_use.players, item_use.quantity, message)
    return UseResult(item_use.players, item_use.quantity, message, lambda user: _told(item_use, name, sooner, user))


def _described(item_use: ItemUse, name: str, sooner: timedelta | None) -> str:
    things = name_with_quantity(item_use)
    if sooner is None:
        return translate("You use {things}: {name} may talk again.", things=things, name=name)
    time = in_words(sooner)
    return translate("You use {things}: {name} may talk {time} sooner.", things=things, name=name, time=time)


def _told(item_use: ItemUse, name: str, sooner: timedelta | None, user: str) -> str:
    things = name_with_quantity(item_use)
    if sooner is None:
        return translate("{user} uses {things}: {name} may talk again.", user=user, things=things, name=name)
    return translate(
        "{user} uses {things}: {name} may talk {time} sooner.",
        user=user,
        things=things,
        name=name,
        time=in_words(sooner),
    )
