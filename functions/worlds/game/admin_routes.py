"""/api/game/admin: what administrators do with worlds. Each is noted in the log. Source: worlds 26."""

from __future__ import annotations

from uuid import UUID

from fastapi import Response

from doors.call import Call
from doors.people import requires_account, signed_in
from doors.routes import Router
from functions.worlds.door import MOST, PageAfter, PageSize
from functions.worlds.shapes import AdministeredWorlds, WorldShape
from worlds.administering import service as administering

router = Router()


@router.get("/api/game/admin/worlds", response_model=AdministeredWorlds)
@requires_account(administrator=True)
async def list_worlds(call: Call, after: PageAfter = None, limit: PageSize = MOST) -> Response:
    """All worlds, also private ones and those of the game, newest first; for administrators."""
    return signed_in(call).look(
        lambda tx, me: AdministeredWorlds(
            worlds=[WorldShape.listed(each) for each in administering.list_worlds(tx, me, after, limit)]
        )
    )


@router.post("/api/game/admin/worlds/{world_id}/pause", response_model=WorldShape)
@requires_account(administrator=True)
async def pause_world(call: Call, world_id: UUID) -> Response:
    """Let the time of a world stand still; for administrators. People there are told."""
    return signed_in(call).act(lambda tx, me: WorldShape.listed(administering.set_paused(tx, me, world_id, True)))


@router.post("/api/game/admin/worlds/{world_id}/resume", response_model=WorldShape)
@requires_account(administrator=True)
async def resume_world(call: Call, world_id: UUID) -> Response:
    """Let the time of a world go on; for administrators. What has passed in the meantime is made up for."""
    return signed_in(call).act(lambda tx, me: WorldShape.listed(administering.set_paused(tx, me, world_id, False)))


@router.post("/api/game/admin/worlds/{world_id}/wipe", response_model=WorldShape)
@requires_account(administrator=True)
async def wipe_world(call: Call, world_id: UUID) -> Response:
    """Empty a world; for administrators. It is as it was when it was made, without anyone's characters and things.

    Those who are there are told, and their connection is closed.
    """
    return signed_in(call).act(lambda tx, me: WorldShape.listed(administering.wipe(tx, me, world_id)))
