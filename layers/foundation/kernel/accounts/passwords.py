"""Hashing and verifying passwords with Argon2id. Source: worlds 3.

A hash takes a tenth of a second and 64 MiB on purpose, so it is made outside any transaction. Only the functions that
people log in to import this module.
"""

from __future__ import annotations

import re
from secrets import token_bytes
from typing import Final

from argon2 import low_level
from argon2.exceptions import VerificationError

from kernel.accounts.settings import settings

_SALT_BYTES: Final = 16
_HASH_BYTES: Final = 32
_OURS: Final = re.compile(
    r"\$argon2id\$v=19\$m=[1-9][0-9]{0,9},t=[1-9][0-9]{0,9},p=[1-9][0-9]{0,7}\$[A-Za-z0-9+/]{22}\$[A-Za-z0-9+/]{43}"
)
"""The PHC form of Argon2id: other variants, versions and lengths are not ours."""


def hash_password(password: str) -> str:
    """Return the hash to store for a password, with a new salt, in PHC form."""
    return low_level.hash_secret(
        password.encode(),
        token_bytes(_SALT_BYTES),
        settings.hash_passes,
        settings.hash_memory_kib,
        settings.hash_lanes,
        _HASH_BYTES,
        low_level.Type.ID,
    ).decode()


def verify_password(stored: str | None, password: str) -> bool:
    """Return whether a password is the one that was hashed.

    Args:
        stored: None when there is no such account: the work is the same, and the answer is no.
    """
    known = stored if stored is not None and _OURS.fullmatch(stored) else None
    try:
        low_level.verify_secret((known or _of_no_one()).encode(), password.encode(), low_level.Type.ID)
    except VerificationError:
        return False
    return known is not None


def _of_no_one() -> str:
    """Return a hash with today's parameters that belongs to no password anyone knows."""
    parameters = f"m={settings.hash_memory_kib},t={settings.hash_passes},p={settings.hash_lanes}"
    return f"$argon2id$v=19${parameters}${'A' * 22}${'A' * 43}"
