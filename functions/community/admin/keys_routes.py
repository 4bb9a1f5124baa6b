"""/api/v1/admin/keys: the API keys. A deployment starts with one administrator's key. Not in the original's API."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from fastapi import Response
from pydantic import BaseModel, StringConstraints

from doors.call import Call, answer
from doors.fields import Body, Message
from doors.routes import Router
from kernel.database import Tx
from kernel.idempotency import Answer
from kernel.keys import service as keys
from kernel.keys.models import Role
from kernel.texts import translate

router = Router()

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
    """A new key. `api_key` is shown only this once; only its hash is stored."""

    name: str
    role: Role
    api_key: str


class RevokeRequest(Body):
    name: KeyName


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
    """Create a key: a `viewer` may read and listen, a `bot` may act for players, an `admin` may do everything."""

    def use_case(tx: Tx) -> Answer:
        return answer(MadeKey(name=body.name, role=body.role, api_key=keys.create(tx, body.name, body.role)), 201)

    # The answer is not stored for a retry, because the key would be readable there. A caller who lost it makes another.
    return call.act(use_case, stored=False)


@router.post("/api/v1/admin/keys/revoke", response_model=Message)
async def revoke_key(body: RevokeRequest, call: Call) -> Response:
    """Revoke a key. It stops working within ten minutes."""

    def use_case(tx: Tx) -> Message:
        keys.revoke(tx, body.name, call.caller)
        return Message(message=translate("The key {name} is revoked.", name=body.name))

    return call.act(use_case)
