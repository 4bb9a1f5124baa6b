"""Battles: created, remixed, and followed turn by turn. Source: personas 9."""

from __future__ import annotations

from datetime import timedelta
from typing import Final
from uuid import UUID

from fastapi import Response

from doors.call import Call, answer
from doors.people import limit_address, maybe_signed_in, refuse_other_sites, requires_account, signed_in
from doors.routes import Router
from functions.personas.door import FOLLOWING, PUBLIC_READ, PageCursor, PathId, kept_for_a_second, parse_body
from functions.personas.shapes.battles import (
    BattleBody,
    CreatedBattleShape,
    RemixOfferShape,
    StatusShape,
    TranscriptShape,
)
from kernel.accounts.models import Identity
from kernel.database import Tx
from kernel.idempotency import Answer
from kernel.rate_limits import RateLimit, limited
from personas.battles import service as battles
from personas.battles.models import KeyTooLong

BATTLE_CREATE: Final = RateLimit("battle_create", 20)
BATTLES_OF_DAY: Final = RateLimit("battles_day", 300, timedelta(days=1), per="ip")
"""Of an address, with all its accounts: lists walk past everything that is public."""
MAX_KEY: Final = 64
"""Characters of an Idempotency-Key."""

router = Router()


@router.post("/api/personas/rooms/{room_id}/battles", response_model=CreatedBattleShape, status_code=201)
@requires_account(limit=BATTLE_CREATE)
async def create(room_id: PathId, call: Call) -> Response:
    """Create a battle. Its turns follow by themselves: see its status, its turns, or the events `battle.*`."""
    body = await parse_body(call, BattleBody)

    def create(tx: Tx, me: Identity) -> Answer:
        if len(call.scope["aws.event"]["brandish"]["idempotency_key"] or "") > MAX_KEY:
            raise KeyTooLong
        created = battles.create(tx, me.account_id, UUID(room_id), lambda: body().draft())
        return answer(CreatedBattleShape.of(created), 201)

    def use_case(tx: Tx, me: Identity) -> Answer:
        with limited(tx, BATTLES_OF_DAY, call.network):
            return create(tx, me)

    return signed_in(call).act(use_case)


@router.post("/api/personas/battles/{battle_id}/remix-intent", response_model=RemixOfferShape)
async def intend_remix(battle_id: PathId, call: Call) -> Response:
    """What a remix of a battle begins with, and the token to create it with."""
    refuse_other_sites(call)
    viewer = maybe_signed_in(call)

    def use_case(tx: Tx) -> RemixOfferShape:
        return RemixOfferShape.of(battles.intend_remix(tx, viewer.account_id if viewer else None, UUID(battle_id)))

    # A retry gets a token of its own: a stored answer would keep one that can be used.
    return call.act(limit_address(call, PUBLIC_READ)(use_case), stored=False)


@router.get("/api/personas/battles/{battle_id}/status", response_model=StatusShape)
async def status(battle_id: PathId, call: Call) -> Response:
    """How far a battle is."""

    def use_case(tx: Tx) -> StatusShape:
        return StatusShape.of(battles.read_progress(tx, UUID(battle_id)))

    return kept_for_a_second(call, call.read(limit_address(call, FOLLOWING)(use_case)))


@router.get("/api/personas/battles/{battle_id}/turns", response_model=TranscriptShape)
async def turns(battle_id: PathId, call: Call, cursor: PageCursor = "") -> Response:
    """What has been said in a battle so far. All turns are in each answer; the replies come a page at a time."""

    def use_case(tx: Tx) -> TranscriptShape:
        return TranscriptShape.of(battles.read_public(tx, UUID(battle_id), cursor))

    return kept_for_a_second(call, call.read(limit_address(call, FOLLOWING)(use_case)))
