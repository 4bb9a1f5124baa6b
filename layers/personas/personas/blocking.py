"""Muting and blocking the person behind a persona or a post, with what a block ends elsewhere."""

from __future__ import annotations

from uuid import UUID

from kernel.database import Tx
from personas.mutes import service as mutes
from personas.mutes.models import Mute
from personas.profiles import service as profiles


def mute_person_behind(tx: Tx, account_id: UUID, persona_id: UUID, *, block: bool) -> Mute:
    """Mute or block the person whom a persona belongs to, with all their personas.

    Raises:
        AuthorNotFound: there is no such persona, or it is one's own.
    """
    return _ending_follows(tx, account_id, mutes.mute_person_behind(tx, account_id, persona_id, block=block))


def mute_author(tx: Tx, account_id: UUID, post_id: UUID, *, block: bool) -> Mute:
    """Mute or block the person who published a post or a battle.

    Raises:
        AuthorNotFound: there is no such post that one may see, or it is one's own.
    """
    return _ending_follows(tx, account_id, mutes.mute_author(tx, account_id, post_id, block=block))


def _ending_follows(tx: Tx, account_id: UUID, mute: Mute) -> Mute:
    """Let the two no longer follow each other's personas, if the mute is a block."""
    if mute.is_block:
        profiles.end_follows_across_blocks(tx, account_id)
    return mute
