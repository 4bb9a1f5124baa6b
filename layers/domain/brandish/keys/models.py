"""Who may call."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Role = Literal["admin", "bot", "viewer"]


@dataclass(frozen=True, slots=True)
class KeyHolder:
    name: str
    role: Role


@dataclass(frozen=True, slots=True)
class Verdict:
    """What came of a key.

    Attributes:
        holder: None for a key that is unknown, revoked, or not even looked at.
        failures: wrong keys from this address in the running window, this one included.
    """

    holder: KeyHolder | None
    failures: int = 0
