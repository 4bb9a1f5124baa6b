"""Keyed hashes of accounts: they recognise an account that comes back, and tell no one else which one it was."""

from __future__ import annotations

import hmac

from kernel.settings import SecretSettings, text


class HashSettings(SecretSettings, frozen=True):
    keys: tuple[bytes, ...]
    """Keys of hashes of accounts, separated by spaces. The first one makes new hashes. The others are earlier ones:
    without them, their hashes match no account."""


settings = HashSettings(keys=tuple(key.encode() for key in text("ACCOUNT_HASH_KEY", "brandish").split() or [""]))


def signatures(text: str) -> tuple[str, ...]:
    """Return the keyed hash of a text under each key, the one for new hashes first."""
    return tuple(hmac.digest(key, text.encode(), "sha256").hex() for key in settings.keys)


def account_hashes(platform: str, platform_id: str) -> tuple[str, ...]:
    """Return what may be left of an account that was forgotten; the first one is what is left of it from now on."""
    return signatures(f"{platform}:{platform_id}")
