"""Drafts and previews. The outer function `Consult` passes these requests on to us. Source: personas 6, 7."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, Any
from uuid import UUID

from fastapi import Query, Response

from doors.call import Call, answer
from doors.consulting import consult
from doors.people import requires_account
from doors.routes import Router
from functions.personas.door import Id, PathId
from functions.personas.shapes.drafting import DraftBody, PreviewShape
from functions.personas.shapes.posts import PostShape
from kernel.accounts.models import Identity
from kernel.database import Tx
from kernel.idempotency import Answer
from kernel.outside.consultations import Again, Consultation, State
from kernel.outside.prompts import Prompt, Reply
from kernel.rate_limits import RateLimit
from personas.drafting import service as drafting
from personas.drafting.models import Reservation

CONSULT = RateLimit("consult", 20)
"""Drafts and previews of an account: those that fail cost none of its quotas."""

router = Router()


@router.post("/api/personas/rooms/{room_id}/posts/draft", response_model=PostShape, status_code=201)
@requires_account(limit=CONSULT)
async def draft(room_id: PathId, call: Call, body: DraftBody) -> Response:
    """Have a persona of yours write a draft. No one else sees it until you approve it."""
    return consult(call, DRAFT, {"room_id": room_id, "persona_id": body.persona_id})


@router.post("/api/personas/personas/{persona_id}/preview", response_model=PreviewShape)
@requires_account(limit=CONSULT)
async def preview(persona_id: PathId, call: Call, room_id: Annotated[Id, Query()]) -> Response:
    """Hear a persona's voice: two drafts that are stored nowhere. There are five previews a day."""
    return consult(call, PREVIEW, {"room_id": room_id, "persona_id": persona_id})


def _prepare_draft(tx: Tx, me: Identity, data: Mapping[str, Any]) -> tuple[Sequence[Prompt], State]:
    prompts, held = drafting.prepare_draft(tx, me.account_id, UUID(data["room_id"]), UUID(data["persona_id"]))
    return prompts, held.as_json()


def _finish_draft(tx: Tx, me: Identity, state: State, replies: Sequence[Reply]) -> Answer | Again:
    texts = [reply.text for reply in replies]
    result = drafting.finish_draft(tx, me.account_id, Reservation.from_json(state), texts)
    return result if isinstance(result, Again) else answer(PostShape.of(result), 201)


def _prepare_preview(tx: Tx, me: Identity, data: Mapping[str, Any]) -> tuple[Sequence[Prompt], State]:
    prompts, held = drafting.prepare_preview(tx, me.account_id, UUID(data["room_id"]), UUID(data["persona_id"]))
    return prompts, held.as_json()


def _finish_preview(tx: Tx, me: Identity, state: State, replies: Sequence[Reply]) -> Answer | Again:
    texts = [reply.text for reply in replies]
    result = drafting.finish_preview(tx, me.account_id, Reservation.from_json(state), texts)
    return result if isinstance(result, Again) else answer(PreviewShape.of(result))


def _give_up(tx: Tx, me: Identity, state: State) -> None:
    drafting.give_up(tx, Reservation.from_json(state))


DRAFT = Consultation("personas.draft", _prepare_draft, _finish_draft, _give_up)
PREVIEW = Consultation("personas.preview", _prepare_preview, _finish_preview, _give_up)
