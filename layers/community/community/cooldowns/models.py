"""Cooldowns: actions that a player cannot repeat at once."""

from __future__ import annotations

from typing import ClassVar
from uuid import UUID

from kernel.errors import Refused, TooSoon
from kernel.events.models import Event


class OnCooldown(TooSoon):
    """The action's cooldown is running. Clients cut the text before `on cooldown`, and show the rest to its end."""

    code = "cooldown"
    message = "Your {action} is on cooldown: {remaining} remaining"


class UnknownAction(Refused):
    code = "validation"
    message = "{typed} has no cooldown. These actions have one: {names}."


class CooldownReset(Event):
    """An administrator has reset a cooldown. Without `user_id`, it was everyone's."""

    type: ClassVar[str] = "cooldown.reset"
    user_id: UUID | None
    action: str
    timestamp: int
