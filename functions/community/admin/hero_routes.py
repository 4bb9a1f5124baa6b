"""/api/v1/admin/hero: whom the community follows through worlds. Not in the original's API."""

from __future__ import annotations

from fastapi import Response

from community.heroes import following, texts
from doors.call import Call
from doors.fields import Message
from doors.routes import Router
from functions.community.shapes.player_selector import NamedAccount
from kernel.database import Tx

router = Router()


@router.put("/api/v1/admin/hero", response_model=Message)
async def follow(body: NamedAccount, call: Call) -> Response:
    """Follow a player's hero through worlds: listeners and the overlay see it, as far as its player shows it there."""
    return call.act(lambda tx: Message(message=texts.following(following.follow(tx, body.only_player))))


@router.post("/api/v1/admin/hero/remove", response_model=Message)
async def follow_no_one(call: Call) -> Response:
    """Follow no one any more."""

    def use_case(tx: Tx) -> Message:
        following.follow_no_one(tx)
        return Message(message=texts.following_no_one())

    return call.act(use_case)
