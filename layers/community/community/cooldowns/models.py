"""Cooldowns: actions that a player cannot repeat at once."""

from __future__ import annotations

from typing import ClassVar
from uuid import UUID

from kernel.errors import TooSoon
from kernel.events.models import Event


class OnCooldown(TooSoon):
    """The action's cooldown is running. The Discord client cuts the text before `on cooldown` and after `remaining`."""

    code = "cooldown"
    message = "Your {action} is on cooldown: {remaining} remaining."


class CooldownReset(Event):
    """An administrator has reset a cooldown. Without `user_id`, it was everyone's."""

    type: ClassVar[str] = "cooldown.reset"
    user_id: UUID | None
    action: str
    timestamp: int
