"""Who can be hit by items."""

from __future__ import annotations

from datetime import datetime

from community.items.models import ItemUse, TargetImmune
from community.players.models import Player
from community.shields.immunity import is_immune


def require_attackable(item_use: ItemUse, target: Player, now: datetime) -> None:
    """Refuse to attack another player whose role in the chat protects them.

    Raises:
        TargetImmune
    """
    if target.id != item_use.user.id and is_immune(target, now):
        name = target.links[item_use.request.user.platform].username
        raise TargetImmune(item=item_use.item.public_name, name=name)
