"""Messages to administrators about cooldowns."""

from __future__ import annotations

from community.cooldowns.rules import name_of
from kernel.texts import translate


def ended(action: str, name: str | None, *, was_running: bool) -> str:
    """Say whether a cooldown was running that is over now.

    Args:
        name: None for the cooldown that all players share.
    """
    shown = name_of(action)
    if name is None and was_running:
        return translate("The cooldown of {action} is over for all.", action=shown)
    if name is None:
        return translate("The cooldown of {action} was not running for all.", action=shown)
    if was_running:
        return translate("The cooldown of {action} is over for {name}.", action=shown, name=name)
    return translate("The cooldown of {action} was not running for {name}.", action=shown, name=name)
