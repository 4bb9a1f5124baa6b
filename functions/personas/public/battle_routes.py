"""What a page about a battle needs first. Source: personas 9.6."""

from __future__ import annotations

from uuid import UUID

from fastapi import Response

from doors.call import Call
from doors.people import limit_address, maybe_signed_in
from doors.routes import Router
from functions.personas.door import PUBLIC_READ, PathId
from functions.personas.shapes.battles import BattleMetaShape
from kernel.database import Tx
from personas.battles import service as battles

router = Router()


@router.get("/api/personas/b/{battle_id}/meta", response_model=BattleMetaShape)
async def meta(battle_id: PathId, call: Call) -> Response:
    """A battle, or any other published post, in short."""
    viewer = maybe_signed_in(call)

    def use_case(tx: Tx) -> BattleMetaShape:
        view = battles.view_public(tx, UUID(battle_id), viewer.account_id if viewer else None)
        return BattleMetaShape.of(view, call.origin)

    return call.look(limit_address(call, PUBLIC_READ)(use_case))
