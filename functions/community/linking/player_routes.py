"""/api/auth/player: the community's player of someone who is signed in."""

from __future__ import annotations

from fastapi import Response
from pydantic import BaseModel

from community.linking import accounts
from community.linking.models import LinkedPlayer, LinkToken, PlayerOfAccount
from community.linking.naming import shown
from community.linking.texts import number_told
from doors.call import Call, answer
from doors.fields import Body, Timestamp
from doors.people import requires_account, signed_in
from doors.routes import Router
from functions.community.shapes.fields import PlatformId
from kernel.accounts.models import Identity
from kernel.database import Tx
from kernel.idempotency import Answer
from kernel.texts import translate

router = Router()


class CodeRequest(Body):
    """`code`: which the player has got where they play, with `!link` or `/link`."""

    code: PlatformId


class OwnPlayer(BaseModel):
    username: str
    platforms: list[str]
    linked_at: Timestamp

    @classmethod
    def of(cls, player: LinkedPlayer) -> OwnPlayer:
        return cls(username=player.username, platforms=list(player.platforms), linked_at=player.linked_at)


class ClaimedCode(BaseModel):
    """A code that waits for the player to confirm. `account`: that it was started on; `number`: of this claim."""

    account: str
    number: int
    expires_at: Timestamp

    @classmethod
    def of(cls, token: LinkToken) -> ClaimedCode:
        return cls(account=shown(token.source), number=token.claims[0].number, expires_at=token.expires_at)


class PlayerResponse(BaseModel):
    """One's player and the code that waits for its confirmation; each is absent when there is none."""

    player: OwnPlayer | None = None
    claimed: ClaimedCode | None = None
    message: str

    @classmethod
    def of(cls, found: PlayerOfAccount) -> PlayerResponse:
        claimed = found.claimed and ClaimedCode.of(found.claimed)
        player = found.player and OwnPlayer.of(found.player)
        return cls(player=player, claimed=claimed, message=_message(player, claimed))


def _message(player: OwnPlayer | None, claimed: ClaimedCode | None) -> str:
    if claimed:
        told = translate("Now confirm there, as {account}.", account=claimed.account)
        return f"{told} {number_told(claimed.number)}"
    if player:
        return translate("You play as {name}.", name=player.username)
    return translate("Your account has no player yet. Type !link in the chat, and enter the code here.")


@router.get("/api/auth/player", response_model=PlayerResponse)
@requires_account()
async def find_player(call: Call) -> Response:
    """One's player in the community, and the code that waits for its confirmation."""
    return signed_in(call).look(lambda tx, me: PlayerResponse.of(accounts.find_player(tx, me.account_id)))


@router.post("/api/auth/player", response_model=PlayerResponse, status_code=202)
@requires_account()
async def claim_player(body: CodeRequest, call: Call) -> Response:
    """Claim the code that one's player has got. Nothing is linked before the player has confirmed where they play."""

    def use_case(tx: Tx, me: Identity) -> Answer:
        claimed = accounts.claim(tx, body.code, me.account_id, me.user_name, call.address)
        return answer(PlayerResponse.of(PlayerOfAccount(None, claimed)), 202)

    return signed_in(call).act(use_case)


@router.delete("/api/auth/player", response_model=PlayerResponse)
@requires_account()
async def unlink_player(call: Call) -> Response:
    """Unlink one's account from its player, who keeps everything."""

    def use_case(tx: Tx, me: Identity) -> PlayerResponse:
        accounts.unlink(tx, me.account_id)
        return PlayerResponse.of(PlayerOfAccount(None, None))

    return signed_in(call).act(use_case)
