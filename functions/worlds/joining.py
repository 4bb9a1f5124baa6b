"""What /api/session and /api/game both offer: to make a character, and to choose the one to connect with."""

from __future__ import annotations

from doors.call import answer
from doors.people import PersonalUseCase
from functions.worlds.shapes import CharacterChoice, JoinedWorld, MadeCharacter, NewCharacter
from kernel.accounts.models import Identity
from kernel.database import Tx
from kernel.idempotency import Answer
from worlds.entering import service as entering


def creating(body: NewCharacter) -> PersonalUseCase:
    """Return what makes a character: answered 201, or 200 for someone who watches that world already."""

    def create(tx: Tx, me: Identity) -> Answer:
        made = entering.create(tx, me, body.world_id, body.wish)
        return answer(MadeCharacter.of(made), 201 if made.created_at == tx.now or body.npc_id is not None else 200)

    return create


def choosing(body: CharacterChoice) -> PersonalUseCase:
    """Return what chooses the character that someone connects with."""
    return lambda tx, me: JoinedWorld.of(entering.select(tx, me, body.character_id))
