"""Items that apply a video effect to the stream. Source: rules 6.7."""

from __future__ import annotations

from typing import ClassVar

from community.items.events import VideoEffectRequested
from community.items.models import EffectRequired, ItemUse, UseResult
from community.items.texts import name_with_quantity
from kernel.database import Tx
from kernel.errors import Refused
from kernel.naming import NameIndex
from kernel.texts import alternatives, translate


class UnknownEffect(Refused):
    code: ClassVar[str] = "validation"
    message: ClassVar[str] = 'There is no effect "{effect}": choose {effects}.'


def use(tx: Tx, item_use: ItemUse) -> UseResult:
    """Request a video effect from the streaming client.

    Raises:
        EffectRequired, UnknownEffect
    """
    platform, effects = item_use.request.user.platform, item_use.item.handler_config.effects
    if item_use.request.target is None:
        raise EffectRequired(item=item_use.item.public_name, effects=alternatives(effects))
    effect = NameIndex(str, [(name, name) for name in effects]).find(item_use.request.target)
    if effect is None:
        raise UnknownEffect(effect=item_use.request.target, effects=alternatives(effects))
    user = item_use.user.record(
        VideoEffectRequested(
            user_id=item_use.user.id,
            username=item_use.user.links[platform].username,
            platform=platform,
            effect=effect,
            quantity=item_use.quantity,
            timestamp=int(tx.now.timestamp()),
        )
    )
    message = translate("You use {things}: {effect} it is.", things=name_with_quantity(item_use), effect=effect)
    return UseResult(item_use.changed(user).players, item_use.quantity, message)
