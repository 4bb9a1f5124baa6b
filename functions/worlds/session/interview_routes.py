"""/api/interview: making a world by answering questions, which comes with the next version. Source: worlds 2.1."""

from __future__ import annotations

from fastapi import Response

from doors.call import Call
from doors.people import requires_account, signed_in
from doors.routes import Router
from kernel.accounts.models import Identity
from kernel.database import Tx
from kernel.idempotency import Answer
from worlds.entering.models import NoInterviewYet

router = Router()


@router.post("/api/world/interview/start")
@router.post("/api/interview/start")
@requires_account()
async def start_interview(call: Call) -> Response:
    """Begin an interview about a new world. Until the next version: 409."""
    return signed_in(call).act(_refuse)


@router.post("/api/world/interview/message")
@router.post("/api/world/interview/respond")
@router.post("/api/interview/respond")
@requires_account()
async def respond_to_interview(call: Call) -> Response:
    """Answer a question of the interview. Until the next version: 409."""
    return signed_in(call).act(_refuse)


@router.post("/api/world/interview/finalize")
@router.post("/api/interview/finalize")
@requires_account()
async def finalize_interview(call: Call) -> Response:
    """Let the world be made. Until the next version: 409."""
    return signed_in(call).act(_refuse)


@router.get("/api/world/interview/active")
@router.get("/api/interview/active")
@requires_account()
async def get_interview(call: Call) -> Response:
    """The interview that you have begun. Until the next version: 409."""
    return signed_in(call).look(_refuse)


def _refuse(tx: Tx, me: Identity) -> Answer:
    raise NoInterviewYet
