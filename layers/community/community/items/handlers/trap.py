"""Items that lie in wait. Source: rules 6.5."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta

from community.items.models import OneAtATime, Reach, TargetRequired, Use, Used, Wish
from community.items.texts import so_many
from community.messages import service as messages
from community.players.models import Player
from community.timeouts import service as timeouts
from community.timeouts.rules import in_words
from community.traps import service as traps
from kernel.database import Tx


def reach(tx: Tx, wish: Wish) -> Reach:
    if wish.item.handler_config.target == "named":
        return Reach(named=wish.player, facts=(traps.WAITING,))
    return Reach(crowd=messages.some(tx, wish.user.platform, wish.quantity), facts=(traps.WAITING,))


def use(tx: Tx, use: Use) -> Used:
    """
    Raises:
        TargetRequired, OneAtATime
    """
    if use.item.handler_config.target == "named":
        return _set(tx, use, [_named(use)])
    # Where nobody is, the setter walks alone.
    targets = list(use.crowd) or [use.user]
    tx.rng.shuffle(targets)
    return _set(tx, use, targets)


def _named(use: Use) -> Player:
    if use.target is None:
        raise TargetRequired(item=use.item.public_name, who="a player")
    if use.quantity != 1:
        raise OneAtATime(item=use.item.public_name)
    return use.target


def _set(tx: Tx, use: Use, targets: Iterable[Player]) -> Used:
    """One after the other, until one goes wrong."""
    config, platform, setter = use.item.handler_config, use.wish.user.platform, use.user
    placed, accident = 0, ""
    for target in targets:
        waiting = traps.waiting_for(target)
        if waiting:
            setter = traps.backfire(tx, setter, target, waiting, platform)
            accident = f"A trap was waiting there already, and goes off: {in_words(waiting.time)} of silence for you."
        elif target.id == setter.id and config.target == "random":
            time = timedelta(seconds=config.seconds)
            timeouts.silence(tx, platform, setter.links[platform].username, time, "a trap of their own")
            accident = f"You step into {so_many(use, 1)} of your own: {in_words(time)} of silence for you."
        if accident:
            messages.leave(tx, platform, [setter])
            break
        setter = traps.place(tx, setter, target, platform, use.slot.quality, config.seconds)
        placed += 1
    told = [f"You set {so_many(use, placed)}."] if placed else []
    return Used(use.changed(setter).players, placed + bool(accident), " ".join([*told, accident] if accident else told))
