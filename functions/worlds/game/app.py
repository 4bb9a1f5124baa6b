"""/api/game: worlds, and the characters that enter them. Source: worlds 2.1."""

from __future__ import annotations

from doors.start_http import ready  # first: see there

from typing import Annotated, Literal
from uuid import UUID

from fastapi import Query, Response
from pydantic import BeforeValidator

from doors.call import Call
from doors.people import requires_account, signed_in
from functions.worlds.door import MOST, PageAfter, PageSize, create_app, create_handler
from functions.worlds.game import admin_routes, notice_routes, report_routes, world_routes
from functions.worlds.joining import choosing, creating
from functions.worlds.shapes import (
    CharacterChoice,
    CharacterList,
    CharacterShape,
    EntryOptionsShape,
    JoinedWorld,
    MadeCharacter,
    NewCharacter,
    ReleasedCharacter,
    SkillSheet,
    WorldMapShape,
    WorldShape,
)
from kernel.accounts.models import Identity
from kernel.database import Tx
from worlds.building import service as building
from worlds.characters import service as characters
from worlds.deep_time.models import standing_of
from worlds.entering import service as entering
from worlds.ground import service as ground
from worlds.inhabiting.models import NpcWish
from worlds.play import releasing
from worlds.world import service as worlds
from worlds.world.models import OWNER

app = create_app("Game", world_routes.router, report_routes.router, notice_routes.router, admin_routes.router)

Word = Annotated[str | None, Query(max_length=100)]
Years = Annotated[int | None, Query(ge=0, le=100_000)]
MapSize = Annotated[
    Literal[64, 128, 256],
    Query(description="Cells along the shorter side."),
    BeforeValidator(lambda text: int(text) if str(text).isdecimal() else text),
]


@app.get("/api/game/worlds/{world_id}/map", response_model=WorldMapShape)
@requires_account()
async def world_map(call: Call, world_id: UUID, size: MapSize = 64) -> Response:
    """A whole world at a glance: a letter for each cell. It is drawn at the first look, which may take seconds."""

    def use_case(tx: Tx, me: Identity) -> WorldMapShape:
        world = worlds.admitted(tx, me, world_id)
        years = standing_of(world.generation).year
        return WorldMapShape.model_validate({**ground.map_of(tx, world, size), "years": years})

    return signed_in(call).act(use_case, stored=False)


@app.post("/api/game/worlds/{world_id}/cancel", response_model=WorldShape)
@requires_account()
async def cancel_building(call: Call, world_id: UUID) -> Response:
    """Give up making your world. What has been made of it so far is thrown away."""

    def use_case(tx: Tx, me: Identity) -> WorldShape:
        world = building.cancel(tx, me, world_id)
        return WorldShape.of(world, players=0, role=OWNER if world.owner_id == me.account_id else None)

    return signed_in(call).act(use_case)


@app.post("/api/game/characters/{character_id}/release", response_model=ReleasedCharacter)
@requires_account()
async def release_character(call: Call, character_id: UUID) -> Response:
    """Let go of one of the game's own people whom you play: they go their own way again, with all that they have."""

    def use_case(tx: Tx, me: Identity) -> ReleasedCharacter:
        releasing.release(tx, me, character_id)
        return ReleasedCharacter()

    return signed_in(call).act(use_case)


@app.get("/api/game/entry-options", response_model=EntryOptionsShape)
@requires_account()
async def entry_options(
    call: Call,
    world_id: Annotated[UUID, Query()],
    occupation: Word = None,
    species: Word = None,
    sex: Annotated[Literal["female", "male"] | None, Query()] = None,
    place: Word = None,
    skill: Word = None,
    least_age: Years = None,
    most_age: Years = None,
    sort: Annotated[Literal["relationships", "years", "skills"] | None, Query()] = None,
) -> Response:
    """How one can enter a world; as one of its people only as whom one would like to be, if one says so.

    `sort` has the most first.
    """
    wish = NpcWish(
        occupation=occupation,
        species=species,
        sex=sex,
        place=place,
        skill=skill,
        least_age=least_age,
        most_age=most_age,
        sort=sort,
    )
    return signed_in(call).look(lambda tx, me: EntryOptionsShape.of(entering.options(tx, me, world_id, wish)))


@app.get("/api/game/characters", response_model=CharacterList)
@requires_account()
async def list_characters(call: Call, after: PageAfter = None, limit: PageSize = MOST) -> Response:
    """Your characters, the one that you played last first."""
    return signed_in(call).look(
        lambda tx, me: CharacterList(
            characters=[CharacterShape.of(each) for each in characters.list_of(tx, me.account_id, after, limit)]
        )
    )


@app.post("/api/game/characters", response_model=MadeCharacter, status_code=201)
@requires_account()
async def create_character(body: NewCharacter, call: Call) -> Response:
    """Make a character in a world. You can have one in each. Who watches a world already is answered 200."""
    return signed_in(call).act(creating(body))


@app.post("/api/game/join", response_model=JoinedWorld)
@requires_account()
async def join(body: CharacterChoice, call: Call) -> Response:
    """Choose the character that you connect with."""
    return signed_in(call).act(choosing(body))


@app.get("/api/game/skills", response_model=SkillSheet)
@requires_account()
async def list_skills(call: Call, character_id: Annotated[UUID, Query()]) -> Response:
    """The skills of one of your characters."""
    return signed_in(call).look(lambda tx, me: SkillSheet.of(characters.own(tx, me.account_id, character_id)))


handler = create_handler(app)
ready()
