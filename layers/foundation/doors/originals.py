"""What the bus delivers, and what of it is new."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def is_original(delivered: Mapping[str, Any]) -> bool:
    """Whether an EventBridge event tells of something that has just happened in the game.

    A replay, from the bus's archive or from the log, has happened before; a broadcast has not happened at all. Nothing
    that changes the game may obey either.
    """
    return "replay-name" not in delivered and is_original_envelope(delivered["detail"])


def is_original_envelope(envelope: Mapping[str, Any]) -> bool:
    """The same of an envelope by itself, once it is known not to come from the bus's archive."""
    metadata = envelope["metadata"]
    return not (metadata.get("replay") or metadata.get("broadcast"))
