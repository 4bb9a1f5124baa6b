"""Who cannot be attacked."""

from __future__ import annotations

from collections.abc import Set

from msgspec import Struct

from community.players.models import ROLES
from kernel.settings import SettingsError, text


def roles(given: str) -> Set[str]:
    """Return the roles in a text like `moderator, broadcaster`.

    Raises:
        SettingsError
    """
    found = frozenset(filter(None, (part.strip().lower() for part in given.split(","))))
    if unknown := sorted(found.difference(ROLES)):
        raise SettingsError(f"IMMUNE_ROLES: {unknown[0]!r} is not a role; the roles are {', '.join(ROLES)}")
    return found


class ShieldSettings(Struct, frozen=True):
    immune_roles: Set[str]
    """Accounts with one of these roles are not hit by weapons, traps and blasts."""


settings = ShieldSettings(immune_roles=roles(text("IMMUNE_ROLES")))
