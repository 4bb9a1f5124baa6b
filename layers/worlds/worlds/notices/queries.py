"""SQL on worlds.notifications, worlds.notification_preferences and worlds.devices."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final, LiteralString
from uuid import UUID, uuid4

from psycopg.types.json import Jsonb

from kernel.accounts.models import Device, Identity
from kernel.database import Cursor, Tx
from kernel.rate_limits import network_of
from kernel.retention import delete_part
from worlds.notices.models import NoticePreferences, Platform

MAX_ID: Final = 2**63 - 1
MOST_TOLD: Final = 1000
"""Of one new world."""
MOST_DEVICES: Final = 10
"""Of an account."""

_POSTED: Final[LiteralString] = """
    INSERT INTO worlds.posts (character_id, envelope, posted_at)
    SELECT k.character_id,
           jsonb_set(%(envelope)s, '{data,metadata,notification_id}', to_jsonb(made.notification_id)), %(now)s
    FROM made JOIN worlds.connections AS k USING (account_id)
    WHERE k.closing IS NULL AND made.facts ->> 'role' IS DISTINCT FROM 'owner'
    ORDER BY k.character_id
    RETURNING post_id
"""
"""An envelope for those of the notified accounts who are connected; returns a row for each. Owners hear that their
world is ready from those who have made it."""


def insert_of_world(
    tx: Tx, world_id: UUID, envelope: Mapping[str, Any], *, to_public: bool, to_owner: bool, only: UUID | None
) -> Cursor:
    """Notify of a world the members who want it, and those who want all public worlds; once each, MOST_TOLD at most.

    Accounts that are being deleted are left out, so that this waits for none of them.

    Args:
        envelope: for those who are connected.
        only: a member; None for all.

    Returns:
        A row for each post that was written.
    """
    return tx.execute(
        """
        WITH made AS (
            INSERT INTO worlds.notifications (account_id, type, world_id, facts, created_at)
            SELECT account_id, 'new_world', %(world)s, jsonb_build_object('role', role), %(now)s
            FROM (
                SELECT m.account_id, m.role FROM worlds.members AS m
                LEFT JOIN worlds.notification_preferences AS p USING (account_id)
                WHERE m.world_id = %(world)s AND m.account_id = coalesce(%(only)s, m.account_id)
                  AND (m.role <> 'owner' OR %(to_owner)s) AND coalesce(p.new_world, 'mine') <> 'none'
                UNION ALL
                SELECT p.account_id, NULL FROM worlds.notification_preferences AS p
                WHERE %(to_public)s AND p.new_world = 'public'
                  AND NOT EXISTS (SELECT FROM worlds.members AS m
                                  WHERE m.world_id = %(world)s AND m.account_id = p.account_id)
            ) AS told JOIN kernel.accounts AS a USING (account_id)
            ORDER BY role IS NULL, a.last_log_in_at DESC NULLS LAST, account_id LIMIT %(most)s
            FOR KEY SHARE OF a SKIP LOCKED
            ON CONFLICT DO NOTHING
            RETURNING account_id, notification_id, facts
        )
        """
        + _POSTED,
        {
            "world": world_id,
            "envelope": Jsonb(envelope),
            "to_public": to_public,
            "to_owner": to_owner,
            "only": only,
            "most": MOST_TOLD,
            "now": tx.now,
        },
    )


def insert_of_sign_in(
    tx: Tx, me: Identity, place: UUID, device: Device, facts: Mapping[str, Any], envelope: Mapping[str, Any]
) -> Cursor:
    """Notify someone of their new session, if they want it and nothing shows that they have been at this place before.

    What shows it: another session that is still stored, a device that was registered there, an earlier notification.

    Args:
        place: the device and the network.
        envelope: for them, where they are connected.

    Returns:
        A row for each post that was written.
    """
    return tx.execute(
        """
        WITH made AS (
            INSERT INTO worlds.notifications (account_id, type, place, facts, created_at)
            SELECT %(account)s, 'user_signin', %(place)s, %(facts)s, %(now)s
            WHERE coalesce((SELECT user_signin FROM worlds.notification_preferences
                            WHERE account_id = %(account)s), true)
              AND NOT EXISTS (SELECT FROM kernel.sessions
                              WHERE account_id = %(account)s AND session_id <> %(session)s
                                AND address = %(address)s AND user_agent = %(user_agent)s)
              AND NOT EXISTS (SELECT FROM worlds.devices
                              WHERE account_id = %(account)s
                                AND network = %(network)s AND user_agent = %(user_agent)s)
            ON CONFLICT DO NOTHING
            RETURNING account_id, notification_id, facts
        )
        """
        + _POSTED,
        {
            "account": me.account_id,
            "session": me.session_id,
            "place": place,
            "address": device.address,
            "network": network_of(device.address),
            "user_agent": device.user_agent,
            "facts": Jsonb(facts),
            "envelope": Jsonb(envelope),
            "now": tx.now,
        },
    )


def list_newest(tx: Tx, account_id: UUID, after: int | None, limit: int, *, only_unread: bool) -> Cursor:
    """Return the notifications of an account, newest first.

    Args:
        after: the last one of the page before.
    """
    return tx.execute(
        """
        SELECT n.notification_id, n.type, n.world_id, w.name AS world_name, n.facts, n.read_at, n.created_at
        FROM worlds.notifications AS n LEFT JOIN worlds.worlds AS w USING (world_id)
        WHERE n.account_id = %s AND n.notification_id < %s AND (n.read_at IS NULL OR NOT %s)
        ORDER BY n.notification_id DESC LIMIT %s
        """,
        (account_id, MAX_ID if after is None else after, only_unread, limit),
    )


def count_unread(tx: Tx, account_id: UUID) -> Cursor:
    return tx.execute(
        "SELECT count(*) AS count FROM worlds.notifications WHERE account_id = %s AND read_at IS NULL", (account_id,)
    )


def mark_read(tx: Tx, account_id: UUID, notification_id: int) -> Cursor:
    """Mark one as read; returns a row if it was unread and this account's."""
    return tx.execute(
        """
        UPDATE worlds.notifications SET read_at = %s
        WHERE notification_id = %s AND account_id = %s AND read_at IS NULL
        RETURNING notification_id
        """,
        (tx.now, notification_id, account_id),
    )


def mark_all_read(tx: Tx, account_id: UUID) -> Cursor:
    """Mark all as read; returns a row for each that was unread."""
    return tx.execute(
        """
        WITH unread AS (
            SELECT notification_id FROM worlds.notifications
            WHERE account_id = %s AND read_at IS NULL ORDER BY notification_id FOR UPDATE
        )
        UPDATE worlds.notifications SET read_at = %s
        WHERE notification_id IN (SELECT notification_id FROM unread)
        RETURNING notification_id
        """,
        (account_id, tx.now),
    )


def find_preferences(tx: Tx, account_id: UUID) -> Cursor:
    return tx.execute(
        "SELECT new_world, user_signin FROM worlds.notification_preferences WHERE account_id = %s", (account_id,)
    )


def save_preferences(tx: Tx, account_id: UUID, wanted: NoticePreferences) -> None:
    tx.execute(
        """
        INSERT INTO worlds.notification_preferences (account_id, new_world, user_signin) VALUES (%s, %s, %s)
        ON CONFLICT (account_id) DO UPDATE SET new_world = excluded.new_world, user_signin = excluded.user_signin
        """,
        (account_id, wanted.new_world, wanted.user_signin),
    )


_DEVICE: Final[LiteralString] = "device_id, platform, name, registered_at, seen_at"


def save_device(tx: Tx, account_id: UUID, token: str, platform: Platform, name: str, place: Device) -> Cursor:
    """Register a device, or note that it is there again; returns it."""
    return tx.execute(
        """
        INSERT INTO worlds.devices
            (device_id, account_id, token, platform, name, network, user_agent, registered_at, seen_at)
        VALUES (%(id)s, %(account)s, %(token)s, %(platform)s, %(name)s, %(network)s, %(user_agent)s, %(now)s, %(now)s)
        ON CONFLICT (account_id, token) DO UPDATE
        SET platform = excluded.platform, name = excluded.name, network = excluded.network,
            user_agent = excluded.user_agent, seen_at = excluded.seen_at
        RETURNING """
        + _DEVICE,
        {
            "id": uuid4(),
            "account": account_id,
            "token": token,
            "platform": platform,
            "name": name,
            "network": network_of(place.address),
            "user_agent": place.user_agent,
            "now": tx.now,
        },
    )


def delete_surplus_devices(tx: Tx, account_id: UUID) -> None:
    """Delete those of an account's devices that have not been seen for the longest time, down to MOST_DEVICES."""
    tx.execute(
        """
        DELETE FROM worlds.devices WHERE device_id IN (
            SELECT device_id FROM worlds.devices WHERE account_id = %s
            ORDER BY seen_at DESC, registered_at DESC, device_id OFFSET %s)
        """,
        (account_id, MOST_DEVICES),
    )


def list_devices(tx: Tx, account_id: UUID) -> Cursor:
    """Return the devices of an account, the one that was seen last first."""
    return tx.execute(
        "SELECT " + _DEVICE + " FROM worlds.devices WHERE account_id = %s ORDER BY seen_at DESC, device_id",
        (account_id,),
    )


def delete_device(tx: Tx, account_id: UUID, device_id: UUID) -> Cursor:
    """Delete a device; returns a row if it was this account's."""
    return tx.execute(
        "DELETE FROM worlds.devices WHERE device_id = %s AND account_id = %s RETURNING device_id",
        (device_id, account_id),
    )


def delete_notifications_before(tx: Tx, moment: datetime) -> bool:
    return delete_part(tx, "worlds.notifications", "created_at < %(moment)s", {"moment": moment})


def delete_devices_before(tx: Tx, moment: datetime) -> bool:
    return delete_part(tx, "worlds.devices", "seen_at < %(moment)s", {"moment": moment})
