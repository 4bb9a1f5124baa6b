"""Items that change the picture for a while. Source: rules 6.7."""

from __future__ import annotations

from typing import ClassVar
from uuid import UUID

from community.catalog.rules import listed
from community.items.models import TargetRequired, Use, Used
from community.items.texts import so_many
from kernel.database import Tx
from kernel.errors import Refused
from kernel.events.models import Event


class VideoEffectRequested(Event):
    """Whoever shows the stream acts on it. `quantity` is how often, or how long: theirs to say."""

    type: ClassVar[str] = "video_effect.requested"
    user_id: UUID
    username: str
    platform: str
    effect: str
    quantity: int
    timestamp: int


class UnknownEffect(Refused):
    code: ClassVar[str] = "validation"
    message: ClassVar[str] = 'There is no effect "{effect}": choose {effects}.'


def use(tx: Tx, use: Use) -> Used:
    """
    Raises:
        TargetRequired, UnknownEffect
    """
    platform, effects = use.wish.user.platform, use.item.handler_config.effects
    if use.wish.target is None:
        raise TargetRequired(item=use.item.public_name, who=listed(effects, "or"))
    effect = use.wish.target.strip().lower()
    if effect not in effects:
        raise UnknownEffect(effect=use.wish.target, effects=listed(effects, "or"))
    user = use.user.record(
        VideoEffectRequested(
            user_id=use.user.id,
            username=use.user.links[platform].username,
            platform=platform,
            effect=effect,
            quantity=use.quantity,
            timestamp=int(tx.now.timestamp()),
        )
    )
    return Used(use.changed(user).players, use.quantity, f"You use {so_many(use)}: {effect} it is.")
