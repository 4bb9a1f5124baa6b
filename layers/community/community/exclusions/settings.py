"""The community's own bots."""

from __future__ import annotations

import re

from msgspec import Struct

from community.exclusions.models import ListedAccount
from kernel.settings import SettingsError, text

_ACCOUNT = re.compile(r"(discord|twitch|youtube):(id=)?(\S.*)")


def accounts(given: str) -> tuple[ListedAccount, ...]:
    """Return the accounts in a text like `twitch:my_bot, discord:id=123`.

    Raises:
        SettingsError
    """
    found: list[ListedAccount] = []
    for part in filter(None, map(str.strip, given.split(","))):
        match = _ACCOUNT.fullmatch(part)
        if match is None:
            raise SettingsError(f"OWN_BOTS: {part!r} is not an account like twitch:my_bot or discord:id=123")
        platform, by_id, name = match.groups()
        found.append(ListedAccount(platform, name) if by_id else ListedAccount(platform, username=name))
    return tuple(found)


class ExclusionSettings(Struct, frozen=True):
    own_bots: tuple[ListedAccount, ...]
    """The community's own bots."""


settings = ExclusionSettings(own_bots=accounts(text("OWN_BOTS")))
