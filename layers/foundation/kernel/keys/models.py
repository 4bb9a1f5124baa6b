"""API keys and their holders."""

from __future__ import annotations

from datetime import datetime
from typing import Final, Literal

from msgspec import Struct

from kernel.errors import NotAllowed, NotFound, Refused

Role = Literal["admin", "bot", "viewer"]

KEY_REVOKED: Final = "key_revoked"
"""The code of what the holder of a revoked key is told, at every door. Source: docs/listening.md."""


class KeyHolder(Struct, frozen=True):
    """The holder of a key and the holder's role."""

    name: str
    role: Role


class StoredKey(Struct, frozen=True):
    """A key as the authorizer knows it: a revoked one opens nothing, but its holder can be told why."""

    holder: KeyHolder
    revoked_at: datetime | None = None

    def is_revoked(self, now: datetime) -> bool:
        return self.revoked_at is not None and self.revoked_at <= now


class KeyInfo(Struct, frozen=True):
    """What is stored about a key; the key itself is not.

    Attributes:
        revoked_at: from when on it is refused; in the future for a key that another one replaces.
    """

    name: str
    role: Role
    created_at: datetime
    revoked_at: datetime | None


class CallerRevoked(NotAllowed):
    """The key that the call is made with is revoked, although caches before the game still accept it."""

    refuses_caller = True
    code = KEY_REVOKED
    message = "The key has been revoked. Connect with another one."


class NoSuchKey(NotFound):
    """No active key has this name."""

    code = "not_found"
    message = "There is no key called {name} to revoke."


class OwnKey(Refused):
    """A caller may not revoke the key that the call is made with, which is probably a mistake."""

    code = "validation"
    message = "This call is made with the key {name}. Revoke it with another administrator's."


class LastAdministrator(Refused):
    """Without this key, no one could administer the game, or create another key."""

    code = "validation"
    message = "{name} is the last administrator's key. Create another one first."
