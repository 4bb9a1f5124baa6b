"""Items that explode later. Source: rules 6.6."""

from __future__ import annotations

from community.blasts import service as blasts
from community.items.models import ItemUse, OneAtATime, Targeting, UseRequest, UseResult
from community.items.texts import name_with_quantity
from community.timeouts.rules import adjusted
from kernel.database import Tx
from kernel.texts import translate


def choose_targets(tx: Tx, request: UseRequest) -> Targeting:
    return Targeting(facts=(blasts.armed_on(request.user.platform),))


def use(tx: Tx, item_use: ItemUse) -> UseResult:
    """Arm a delayed blast on the user's platform.

    Raises:
        OneAtATime, AlreadyArmed
    """
    if item_use.quantity != 1:
        raise OneAtATime(item=item_use.item.public_name)
    config = item_use.item.handler_config
    assert config.chatters is not None  # the content checks ensure it
    seconds = int(adjusted(config.seconds, item_use.quality).total_seconds())
    blasts.arm(tx, item_use.user, item_use.request.user.platform, item_use.item, seconds, config.chatters)
    message = translate(
        "You light the fuse of {things}. Once {chatters} have talked, silence sets it off.",
        things=name_with_quantity(item_use),
        chatters=config.chatters,
    )
    return UseResult(item_use.players, item_use.quantity, message)
