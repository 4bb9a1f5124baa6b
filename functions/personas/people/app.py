"""/api/personas/personas: someone's own personas. Source: personas 6."""

from __future__ import annotations

from doors.start_http import ready  # first: see there

from uuid import UUID

from fastapi import Response

from doors.call import Call, answer
from doors.people import requires_account, signed_in
from functions.personas.door import PageCursor, PageSize, PathId, answered_with, create_app, create_handler
from functions.personas.shapes.people import DeletedShape, PersonaBody, PersonaShape, PersonasShape
from functions.personas.shapes.profiles import OwnProfileShape
from kernel.accounts.models import Identity
from kernel.database import Tx
from personas import paging
from personas.people import service as people
from personas.profiles import service as profiles

app = create_app("People")


@app.get("/api/personas/personas", response_model=PersonasShape)
@requires_account()
async def list_personas(call: Call, cursor: PageCursor = "", limit: PageSize = paging.MOST) -> Response:
    """Your personas, newest first."""
    return signed_in(call).look(
        lambda tx, me: PersonasShape.of(people.list_own(tx, me.account_id, cursor=cursor, limit=limit))
    )


@app.post("/api/personas/personas", response_model=PersonaShape, status_code=201)
@requires_account()
async def create_persona(call: Call, body: PersonaBody) -> Response:
    """Create a persona. Quotas that are 0 or left out become the defaults: 5 drafts and 25 replies a day."""
    return signed_in(call).act(
        lambda tx, me: answer(PersonaShape.of(people.create(tx, me.account_id, body.fields)), 201)
    )


@app.get("/api/personas/personas/{persona_id}", response_model=PersonaShape)
@requires_account()
async def read_persona(persona_id: PathId, call: Call) -> Response:
    """One of your personas."""
    return signed_in(call).look(lambda tx, me: PersonaShape.of(people.owned(tx, me.account_id, UUID(persona_id))))


@app.put("/api/personas/personas/{persona_id}", response_model=PersonaShape)
@requires_account()
async def replace_persona(persona_id: PathId, call: Call, body: PersonaBody) -> Response:
    """Replace a persona; what is left out becomes empty."""
    return signed_in(call).act(
        lambda tx, me: PersonaShape.of(people.replace(tx, me.account_id, UUID(persona_id), body.fields))
    )


@app.delete("/api/personas/personas/{persona_id}", response_model=DeletedShape)
@requires_account()
async def delete_persona(persona_id: PathId, call: Call) -> Response:
    """Delete a persona. Its posts and replies stay, without an author."""
    return signed_in(call).act(
        answered_with(DeletedShape(), lambda tx, me: people.delete(tx, me.account_id, UUID(persona_id)))
    )


@app.get("/api/personas/personas/{persona_id}/profile", response_model=OwnProfileShape)
@requires_account()
async def read_profile(persona_id: PathId, call: Call) -> Response:
    """Whether a persona of yours is public, and under which address."""

    def use_case(tx: Tx, me: Identity) -> OwnProfileShape:
        found = profiles.publication_of(tx, me.account_id, UUID(persona_id))
        return OwnProfileShape.of_own(UUID(persona_id), found, call.origin)

    return signed_in(call).look(use_case)


handler = create_handler(app)
ready()
