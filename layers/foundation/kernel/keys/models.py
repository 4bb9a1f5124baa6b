"""API keys and their holders."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from kernel.errors import NotFound, Refused

Role = Literal["admin", "bot", "viewer"]


@dataclass(frozen=True, slots=True)
class KeyHolder:
    """The holder of a key and the holder's role."""

    name: str
    role: Role


@dataclass(frozen=True, slots=True)
class AuthenticationResult:
    """The result of checking a key.

    Attributes:
        holder: None for a key that is unknown, revoked, or from an address with too many failures.
        failures: wrong keys from this address in the current window, this one included.
    """

    holder: KeyHolder | None
    failures: int = 0


@dataclass(frozen=True, slots=True)
class KeyInfo:
    """What is stored about a key; the key itself is not."""

    name: str
    role: Role
    created_at: datetime
    revoked_at: datetime | None


class NoSuchKey(NotFound):
    """No active key has this name."""

    code = "not_found"
    message = "There is no key called {name} to revoke."


class OwnKey(Refused):
    """A caller may not revoke the key that the call is made with."""

    code = "validation"
    message = "This call is made with the key {name}. Revoke it with another administrator's."
