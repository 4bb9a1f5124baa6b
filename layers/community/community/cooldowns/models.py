"""Actions that have to wait before they may be repeated."""

from __future__ import annotations

from typing import ClassVar
from uuid import UUID

from kernel.errors import TooSoon
from kernel.events.models import Event


class OnCooldown(TooSoon):
    """The Discord client cuts the text before `on cooldown` and after `remaining`."""

    code = "cooldown"
    message = "Your {action} is on cooldown: {remaining} remaining."


class CooldownReset(Event):
    """By an administrator. Without `user_id`: for everybody."""

    type: ClassVar[str] = "cooldown.reset"
    user_id: UUID | None
    action: str
    timestamp: int
