"""Verifying that a request comes from Discord, before anything in it is parsed."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from discord_interactions import verify_key

MAX_AGE_SECONDS = 300
"""The maximum age of a signature, which prevents replays of old requests."""

_SIGNATURE = re.compile(r"[0-9a-fA-F]{128}")
_PUBLIC_KEY = re.compile(r"[0-9a-fA-F]{64}")
_TIMESTAMP = re.compile(r"[0-9]{1,12}")


def is_genuine(raw_body: bytes, headers: Mapping[str, str], public_keys: Iterable[str], now: float) -> bool:
    """Tell whether Discord signed this request recently.

    Args:
        headers: by their names in lower case.
        public_keys: the application's keys in hex; without one, no request is genuine.
        now: unix seconds.
    """
    signature = headers.get("x-signature-ed25519", "")
    timestamp = headers.get("x-signature-timestamp", "")
    if not (_SIGNATURE.fullmatch(signature) and _TIMESTAMP.fullmatch(timestamp)):
        return False
    if abs(now - int(timestamp)) > MAX_AGE_SECONDS:
        return False
    return any(_PUBLIC_KEY.fullmatch(key) and verify_key(raw_body, signature, timestamp, key) for key in public_keys)
