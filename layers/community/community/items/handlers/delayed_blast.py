"""Items that go off later. Source: rules 6.6."""

from __future__ import annotations

from community.blasts import service as blasts
from community.items.models import OneAtATime, Reach, Use, Used, Wish
from community.items.texts import so_many
from community.timeouts.rules import adjusted
from kernel.database import Tx


def reach(tx: Tx, wish: Wish) -> Reach:
    return Reach(facts=(blasts.armed_on(wish.user.platform),))


def use(tx: Tx, use: Use) -> Used:
    """
    Raises:
        OneAtATime, AlreadyArmed
    """
    if use.quantity != 1:
        raise OneAtATime(item=use.item.public_name)
    config = use.item.handler_config
    assert config.chatters is not None  # the content sees to it
    seconds = int(adjusted(config.seconds, use.slot.quality).total_seconds())
    blasts.arm(tx, use.user, use.wish.user.platform, use.item, seconds, config.chatters)
    message = f"You light the fuse of {so_many(use)}. Once {config.chatters} have talked, silence sets it off."
    return Used(use.players, use.quantity, message)
