"""Telling people of new worlds and of sign-ins, what they have read of it, and their devices. Source: worlds 26.

What is told is written in the transaction of what it tells of, by one statement, and once for each account and
world, or device and network: nothing is lost, and no repeat tells it again.
"""

from __future__ import annotations

from typing import Any
from uuid import UUID, uuid5

from kernel.accounts.models import Device, Identity
from kernel.database import Tx
from kernel.locks import lock_name
from kernel.rate_limits import network_of
from kernel.texts import translate
from worlds.notices import queries, texts
from worlds.notices.models import (
    NEW_WORLD,
    SIGN_IN,
    NoSuchDevice,
    NoticePreferences,
    Platform,
    RegisteredDevice,
    WorldNotice,
)
from worlds.posts import service as posts
from worlds.posts.envelopes import Envelope, game_message
from worlds.world.models import PUBLIC, READY, World


def tell_of_world(tx: Tx, world: World, *, to_owner: bool = False) -> None:
    """Notify of a world its members, and those who want to know of all public ones; of one that is not ready, no one.

    Args:
        to_owner: who was not there when it became ready, perhaps.
    """
    _tell_of_world(tx, world, to_public=world.privacy == PUBLIC, to_owner=to_owner)


def tell_of_membership(tx: Tx, world: World, account_id: UUID) -> None:
    """Notify a new member of a world; of one that is not ready, they hear when it is."""
    _tell_of_world(tx, world, only=account_id)


def _tell_of_world(
    tx: Tx, world: World, *, to_public: bool = False, to_owner: bool = False, only: UUID | None = None
) -> None:
    if world.status != READY:
        return
    text = translate("There is a new world for you: {world}. In the lobby, type: enter {world}", world=world.name)
    envelope = _envelope(tx, NEW_WORLD, text, world_id=str(world.world_id))
    written = queries.insert_of_world(tx, world.world_id, envelope, to_public=to_public, to_owner=to_owner, only=only)
    posts.ensure_awake_if(tx, written)


def tell_of_sign_in(tx: Tx, me: Identity, device: Device) -> None:
    """Notify someone of their new session, if it is from a device or a network that they have not been at before."""
    place = uuid5(me.account_id, f"{network_of(device.address)}\n{device.user_agent}")
    facts = {"address": device.address, "user_agent": device.user_agent}
    title, body = texts.sign_in_words(facts)
    envelope = _envelope(tx, SIGN_IN, f"{title}: {body}")
    posts.ensure_awake_if(tx, queries.insert_of_sign_in(tx, me, place, device, facts, envelope))


def _envelope(tx: Tx, type: str, text: str, **metadata: str) -> Envelope:
    return game_message("system", text, tx.now, {"notification_type": type, **metadata})


def list_of(
    tx: Tx, account_id: UUID, limit: int, *, after: int | None = None, only_unread: bool = False
) -> tuple[list[WorldNotice], int]:
    """Return notifications of an account, newest first, and how many of all it has not read.

    Args:
        after: the last one of the page before.
    """
    rows = queries.list_newest(tx, account_id, after, limit, only_unread=only_unread)
    unread = queries.count_unread(tx, account_id)
    return [_notice(row) for row in rows], _count(unread)


def _notice(row: dict[str, Any]) -> WorldNotice:
    facts = row["facts"]
    if row["type"] == NEW_WORLD:
        title, body = texts.world_words(row["world_name"], facts["role"])
        metadata = {"world_id": str(row["world_id"]), "world": row["world_name"], "role": facts["role"]}
    else:
        title, body = texts.sign_in_words(facts)
        metadata = {"address": facts["address"], "device": texts.device_of(facts["user_agent"])}
    return WorldNotice(row["notification_id"], row["type"], title, body, metadata, row["read_at"], row["created_at"])


def read_one(tx: Tx, account_id: UUID, notification_id: int) -> tuple[bool, int]:
    """Mark one as read. Returns whether it was unread and theirs, and how many are still unread."""
    read, unread = queries.mark_read(tx, account_id, notification_id), queries.count_unread(tx, account_id)
    return read.fetchone() is not None, _count(unread)


def read_all(tx: Tx, account_id: UUID) -> int:
    """Mark all as read; returns how many were not."""
    return len(queries.mark_all_read(tx, account_id).fetchall())


def preferences(tx: Tx, account_id: UUID) -> NoticePreferences:
    """Return which notifications an account wants."""
    row = queries.find_preferences(tx, account_id).fetchone()
    return NoticePreferences(**row) if row else NoticePreferences()


def prefer(tx: Tx, account_id: UUID, wanted: NoticePreferences) -> NoticePreferences:
    """Set which notifications an account wants; those that it has stay."""
    queries.save_preferences(tx, account_id, wanted)
    return wanted


def register(tx: Tx, account_id: UUID, token: str, platform: Platform, name: str, place: Device) -> RegisteredDevice:
    """Register a device, or note that it is there again. The least recently seen of too many give way.

    Args:
        token: what the device names itself by.
        name: for its owner; "" for what its user agent says.
        place: what it was registered with: a sign-in from there is no news.
    """
    lock_name(tx, f"devices {account_id}")
    saved = queries.save_device(tx, account_id, token, platform, name or texts.device_of(place.user_agent), place)
    queries.delete_surplus_devices(tx, account_id)
    [row] = saved
    return RegisteredDevice(**row)


def devices(tx: Tx, account_id: UUID) -> list[RegisteredDevice]:
    """Return an account's devices, the one that was seen last first."""
    return [RegisteredDevice(**row) for row in queries.list_devices(tx, account_id)]


def unregister(tx: Tx, account_id: UUID, device_id: UUID) -> None:
    """Forget a device.

    Raises:
        NoSuchDevice
    """
    if queries.delete_device(tx, account_id, device_id).fetchone() is None:
        raise NoSuchDevice


def _count(cursor: queries.Cursor) -> int:
    [row] = cursor
    return row["count"]
