"""Reading threads, and asking for replies."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from uuid import UUID

from kernel.database import Cursor, Tx
from kernel.outside.service import Asked, ask_all
from personas import paging
from personas.mutes.models import Blocked
from personas.paging import page_of
from personas.posts import rules as post_rules
from personas.posts import service as posts
from personas.posts.models import PersonaUnknown
from personas.quotas import rules as quota_rules
from personas.quotas.models import QuotaUse
from personas.threads import queries, replying, rules, summarising
from personas.threads.models import NoPersonas, PostReply, RepliesAsked, Thread, ThreadState


def read_thread(tx: Tx, account_id: UUID, post_id: UUID, *, cursor: str = "", limit: int = rules.MOST_SHOWN) -> Thread:
    """Return a post with its replies and its summary, as someone sees them.

    Args:
        cursor: of the page of replies before; "" for the first one.

    Raises:
        InvalidCursor
        PostNotFound: there is none, or it is another person's secret.
        Blocked: a block stands between who published it, or debates in it, and the account.
    """
    after = paging.after(cursor)
    post = posts.ask(tx, post_id)
    state = queries.find_state(tx, post_id)
    blocked = queries.find_blocked(tx, post_id, account_id)
    replies = queries.list_replies(tx, post_id, account_id, after, limit + 1)
    found = post_rules.visible_to(post(), account_id)
    _refuse_if_blocked(blocked)
    row = state.fetchone()
    assert row is not None
    shown = [PostReply(**each) for each in replies]
    return Thread(found, page_of(shown, limit, lambda reply: (reply.created_at, reply.reply_id)), ThreadState(**row))


def ask_summary(tx: Tx, thread: Thread, reader_id: UUID) -> None:
    """Ask for the summary that a thread lacks, for someone who reads it."""
    summarising.ask_for(tx, thread.post, rules.basis(thread.state), reader_id)


def ask_first_summaries(tx: Tx, post_ids: Sequence[UUID]) -> None:
    """Ask for the summaries of threads that never had one and have replies: for everyone, on no one's account."""
    rows = queries.list_never_summarised(tx, post_ids).fetchall()
    requests: list[Asked] = []
    for row in rows:
        basis = rules.basis_of(row["replies"], row["newest"], row["edited_at"])
        key = rules.summary_key(row["post_id"], basis)
        requests.append(Asked(key, {"post_id": str(row["post_id"]), "basis": basis}))
    if requests:
        ask_all(tx, summarising.KIND, requests)


def ask_replies(tx: Tx, account_id: UUID, post_id: UUID, read_ids: Callable[[], Sequence[UUID]]) -> RepliesAsked:
    """Ask for replies of someone's personas to a post: of those that are named, else of the three oldest.

    However often this is called at once, a persona replies once.

    Args:
        read_ids: returns the named personas, each once; or raises what is wrong with the request's form.

    Raises:
        PostNotFound, NotPublished; what `read_ids` raises; Blocked, NoPersonas, PersonaUnknown
    """
    # Locked, so that of two calls at once the second one sees what the first has asked for.
    post = posts.ask_locked(tx, post_id)
    blocked = queries.find_blocked(tx, post_id, account_id)
    is_read = False
    try:
        named = read_ids()
        is_read = True
    finally:
        if not is_read:  # what is wrong with the post is said before what is wrong with the request
            post_rules.published(post())
    today = quota_rules.day_of(tx.now)
    if named:
        candidates = queries.list_named_candidates(tx, post_id, account_id, named, today)
    else:
        candidates = queries.list_oldest_candidates(tx, post_id, account_id, rules.DEFAULT_PERSONAS, today)
    post_rules.published(post())
    _refuse_if_blocked(blocked)
    ready, skipped = _ready(candidates, named)
    if ready:
        ask_all(
            tx,
            replying.KIND,
            [
                Asked(
                    rules.reply_key(post_id, persona_id),
                    {"post_id": str(post_id), "persona_id": str(persona_id)},
                    account_id=account_id,
                )
                for persona_id in ready
            ],
        )
    return RepliesAsked(len(ready), skipped)


def _refuse_if_blocked(found: Cursor) -> None:
    row = found.fetchone()
    if row is not None and row["is_blocked"]:
        raise Blocked


def _ready(candidates: Cursor, named: Sequence[UUID]) -> tuple[list[UUID], int]:
    """Return the personas that may reply, in their order, and how many may not."""
    rows = {row["persona_id"]: row for row in candidates}
    if not named and not rows:
        raise NoPersonas
    if any(persona_id not in rows for persona_id in named):
        raise PersonaUnknown
    ready: list[UUID] = []
    for persona_id in named or rows:
        row = rows[persona_id]
        use = QuotaUse(row["day"], row["used_by_persona"], row["used_by_account"])
        has_room = quota_rules.has_room(use, "reply", row["quota"])
        if has_room and not row["has_replied"] and not row["is_replying"]:
            ready.append(persona_id)
    return ready, len(rows) - len(ready)


def hide_reply(tx: Tx, post_id: UUID, reply_id: UUID, *, hidden: bool) -> None:
    """Take a reply down, or put it back. The thread's summary may have quoted it, so it is made anew."""
    queries.set_hidden(tx, reply_id, hidden=hidden)
    queries.forget_summary(tx, post_id)
