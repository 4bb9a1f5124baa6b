"""/api/v1/hero: the hero whom the community follows through worlds."""

from __future__ import annotations

from fastapi import Response
from pydantic import BaseModel

from community.heroes import following, texts
from community.heroes.models import FollowedHero
from doors.call import Call
from doors.fields import ChatLine, Timestamp
from doors.routes import Router
from kernel.database import Tx

router = Router()


class HeroResponse(BaseModel):
    """The hero whom the community follows.

    Attributes:
        message: where the hero is, how they are and who is near, for the chat.
        hero: the name of their character; absent, as is all that follows, until they have been seen.
        world: "" for one that is not public.
        players: how many other players are near.
        lines: what they have read lately.
    """

    message: ChatLine
    player: str
    hero: str | None = None
    world: str | None = None
    place: str | None = None
    hp: int | None = None
    most_hp: int | None = None
    people: list[str] | None = None
    creatures: list[str] | None = None
    players: int | None = None
    lines: list[str] | None = None
    seen_at: Timestamp | None = None

    @classmethod
    def of(cls, tx: Tx, found: FollowedHero) -> HeroResponse:
        message = texts.told(found, tx.now)
        seen = found.sighting
        if seen is None:
            return cls(message=message, player=found.player)
        return cls(
            message=message,
            player=found.player,
            hero=seen.hero,
            world=seen.world,
            place=seen.place,
            hp=seen.hp,
            most_hp=seen.most_hp,
            people=list(seen.people),
            creatures=list(seen.creatures),
            players=seen.players,
            lines=list(seen.lines),
            seen_at=found.seen_at,
        )


@router.get("/api/v1/hero", response_model=HeroResponse)
async def read_hero(call: Call) -> Response:
    """Where the hero is whom the community follows through worlds, how they are, and who is near."""
    return call.look(lambda tx: HeroResponse.of(tx, following.followed(tx)))
