"""/api/game/worlds: the directory, what owners decide about their worlds, and who belongs to them."""

from __future__ import annotations

import re
from typing import Annotated
from uuid import UUID

from fastapi import Query, Response

from doors.bodies import Text
from doors.call import Call, answer
from doors.people import requires_account, signed_in
from doors.routes import Router
from functions.worlds.door import IMPORT, MOST, PageAfter, PageSize
from functions.worlds.shapes import (
    DeletedWorld,
    ImportedWorld,
    Invitation,
    MemberList,
    MemberShape,
    NewWorldBody,
    RemovedMember,
    WorldChanges,
    WorldShape,
)
from kernel.accounts.models import Identity
from kernel.database import Tx
from kernel.idempotency import Answer
from kernel.rate_limits import RateLimit
from worlds.exchange import service as exchange
from worlds.exchange.models import WorldFile
from worlds.owning import service as owning
from worlds.world import service as worlds
from worlds.world.models import OWNER
from worlds.world.rules import LONGEST_NAME

Search = Annotated[
    Text, Query(max_length=LONGEST_NAME, description="Part of the name, in any case.", examples=["aether"])
]
IMPORTS = RateLimit("worlds_imports", 10)
EXPORTS = RateLimit("worlds_exports", 10)
INVITATIONS = RateLimit("worlds_invitations", 60)

router = Router()


@router.get("/api/game/worlds", response_model=list[WorldShape])
@requires_account()
async def list_worlds(call: Call, search: Search = "", after: PageAfter = None, limit: PageSize = MOST) -> Response:
    """The worlds that people have made, newest first; those that are private to others are left out."""
    return signed_in(call).look(
        lambda tx, me: [WorldShape.listed(each) for each in worlds.list_all(tx, me, after, limit, search)]
    )


@router.post("/api/game/worlds", response_model=WorldShape, status_code=201)
@requires_account(administrator=True)
async def create_world(call: Call, body: NewWorldBody) -> Response:
    """Make a world, one an hour; for administrators. It is yours."""

    def use_case(tx: Tx, me: Identity) -> Answer:
        return answer(WorldShape.of(owning.create(tx, me, body.wanted), players=0, role=OWNER), 201)

    return signed_in(call).act(use_case)


@router.post(IMPORT, response_model=WorldShape, status_code=201)
@requires_account(limit=IMPORTS)
async def import_world(call: Call, body: ImportedWorld) -> Response:
    """Make a world from a file, one an hour; it is yours. Its ground is made again from the seed, and has to be the
    same to the bit; its deep time goes on from the checkpoint. A file may have 1 MiB; an error names the field.
    """

    def use_case(tx: Tx, me: Identity) -> Answer:
        world = exchange.bring(tx, me, body.file, body.name, body.privacy or "")
        return answer(WorldShape.of(world, players=0, role=OWNER), 201)

    return signed_in(call).act(use_case)


@router.get("/api/game/worlds/{world_id}/export", response_model=WorldFile)
@requires_account(limit=EXPORTS)
async def export_world(world_id: UUID, call: Call) -> Response:
    """Your world as a file: its configuration, seed and deep time; not who and what is in it."""
    person = signed_in(call)
    file = person.run(lambda tx, me: exchange.export(tx, me, world_id))
    named = re.sub(r"[^A-Za-z0-9]+", "-", file.name).strip("-").lower() or "world"
    headers = {"Content-Disposition": f'attachment; filename="{named}.world.json"'}
    return person.renewed(
        Response(file.model_dump_json(exclude_none=True), media_type="application/json", headers=headers)
    )


@router.get("/api/game/worlds/{world_id}", response_model=WorldShape)
@requires_account()
async def get_world(world_id: UUID, call: Call) -> Response:
    """A world that you may enter."""
    return signed_in(call).look(lambda tx, me: WorldShape.listed(worlds.get(tx, me, world_id)))


@router.patch("/api/game/worlds/{world_id}", response_model=WorldShape)
@requires_account()
async def change_world(world_id: UUID, call: Call, body: WorldChanges) -> Response:
    """Change the settings of your world."""
    return signed_in(call).act(lambda tx, me: WorldShape.listed(owning.change(tx, me, world_id, body.wanted)))


@router.delete("/api/game/worlds/{world_id}", response_model=DeletedWorld)
@requires_account()
async def delete_world(world_id: UUID, call: Call) -> Response:
    """Delete your world with all that is in it, while no one else is there."""

    def use_case(tx: Tx, me: Identity) -> DeletedWorld:
        owning.delete(tx, me, world_id)
        return DeletedWorld()

    return signed_in(call).act(use_case)


@router.get("/api/game/worlds/{world_id}/members", response_model=MemberList)
@requires_account()
async def list_members(world_id: UUID, call: Call, after: PageAfter = None, limit: PageSize = MOST) -> Response:
    """Who belongs to a world; for its owner and its admins."""
    return signed_in(call).look(
        lambda tx, me: MemberList(
            members=[MemberShape.of(each) for each in owning.members(tx, me, world_id, after, limit)]
        )
    )


@router.post("/api/game/worlds/{world_id}/members", response_model=MemberShape, status_code=201)
@requires_account(limit=INVITATIONS)
async def invite(world_id: UUID, call: Call, body: Invitation) -> Response:
    """Let someone into your world, or give them another role there."""
    return signed_in(call).act(
        lambda tx, me: answer(MemberShape.of(owning.invite(tx, me, world_id, body.user, body.role)), 201)
    )


@router.delete("/api/game/worlds/{world_id}/members/{user_id}", response_model=RemovedMember)
@requires_account()
async def remove_member(world_id: UUID, user_id: UUID, call: Call) -> Response:
    """Let someone no longer belong to your world; or leave one yourself."""

    def use_case(tx: Tx, me: Identity) -> RemovedMember:
        owning.remove(tx, me, world_id, user_id)
        return RemovedMember()

    return signed_in(call).act(use_case)
