"""Items that set traps. Source: rules 6.5."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from community.items.models import ItemUse, OneAtATime, Targeting, TargetRequired, UseRequest, UseResult
from community.items.rules import require_attackable
from community.items.texts import name_with_quantity
from community.messages import service as messages
from community.players.models import Player
from community.shields.immunity import is_immune
from community.timeouts import service as timeouts
from community.timeouts.texts import in_words
from community.traps import service as traps
from kernel.database import Tx
from kernel.texts import speaking, translate


def choose_targets(tx: Tx, request: UseRequest) -> Targeting:
    if request.item.handler_config.target == "named":
        return Targeting(named=request.player, facts=(traps.WAITING,))
    return Targeting(crowd=messages.random_chatters(tx, request.user.platform, request.most), facts=(traps.WAITING,))


def use(tx: Tx, item_use: ItemUse) -> UseResult:
    """Set traps for the named player or for random chatters.

    Raises:
        TargetRequired, OneAtATime, TargetImmune
    """
    if item_use.item.handler_config.target == "named":
        return _place(tx, item_use, [_named_target(item_use, tx.now)])
    # Without any active chatters, the setter is the only possible target.
    targets = list(item_use.crowd) or [item_use.user]
    tx.rng.shuffle(targets)
    return _place(tx, item_use, targets)


def _named_target(item_use: ItemUse, now: datetime) -> Player:
    if item_use.target is None:
        raise TargetRequired(item=item_use.item.public_name)
    if item_use.quantity != 1:
        raise OneAtATime(item=item_use.item.public_name)
    require_attackable(item_use, item_use.target, now)
    return item_use.target


def _place(tx: Tx, item_use: ItemUse, targets: Iterable[Player]) -> UseResult:
    """Place traps one after the other, until one is triggered."""
    config, platform, setter = item_use.item.handler_config, item_use.request.user.platform, item_use.user
    placed, accident, protected = 0, "", is_immune(setter, tx.now)
    qualities = (slot.quality for slot in item_use.taken for _ in range(slot.quantity))
    for target, quality in zip(targets, qualities, strict=False):
        waiting = traps.waiting_for(target)
        if waiting:
            setter = traps.trigger_on_setter(tx, setter, target, waiting, platform)
            accident = (
                translate("A trap was waiting there already, and goes off without effect.")
                if protected
                else translate(
                    "A trap was waiting there already, and goes off: {time} of silence for you.",
                    time=in_words(waiting.time),
                )
            )
        elif target.id == setter.id and config.target == "random":
            accident = _own_trap(tx, item_use, protected=protected)
        if accident:
            messages.remove_chatters(tx, platform, [setter])
            break
        setter = traps.place(tx, setter, target, platform, quality, config.seconds)
        placed += 1
    sentences = [translate("You set {things}.", things=name_with_quantity(item_use, placed))] if placed else []
    return UseResult(
        item_use.changed(setter).players,
        placed + bool(accident),
        " ".join([*sentences, accident] if accident else sentences),
    )


def _own_trap(tx: Tx, item_use: ItemUse, *, protected: bool) -> str:
    """Trigger a trap on the setter at once. Returns what it does, in a sentence."""
    time, things = timedelta(seconds=item_use.item.handler_config.seconds), name_with_quantity(item_use, 1)
    if protected:
        return translate("You step into {things} of your own, without effect.", things=things)
    with speaking():
        why = translate("a trap of their own")
    timeouts.silence(tx, item_use.user, time, why, item_use.request.user.platform)
    return translate(
        "You step into {things} of your own: {time} of silence for you.", things=things, time=in_words(time)
    )
