"""The community's own bots."""

from __future__ import annotations

import re
from dataclasses import dataclass

from community.exclusions.models import Account
from kernel.settings import SettingsError, text

_ACCOUNT = re.compile(r"(discord|twitch|youtube):(?:id=)?(\S.*)")


def accounts(name: str) -> tuple[Account, ...]:
    """Return the accounts in a setting like `twitch:my_bot, discord:id=123`.

    Raises:
        SettingsError
    """
    found: list[Account] = []
    for part in filter(None, map(str.strip, text(name).split(","))):
        match = _ACCOUNT.fullmatch(part)
        if match is None:
            raise SettingsError(f"{name}: {part!r} is not an account like twitch:my_bot or discord:id=123")
        by_id = part.startswith(f"{match[1]}:id=")
        found.append(Account(match[1], platform_id=match[2]) if by_id else Account(match[1], username=match[2]))
    return tuple(found)


@dataclass(frozen=True, slots=True)
class ExclusionSettings:
    own_bots: tuple[Account, ...]
    """The community's own bots."""


settings = ExclusionSettings(own_bots=accounts("OWN_BOTS"))
