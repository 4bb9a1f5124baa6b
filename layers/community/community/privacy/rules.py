"""Taking a player out of payloads of events."""

from __future__ import annotations

import re
from typing import Any
from uuid import UUID

from community.players.models import Player
from kernel.naming import person_key

FORGOTTEN = "(forgotten)"
"""Stands for the name of a player who was forgotten."""


_CLEAR_ID = 5
"""Shorter ids of accounts are not looked for within texts: they may be any number."""


def names_of(player: Player) -> list[str]:
    """Return what the player is called anywhere, the longest first."""
    return sorted({player.username, *(link.username for link in player.links.values())}, key=lambda name: -len(name))


def mentions(player: Player) -> list[str]:
    """Return the texts by which events mention a player: the id, and the names."""
    return [str(player.id), *names_of(player)]


class Scrubber:
    """Replaces a player in payloads: the id by another one, names by `FORGOTTEN`, and ids of accounts by nothing.

    In the player's own events a name is also replaced within a text; in those of others only where it is the whole
    text, because a name may be a common word.
    """

    def __init__(self, player: Player, no_one: UUID) -> None:
        self._user_id, self._no_one = str(player.id), str(no_one)
        self._keys = {person_key(name) for name in names_of(player)}
        self._account_ids = {link.platform_id for link in player.links.values()}
        names = "|".join(map(re.escape, names_of(player)))
        ids = "|".join(re.escape(each) for each in sorted(self._account_ids) if len(each) >= _CLEAR_ID)
        self._account = re.compile(rf"(?<!\w)(?:{ids})(?!\w)") if ids else None
        self._name = re.compile(rf"(?<!\w)(?:{names})(?!\w)", re.IGNORECASE)

    def __call__(self, payload: Any, *, own: bool) -> Any:
        """Return the payload without the player.

        Args:
            own: whether the event belongs to the player.
        """
        return self._scrubbed(payload, "", own=own or self._user_id in str(payload))

    def _scrubbed(self, value: Any, field: str, *, own: bool) -> Any:
        if isinstance(value, dict):
            return {name: self._scrubbed(each, name, own=own) for name, each in value.items()}
        if isinstance(value, list):
            return [self._scrubbed(each, field, own=own) for each in value]
        if not isinstance(value, str):
            return value
        if value in self._account_ids and "id" in field and own:
            return ""
        if person_key(value) in self._keys:
            return FORGOTTEN
        value = value.replace(self._user_id, self._no_one)
        if not own:
            return value
        return self._name.sub(FORGOTTEN, self._account.sub("", value) if self._account else value)
