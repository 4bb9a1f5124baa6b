"""/api/session and /api/interview: where someone stands, and what they choose. Source: worlds 2.2."""

from __future__ import annotations

from doors.start_http import ready  # first: see there

from fastapi import Response

from doors.call import Call
from doors.people import requires_account, signed_in
from functions.worlds.door import create_app, create_handler
from functions.worlds.joining import choosing, creating
from functions.worlds.session import interview_routes
from functions.worlds.session.settings import settings
from functions.worlds.shapes import (
    CharacterChoice,
    EntryOptionsShape,
    JoinedWorld,
    MadeCharacter,
    NewCharacter,
    SelectedWorld,
    SessionState,
    SocketTicket,
    WorldChoice,
)
from kernel.accounts.models import Identity
from kernel.database import Tx
from worlds.entering import service as entering
from worlds.interview import service as interviews
from worlds.tickets import service as tickets

app = create_app("Session", interview_routes.router)


@app.get("/api/session/state", response_model=SessionState)
@requires_account()
async def state(call: Call) -> Response:
    """Where you are: the lobby, a world that you have chosen, or in the game."""

    def use_case(tx: Tx, me: Identity) -> SessionState:
        asked = interviews.ask(tx, me)
        return SessionState.of(me.account_id, entering.where(tx, me), asked(), settings.socket_url)

    return signed_in(call).look(use_case)


@app.post("/api/session/world/select", response_model=SelectedWorld)
@requires_account()
async def select_world(body: WorldChoice, call: Call) -> Response:
    """Choose a world; the answer says how one can enter it."""

    def use_case(tx: Tx, me: Identity) -> SelectedWorld:
        world, options = entering.select_world(tx, me, body.world_id)
        return SelectedWorld(world_id=world.world_id, name=world.name, entry_options=EntryOptionsShape.of(options))

    return signed_in(call).act(use_case)


@app.post("/api/session/character/create", response_model=MadeCharacter, status_code=201)
@requires_account()
async def create_character(body: NewCharacter, call: Call) -> Response:
    """Make a character in a world. You can have one in each. Who watches a world already is answered 200."""
    return signed_in(call).act(creating(body))


@app.post("/api/session/character/select", response_model=JoinedWorld)
@requires_account()
async def select_character(body: CharacterChoice, call: Call) -> Response:
    """Choose the character that you connect with."""
    return signed_in(call).act(choosing(body))


@app.post("/api/session/lobby", response_model=JoinedWorld)
@requires_account()
async def enter_lobby(call: Call) -> Response:
    """Choose your body in the lobby, where everyone arrives; it is made at your first visit."""
    return signed_in(call).act(lambda tx, me: JoinedWorld.of(entering.ghost(tx, me)))


@app.post("/api/session/ticket", response_model=SocketTicket)
@requires_account()
async def issue_ticket(call: Call) -> Response:
    """A ticket that opens the WebSocket once, within a minute."""
    return signed_in(call).act(
        lambda tx, me: SocketTicket(ticket=tickets.issue(tx, me), websocket_url=settings.socket_url), stored=False
    )


handler = create_handler(app)
ready()
