"""Telling people what happened to what is theirs, and what they have read of it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any, Final
from uuid import UUID

from kernel.database import Tx
from personas import paging
from personas.happenings.rules import sanitise
from personas.notices import queries, texts
from personas.notices.models import Notice, NoticeType
from personas.paging import CursorPage, page_of

_ONCE_PER: Final[Mapping[NoticeType, timedelta]] = {
    "battle_remixed": timedelta(hours=1),
    "template_used": timedelta(hours=1),
    "persona_followed": timedelta(hours=24),  # unfollowing and following again is no news
}


def notify(
    tx: Tx,
    account_id: UUID | None,
    actor_id: UUID,
    type: NoticeType,
    subject: UUID | str,
    facts: Mapping[str, str | int],
    metadata: Mapping[str, Any],
) -> None:
    """Notify an account of what another one did, unless it was notified of the same a short while ago.

    It only queues statements, so it costs no round trip and raises nothing.

    Args:
        account_id: None for what belongs to no account, such as a template of ours: this notifies no one.
        subject: what it was done to: repeats of the same type, actor and subject are one notification.
        facts: what `texts` makes the words of.
        metadata: ids for the page that shows it; what may not be kept is dropped (`happenings.rules.sanitise`).
    """
    if account_id is None or account_id == actor_id:
        return
    named = str(subject)
    queries.lock_subject(tx, account_id, type, actor_id, named)
    queries.insert_unless_repeated(
        tx,
        account_id,
        actor_id,
        type,
        named,
        facts,
        sanitise(metadata),
        tx.now - _ONCE_PER[type],
    )


def list_of(
    tx: Tx, account_id: UUID, limit: int, *, cursor: str = "", only_unread: bool = False
) -> tuple[CursorPage[Notice], int]:
    """Return notifications of an account in the reader's words, newest first, and how many of all it has not read.

    Args:
        cursor: of the page before; "" for the first one.

    Raises:
        InvalidCursor
    """
    rows = queries.list_newest(tx, account_id, paging.after_number(cursor), limit + 1, only_unread=only_unread)
    unread = queries.count_unread(tx, account_id)
    found = [_notice(row) for row in rows]
    return page_of(found, limit, lambda notice: (notice.created_at, notice.notification_id)), _count(unread)


def _notice(row: dict[str, Any]) -> Notice:
    facts = row.pop("facts")
    if facts is not None:  # those from before that was stored have their words
        row["title"], row["body"] = texts.words_of(row["type"], facts)
    return Notice(**row)


def read_one(tx: Tx, account_id: UUID, notification_id: int) -> tuple[bool, int]:
    """Mark one as read. Returns whether it was unread and theirs, and how many are still unread."""
    if notification_id > queries.MAX_ID:
        return False, _count(queries.count_unread(tx, account_id))
    read, unread = queries.mark_read(tx, account_id, notification_id), queries.count_unread(tx, account_id)
    return read.fetchone() is not None, _count(unread)


def read_all(tx: Tx, account_id: UUID) -> int:
    """Mark all as read; returns how many were not."""
    return len(queries.mark_all_read(tx, account_id).fetchall())


def _count(cursor: queries.Cursor) -> int:
    row = cursor.fetchone()
    assert row is not None
    return row["count"]
