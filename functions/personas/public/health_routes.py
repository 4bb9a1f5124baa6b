"""Whether Personas answers at all, and whether it can do its work. Source: personas 15."""

from __future__ import annotations

import psycopg
from fastapi import Response
from pydantic import BaseModel

from doors.call import Call
from doors.routes import Router
from functions.personas.shapes.happenings import OkShape
from kernel import action
from kernel.action import Budget
from kernel.database import Tx
from kernel.errors import TryAgain

router = Router()

PATIENCE_SECONDS = 2


class NotReadyShape(BaseModel):
    """Why not, in a sentence that says nothing about the inside."""

    ok: bool = False
    error: str = "The database does not answer."
    code: str = "not_ready"


@router.get("/api/personas/healthz", response_model=OkShape)
async def healthz(call: Call) -> Response:
    """Whether the functions answer at all; the database is not asked."""
    return call.respond(OkShape())


@router.get("/api/personas/readyz", response_model=OkShape, responses={503: {"model": NotReadyShape}})
async def readyz(call: Call) -> Response:
    """Whether the database answers within two seconds, with our tables in it."""
    try:
        ready = action.look(_has_our_tables, budget=Budget.of(PATIENCE_SECONDS))
    except (psycopg.Error, TryAgain):
        ready = False
    if ready:
        return call.respond(OkShape())
    return Response(NotReadyShape().model_dump_json(), 503, media_type="application/json", headers={"Retry-After": "1"})


def _has_our_tables(tx: Tx) -> bool:
    row = tx.execute("SELECT to_regclass('personas.notifications') IS NOT NULL AS there").fetchone()
    return row is not None and row["there"]
