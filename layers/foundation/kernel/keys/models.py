"""Who may call."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from kernel.errors import NotFound, Refused

Role = Literal["admin", "bot", "viewer"]


@dataclass(frozen=True, slots=True)
class KeyHolder:
    name: str
    role: Role


@dataclass(frozen=True, slots=True)
class AuthenticationResult:
    """What came of a key.

    Attributes:
        holder: None for a key that is unknown, revoked, or not even looked at.
        failures: wrong keys from this address in the running window, this one included.
    """

    holder: KeyHolder | None
    failures: int = 0


@dataclass(frozen=True, slots=True)
class KeyInfo:
    """A key as far as it is known after it was made: not the key itself."""

    name: str
    role: Role
    created_at: datetime
    revoked_at: datetime | None


class NoSuchKey(NotFound):
    code = "not_found"
    message = "There is no key called {name} to revoke."


class OwnKey(Refused):
    code = "validation"
    message = "This call is made with the key {name}. Revoke it with another administrator's."
