"""Letting go of one of the game's own people: they stay, and their player's connection ends. Source: worlds 7.3."""

from __future__ import annotations

from uuid import UUID

from kernel.accounts.models import Identity
from kernel.database import Tx
from worlds.inhabiting import service as inhabiting
from worlds.play import closing


def release(tx: Tx, me: Identity, character_id: UUID) -> None:
    """Let one of the game's own people go their own way again.

    Raises:
        CharacterNotFound, CharacterNotOwned, NotInhabited
    """
    closing.put_out_of(tx, character_id, me.account_id)  # connections before characters, as a command does
    inhabiting.release(tx, me, character_id)
