"""The keys of tokens: the first one signs, the earlier ones still verify what they have signed."""

from __future__ import annotations

import hmac
from functools import cache

from kernel.settings import SecretSettings, SettingsError, text

SHORTEST = 32
"""The least number of bytes of a key, as RFC 7518 (3.2) demands for HS256."""
_PLACEHOLDERS = frozenset({"change-me", "changeme", "secret"})


class TokenKeys(SecretSettings, frozen=True):
    """The keys for one purpose that come from one secret.

    Attributes:
        key_id: names the secret and says nothing about it.
        signing: for the MAC.
        sealing: for AES-256-GCM.
    """

    key_id: str
    signing: bytes
    sealing: bytes


def derive(secret: str, purpose: str) -> TokenKeys:
    """Return the keys of a secret for a purpose. Keys of different purposes tell nothing about each other."""

    def derived(use: str) -> bytes:
        return hmac.digest(secret.encode(), f"brandish {purpose} {use}".encode(), "sha256")

    return TokenKeys(derived("name").hex()[:16], derived("signing"), derived("sealing"))


def read_secrets(given: str) -> tuple[str, ...]:
    """Return the secrets of the setting, the one in use first.

    Raises:
        SettingsError: there is none, or one is too short or a placeholder.
    """
    secrets = tuple(given.split())
    if not secrets:
        raise SettingsError("ACCOUNT_KEYS is not set: it needs a random text of at least 32 characters")
    for secret in secrets:
        if len(secret.encode()) < SHORTEST or secret.lower() in _PLACEHOLDERS:
            raise SettingsError(f"ACCOUNT_KEYS: a key needs at least {SHORTEST} random characters")
    return secrets


_given = text("ACCOUNT_KEYS")
"""The secrets of tokens, separated by spaces: the first one signs, all verify. At least 32 random characters each."""


@cache
def ring(purpose: str) -> tuple[TokenKeys, ...]:
    """Return the keys for a purpose; the first one signs.

    Raises:
        SettingsError
    """
    return tuple(derive(secret, purpose) for secret in read_secrets(_given))
