"""The values and refusals of notifications."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final, Literal
from uuid import UUID

from msgspec import Struct

from kernel.errors import NotFound

NEW_WORLD: Final = "new_world"
SIGN_IN: Final = "user_signin"
WorldNoticeType = Literal["new_world", "user_signin"]

WantedWorlds = Literal["mine", "public", "none"]
"""Of which new worlds someone is told: of those that they belong to; also of public ones; of none."""
Platform = Literal["android", "ios", "web", "other"]


class WorldNotice(Struct, frozen=True):
    """A notification.

    Attributes:
        metadata: of a world its `world_id`, its name as `world`, and the reader's `role` there, null for none; of a
            sign-in its `address` and `device`.
        read_at: None while it is unread.
    """

    notification_id: int
    type: WorldNoticeType
    title: str
    body: str
    metadata: Mapping[str, Any]
    read_at: datetime | None
    created_at: datetime


class NoticePreferences(Struct, frozen=True):
    """Which notifications someone wants; the defaults hold for those who have not chosen."""

    new_world: WantedWorlds = "mine"
    user_signin: bool = True


class RegisteredDevice(Struct, frozen=True):
    """A device on which someone reads notifications.

    Attributes:
        name: for its owner, to tell it from others.
        seen_at: when it was registered the last time: apps do that whenever they start.
    """

    device_id: UUID
    platform: Platform
    name: str
    registered_at: datetime
    seen_at: datetime


class NoSuchDevice(NotFound):
    """The account has no device with this id."""

    code = "not_found"
    message = "You have no such device. GET /api/game/notifications/devices lists yours."
