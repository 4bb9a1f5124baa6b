"""/api/v1/admin/keys: the API keys. A deployment starts with one administrator's key. Not in the original's API."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Annotated

from fastapi import Response
from pydantic import BaseModel, Field, StringConstraints

from doors.call import Call, answer
from doors.fields import Body, Message, is_whole_number
from doors.routes import Router
from kernel.database import Tx
from kernel.idempotency import Answer
from kernel.keys import service as keys
from kernel.keys.models import Role
from kernel.keys.service import LONGEST_OVERLAP
from kernel.realtime import tickets
from kernel.texts import translate

router = Router()

HOUR = timedelta(hours=1)

KeyName = Annotated[str, StringConstraints(strip_whitespace=True, pattern=r"^[A-Za-z0-9][A-Za-z0-9 _.-]{0,49}$")]


class KeyView(BaseModel):
    """A key. From `revoked_at` on it is refused; that may be in the future, for a key that has been replaced."""

    name: str
    role: Role
    created_at: datetime
    revoked_at: datetime | None = None


class MakeRequest(Body):
    """`old_key_hours`: for how many hours an earlier key of this name still works beside the new one."""

    name: KeyName
    role: Role
    old_key_hours: Annotated[int, Field(ge=0, le=LONGEST_OVERLAP // HOUR), is_whole_number] = 0


class MadeKey(BaseModel):
    """A new key. `api_key` is shown only this once; only its hash is stored."""

    name: str
    role: Role
    api_key: str


class RevokeRequest(Body):
    name: KeyName


class RotateTicketsRequest(Body):
    """`leaked`: refuse the tickets that were issued before, instead of letting them expire."""

    leaked: bool = False


@router.get("/api/v1/admin/keys", response_model=list[KeyView])
async def list_keys(call: Call) -> Response:
    """The names and roles of all keys, revoked ones included; never the keys themselves."""
    return call.look(
        lambda tx: [
            KeyView(name=key.name, role=key.role, created_at=key.created_at, revoked_at=key.revoked_at)
            for key in keys.list_all(tx)
        ]
    )


@router.post("/api/v1/admin/keys", response_model=MadeKey, status_code=201)
async def make_key(body: MakeRequest, call: Call) -> Response:
    """Create a key: a `viewer` may read and listen, a `bot` may act for players, an `admin` may do everything.

    It replaces an earlier key of the same name; names are compared without case.
    """

    def use_case(tx: Tx) -> Answer:
        with keys.changed_by(tx, call.key_hash):
            key = keys.create(tx, body.name, body.role, body.old_key_hours * HOUR)
        return answer(MadeKey(name=body.name, role=body.role, api_key=key), 201)

    # The answer is not stored for a retry, because the key would be readable there. A caller who lost it makes another.
    return call.act(use_case, stored=False)


@router.post("/api/v1/admin/keys/revoke", response_model=Message)
async def revoke_key(body: RevokeRequest, call: Call) -> Response:
    """Revoke a key. It stops working within ten minutes, for good. The last administrator's key cannot be revoked."""

    def use_case(tx: Tx) -> Message:
        with keys.changed_by(tx, call.key_hash):
            keys.revoke(tx, body.name, call.caller)
        return Message(message=translate("The key {name} is revoked.", name=body.name))

    return call.act(use_case)


@router.post("/api/v1/admin/keys/rotate-tickets", response_model=Message)
async def rotate_tickets(body: RotateTicketsRequest, call: Call) -> Response:
    """Sign tickets with a new key. Those issued before stay valid until they expire, unless the old key has leaked."""

    def use_case(tx: Tx) -> Message:
        with keys.changed_by(tx, call.key_hash):
            tickets.rotate_key(tx, leaked=body.leaked)
        if body.leaked:
            message = translate("Tickets are signed with a new key. Earlier tickets stop working within five minutes.")
        else:
            message = translate("Tickets are signed with a new key. Earlier tickets work until they expire.")
        return Message(message=message)

    return call.act(use_case)
