"""/api/v1/admin/keys: who may call. Ours; a deployment begins with one key, an administrator's."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Response
from pydantic import BaseModel, StringConstraints

from doors.call import Call, answer
from doors.fields import Body, Message
from kernel.database import Tx
from kernel.idempotency import Answer
from kernel.keys import service as keys
from kernel.keys.models import Role

router = APIRouter()

KeyName = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9 _.-]{0,49}$")]


class KeyView(BaseModel):
    name: str
    role: Role
    created_at: datetime
    revoked_at: datetime | None = None


class MakeRequest(Body):
    name: KeyName
    role: Role


class MadeKey(BaseModel):
    """`api_key` is shown this once; only its hash is kept."""

    name: str
    role: Role
    api_key: str


class RevokeRequest(Body):
    name: KeyName


@router.get("/api/v1/admin/keys", response_model=list[KeyView])
async def list_keys(call: Call) -> Response:
    """All keys, revoked ones too, without the keys themselves."""
    return call.look(
        lambda tx: [
            KeyView(name=key.name, role=key.role, created_at=key.created_at, revoked_at=key.revoked_at)
            for key in keys.list_all(tx)
        ]
    )


@router.post("/api/v1/admin/keys", response_model=MadeKey, status_code=201)
async def make_key(body: MakeRequest, call: Call) -> Response:
    """A new key: `viewer` may look and listen, `bot` may play for people, `admin` may do everything."""

    def use_case(tx: Tx) -> Answer:
        return answer(MadeKey(name=body.name, role=body.role, api_key=keys.create(tx, body.name, body.role)), 201)

    # Not stored for a retry, for it would lie there readable; a caller who has missed it makes another.
    return call.act(use_case, stored=False)


@router.post("/api/v1/admin/keys/revoke", response_model=Message)
async def revoke_key(body: RevokeRequest, call: Call) -> Response:
    """From at most five minutes on nobody is let in with it."""

    def use_case(tx: Tx) -> Message:
        keys.revoke(tx, body.name, call.caller)
        return Message(message=f"The key {body.name} is revoked.")

    return call.act(use_case)
