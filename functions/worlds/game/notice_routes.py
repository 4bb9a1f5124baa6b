"""/api/game/notifications: what people are told of, what they want to be told of, and their devices. Worlds 26."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import Path, Query, Response

from doors.call import Call, answer
from doors.people import calling_device, requires_account, signed_in
from doors.routes import Router
from functions.worlds.door import MOST, PageSize
from functions.worlds.shapes import (
    DeviceBody,
    DeviceList,
    DeviceShape,
    NoticePreferencesBody,
    ReadWorldNotice,
    ReadWorldNotices,
    RemovedDevice,
    WorldNoticeList,
    WorldNoticeShape,
)
from kernel.accounts.models import Identity
from kernel.database import Tx
from kernel.idempotency import Answer
from worlds.notices import service as notices
from worlds.notices.queries import MAX_ID

router = Router()

NoticeId = Annotated[int, Path(ge=1, le=MAX_ID)]
NoticesAfter = Annotated[int | None, Query(ge=1, le=MAX_ID, description="The id of the last one of the page before.")]


@router.get("/api/game/notifications", response_model=WorldNoticeList)
@requires_account()
async def list_notifications(
    call: Call,
    unread: Annotated[bool, Query(description="Only those that are unread.")] = False,
    after: NoticesAfter = None,
    limit: PageSize = MOST,
) -> Response:
    """Your notifications, newest first: of new worlds that you may enter, and of sign-ins from new places."""

    def use_case(tx: Tx, me: Identity) -> WorldNoticeList:
        found, count = notices.list_of(tx, me.account_id, limit, after=after, only_unread=unread)
        return WorldNoticeList(notifications=[WorldNoticeShape.of(each) for each in found], unread_count=count)

    return signed_in(call).look(use_case)


@router.post("/api/game/notifications/read-all", response_model=ReadWorldNotices)
@requires_account()
async def read_all_notifications(call: Call) -> Response:
    """Mark all notifications as read."""
    return signed_in(call).act(lambda tx, me: ReadWorldNotices(updated=notices.read_all(tx, me.account_id)))


@router.post("/api/game/notifications/{notification_id}/read", response_model=ReadWorldNotice)
@requires_account()
async def read_notification(notification_id: NoticeId, call: Call) -> Response:
    """Mark a notification as read. One that is another person's, or none, stays as it is."""

    def use_case(tx: Tx, me: Identity) -> ReadWorldNotice:
        updated, count = notices.read_one(tx, me.account_id, notification_id)
        return ReadWorldNotice(updated=updated, unread_count=count)

    return signed_in(call).act(use_case)


@router.get("/api/game/notifications/preferences", response_model=NoticePreferencesBody)
@requires_account()
async def read_preferences(call: Call) -> Response:
    """Which notifications you want."""
    return signed_in(call).look(lambda tx, me: NoticePreferencesBody.of(notices.preferences(tx, me.account_id)))


@router.put("/api/game/notifications/preferences", response_model=NoticePreferencesBody)
@requires_account()
async def change_preferences(call: Call, body: NoticePreferencesBody) -> Response:
    """Choose which notifications you want. Those that you have stay."""
    return signed_in(call).act(lambda tx, me: NoticePreferencesBody.of(notices.prefer(tx, me.account_id, body.wanted)))


@router.get("/api/game/notifications/devices", response_model=DeviceList)
@requires_account()
async def list_devices(call: Call) -> Response:
    """The devices that you have registered, the one that was seen last first."""
    return signed_in(call).look(
        lambda tx, me: DeviceList(devices=[DeviceShape.of(each) for each in notices.devices(tx, me.account_id)])
    )


@router.post("/api/game/notifications/devices", response_model=DeviceShape, status_code=201)
@requires_account()
async def register_device(call: Call, body: DeviceBody) -> Response:
    """Register a device, at each start of the app; one that is known is answered 200.

    A sign-in from where a device was seen last is no news. Of more than ten, those that were not seen for the longest
    time are forgotten.
    """
    place = calling_device(call)

    def use_case(tx: Tx, me: Identity) -> Answer:
        saved = notices.register(tx, me.account_id, body.token, body.platform, body.name, place)
        return answer(DeviceShape.of(saved), 201 if saved.registered_at == tx.now else 200)

    return signed_in(call).act(use_case)


@router.delete("/api/game/notifications/devices", response_model=RemovedDevice)
@requires_account()
async def unregister_device(call: Call, device_id: UUID) -> Response:
    """Forget one of your devices.

    It is named in the query: as part of the path, `devices/read` would be a device and a notification to be read.
    """

    def use_case(tx: Tx, me: Identity) -> RemovedDevice:
        notices.unregister(tx, me.account_id, device_id)
        return RemovedDevice()

    return signed_in(call).act(use_case)
