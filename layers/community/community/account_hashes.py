"""Keyed hashes of accounts: they recognise an account that comes back, and tell no one else which one it was."""

from __future__ import annotations

import hmac
from dataclasses import dataclass, field

from kernel.settings import text


@dataclass(frozen=True, slots=True)
class HashSettings:
    key: bytes = field(repr=False)
    """Without it, the hash of an account cannot be computed. A new key makes the old hashes useless."""


settings = HashSettings(key=text("ACCOUNT_HASH_KEY", "brandish").encode())


def account_hash(platform: str, platform_id: str) -> str:
    """Return what is left of an account that was forgotten."""
    return hmac.digest(settings.key, f"{platform}:{platform_id}".encode(), "sha256").hex()
