"""Which happenings there are, who may send them, and what of their metadata is kept. Source: personas 13."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final

SERVER_EVENTS: Final[tuple[str, ...]] = (
    "persona_created",
    "preview_generated",
    "post_approved",
    "battle_created",
    "public_profile_viewed",
    "public_battle_viewed",
    "signup_from_share",
    "remix_started",
    "remix_completed",
)
"""Recorded by us, where they happen."""

CLIENT_EVENTS: Final[tuple[str, ...]] = (
    "battle_shared",
    "remix_clicked",
    "remix_click",  # as older pages call remix_clicked
    "follow_click",
    "daily_return",
    "notification_clicked",
    "template_used_from_feed",
)
"""Sent by pages. They can send no others, so that no one can forge a remix."""

CLIENT_KEYS: Final = frozenset(
    {
        "battle_id",
        "day",
        "notification_id",
        "notification_type",
        "persona_id",
        "room_id",
        "slug",
        "source",
        "source_battle_id",
        "template_id",
    }
)
"""What pages say about their events. Anyone can send some, so nothing else is kept."""
CLIENT_TEXT: Final = 64
"""Characters of a value that a page has sent: ids, slugs and days."""
LARGEST_NUMBER: Final = 2**53

EVENTS: Final = SERVER_EVENTS + CLIENT_EVENTS

ENGAGEMENTS: Final[Mapping[str, str]] = {"battle_shared": "share", "remix_completed": "remix"}
"""{event: what rankings count it as}"""

SEEN_EVENTS: Final = (
    "public_battle_viewed",
    "battle_shared",
    "remix_started",
    "remix_completed",
    "notification_clicked",
)
"""After one of them, someone knows the battle."""

MAX_ENTRIES: Final = 25
MAX_DEPTH: Final = 3
MAX_TEXT: Final = 180
MAX_KEY: Final = 64
MAX_BYTES: Final = 4096

_FORBIDDEN: Final = re.compile("content|message|text|body", re.IGNORECASE)
_NOT_STORABLE: Final = re.compile("[\x00\ud800-\udfff]")


def of_client(metadata: Mapping[str, Any]) -> dict[str, Any]:
    """Return what may be kept of what a page has sent: the keys that our pages send, with short values."""
    return {key: value for key, value in metadata.items() if key in CLIENT_KEYS and _is_short(value)}


def _is_short(value: Any) -> bool:
    if isinstance(value, str):
        return len(value) <= CLIENT_TEXT
    return isinstance(value, bool | int) and abs(value) <= LARGEST_NUMBER


def sanitise(metadata: Mapping[str, Any]) -> dict[str, Any]:
    """Return what may be kept: no key that promises someone's words, nothing long, nothing deep.

    Keys with `content`, `message`, `text` or `body` anywhere in them are dropped at every level, so `context` is too.
    """
    kept: dict[str, Any] = {}
    size = 0
    for key, value in _object(metadata, depth=0).items():
        bytes_more = len(json.dumps({key: value}, ensure_ascii=False).encode())  # its braces become a comma and a blank
        if size + bytes_more <= MAX_BYTES:
            kept[key] = value
            size += bytes_more
    return kept


def _object(given: Mapping[Any, Any], depth: int) -> dict[str, Any]:
    kept: dict[str, Any] = {}
    for key, value in _by_key(given):
        found = _value(value, depth)
        if found is not None:
            kept[key] = found
            if len(kept) == MAX_ENTRIES:
                break
    return kept


def _by_key(given: Mapping[Any, Any]) -> list[tuple[str, Any]]:
    """Return the entries whose keys may stay, sorted, so that it is always the same ones that survive."""
    cleaned = {_clean(str(key)): value for key, value in given.items()}
    return sorted(
        ((key, value) for key, value in cleaned.items() if 0 < len(key) <= MAX_KEY and not _FORBIDDEN.search(key)),
        key=lambda entry: entry[0],
    )


def _list(given: Sequence[Any], depth: int) -> list[Any]:
    kept: list[Any] = []
    for value in given:
        found = _value(value, depth)
        if found is not None:
            kept.append(found)
            if len(kept) == MAX_ENTRIES:
                break
    return kept


def _value(value: Any, depth: int) -> Any:
    """Return what is kept of a value; None for nothing."""
    if value is None or depth > MAX_DEPTH:
        return None
    if isinstance(value, bool | int):
        return value
    if isinstance(value, float):
        return value if math.isfinite(value) else None  # JSON has no other numbers
    if isinstance(value, Mapping):
        return _object(value, depth + 1) or None
    if isinstance(value, list | tuple):
        return _list(value, depth + 1) or None
    return _clean(str(value))[:MAX_TEXT].strip() or None


def _clean(text: str) -> str:
    return _NOT_STORABLE.sub("", text).strip()


def summary(now: datetime, day: Mapping[str, int], week: Mapping[str, int]) -> dict[str, Any]:
    """Return the summary for administrators.

    Args:
        day, week: {event: how often in the last 24 hours, or 7 days}, for all of them.
    """
    views, completed = week["public_battle_viewed"], week["remix_completed"]
    return {
        "generated_at": now,
        "last_24h": dict(day),
        "last_7d": dict(week),
        "funnel_7d": {
            "share": week["battle_shared"],
            "view": week["public_profile_viewed"],
            "signup": week["signup_from_share"],
            "persona": week["persona_created"],
            "battle": week["battle_created"],
        },
        "remix_funnel_7d": {
            "public_views": views,
            "remix_clicked": week["remix_clicked"] + week["remix_click"],
            "remix_started": week["remix_started"],
            "remix_completed": completed,
        },
        "retention_7d": {
            name: week[name] for name in ("daily_return", "notification_clicked", "template_used_from_feed")
        },
        "remix_rate": round(completed / views, 4) if views else 0.0,
    }
