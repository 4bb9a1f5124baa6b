"""/api/v1/gamble: all players stake the same, and one wins it all."""

from __future__ import annotations

from doors.start_http import ready  # first: see there

from typing import Annotated

from fastapi import Query, Response

from community.gambles import service as gambles
from community.gambles import texts
from community.gambles.settings import settings
from doors.app import create_app, create_handler
from doors.call import Call, answer
from doors.fields import Message
from functions.community.gamble.shapes import (
    ActiveGamble,
    GambleId,
    GambleView,
    JoinRequest,
    NoActiveGamble,
    StartRequest,
    StartResponse,
)
from kernel.database import Tx
from kernel.idempotency import Answer

app = create_app("Gamble")

Id = Annotated[GambleId, Query()]


@app.post("/api/v1/gamble/start", response_model=StartResponse, status_code=201)
async def start(body: StartRequest, call: Call) -> Response:
    """Start a gamble by staking boxes; others join with the same stake. There is one gamble at a time."""

    def use_case(tx: Tx) -> Answer:
        bets = [(bet.item_name, bet.quantity) for bet in body.bets]
        join_seconds = body.join_seconds or settings.gamble_join_seconds
        gamble = gambles.start_gamble(tx, body.player, bets, join_seconds, body.quality_level)
        message = texts.started(gamble, body.username)
        return answer(StartResponse(message=message, gamble_id=gamble.gamble_id), 201)

    return call.act(use_case)


@app.post("/api/v1/gamble/join", response_model=Message)
async def join(body: JoinRequest, call: Call, id: Id = None) -> Response:
    """Join a gamble with the same stake as the initiator; without an id, the active gamble."""

    def use_case(tx: Tx) -> Message:
        gamble = gambles.join_gamble(tx, body.player, id or body.gamble_id, body.quality_level)
        return Message(message=texts.joined(gamble, body.username))

    return call.act(use_case)


@app.get("/api/v1/gamble/get", response_model=GambleView)
async def get(call: Call, id: Id = None) -> Response:
    """A gamble with its players; without an id, the active one."""
    return call.look(lambda tx: GambleView.of(gambles.read_gamble(tx, id)))


@app.get("/api/v1/gamble/active", response_model=ActiveGamble | NoActiveGamble)
async def active(call: Call) -> Response:
    """The active gamble, if there is one."""

    def use_case(tx: Tx) -> ActiveGamble | NoActiveGamble:
        gamble = gambles.active_gamble(tx)
        return ActiveGamble.of(gamble) if gamble else NoActiveGamble()

    return call.look(use_case)


handler = create_handler(app)
ready()
