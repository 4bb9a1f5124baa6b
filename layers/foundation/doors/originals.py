"""Telling original events from replays and broadcasts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def is_original(delivered: Mapping[str, Any]) -> bool:
    """Tell whether an EventBridge event is neither a replay nor a broadcast.

    A replay, from the bus's archive or from the log, happened before; a broadcast is only a message to listeners.
    Nothing that changes the game may react to either.
    """
    return "replay-name" not in delivered and is_original_envelope(delivered["detail"])


def is_original_envelope(envelope: Mapping[str, Any]) -> bool:
    """Tell the same of an envelope that is known not to come from the bus's archive."""
    metadata = envelope["metadata"]
    return not (metadata.get("replay") or metadata.get("broadcast"))
