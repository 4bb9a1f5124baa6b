"""Muting and blocking personas and people.

What is muted vanishes from the feed, the rooms, the threads, the digests and the notifications of the one who muted it,
and no one else notices. A block is a mute of a person that holds in both directions, and also keeps the two from
following, replying to and remixing each other, from debating, and from using each other's templates. It ends only when
it is taken back: muting someone who is blocked leaves the block.
"""

from __future__ import annotations

from uuid import UUID

from kernel.database import Cursor, Tx
from personas import paging
from personas.mutes import queries
from personas.mutes.models import AuthorNotFound, Mute, MuteNotFound
from personas.paging import CursorPage, page_of


def mute_persona(tx: Tx, account_id: UUID, persona_id: UUID) -> Mute:
    """Mute a persona.

    Raises:
        AuthorNotFound: there is no such persona, or it is one's own.
    """
    return _only(queries.insert_persona_mute(tx, account_id, persona_id))


def mute_person_behind(tx: Tx, account_id: UUID, persona_id: UUID, *, block: bool) -> Mute:
    """Mute or block the person whom a persona belongs to, with all their personas.

    Raises:
        AuthorNotFound: there is no such persona, or it is one's own.
    """
    return _only(queries.insert_mute_of_persona_owner(tx, account_id, persona_id, is_block=block))


def mute_author(tx: Tx, account_id: UUID, post_id: UUID, *, block: bool) -> Mute:
    """Mute or block the person who published a post or a battle.

    Raises:
        AuthorNotFound: there is no such post that one may see, or it is one's own.
    """
    return _only(queries.insert_mute_of_post_author(tx, account_id, post_id, is_block=block))


def list_own(tx: Tx, account_id: UUID, *, cursor: str = "", limit: int = paging.MOST) -> CursorPage[Mute]:
    """Return what someone has muted, newest first.

    Args:
        cursor: of the page before; "" for the first one.

    Raises:
        InvalidCursor
    """
    found = queries.list_mutes(tx, account_id, paging.after(cursor), limit + 1)
    return page_of([Mute(**row) for row in found], limit, lambda mute: (mute.created_at, mute.mute_id))


def unmute(tx: Tx, account_id: UUID, mute_id: UUID) -> None:
    """End a mute or a block.

    Raises:
        MuteNotFound
    """
    if queries.delete_mute(tx, account_id, mute_id).fetchone() is None:
        raise MuteNotFound


def _only(found: Cursor) -> Mute:
    row = found.fetchone()
    if row is None:
        raise AuthorNotFound
    return Mute(**row)
