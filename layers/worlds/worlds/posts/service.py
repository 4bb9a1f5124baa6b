"""What characters are told: written in the transaction of who tells them, and taken from there by the pusher."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta
from typing import Any, Final
from uuid import UUID

from msgspec import Struct

from kernel import log_fields, metrics
from kernel.database import Connection, Cursor, Tx, transaction
from kernel.events.waking import send_waking
from worlds.posts import queries
from worlds.posts.envelopes import Envelope, pack

SOURCE = "brandish.worlds"
DETAIL_TYPE = "posts.waiting"
BATCH_BYTES: Final = 1536 * 1024
"""Of frames that are handed out together. A function answers with at most 6 MB, of JSON in which an emoji of four bytes
takes twelve."""


class PostDelivery(Struct, frozen=True):
    """Posts on their way to a connection; `last_seq` is the number of the last of them."""

    connection_id: str
    character_id: UUID
    frames: Sequence[str]
    last_seq: int


def post(tx: Tx, posts: Sequence[tuple[UUID, Envelope]]) -> None:
    """Post envelopes to characters, and wake the pusher once that is committed; it costs no round trip.

    The id of the call that is being answered goes along, so that a post is found in the log of requests and of events.
    """
    if posts:
        request_id = log_fields.request_id()
        marked = [(to, {**each, "request_id": request_id}) for to, each in posts] if request_id else posts
        queries.insert_posts(tx, marked)
        ensure_awake(tx)


def post_map(tx: Tx, character_id: UUID, parts: Sequence[Envelope]) -> None:
    """Post a map; an earlier one that still waits is not needed any more."""
    queries.delete_waiting_maps(tx, character_id)
    post(tx, [(character_id, each) for each in parts])


def ensure_awake(tx: Tx) -> None:
    """Wake the pusher once this transaction has committed, if it is asleep then: as `kernel.events.waking`."""
    tx.after_commit(queries.claim_waking, _wake)


def ensure_awake_to_close(tx: Tx, account_id: UUID) -> None:
    """Wake the pusher as `ensure_awake` does, if a connection of someone is to be closed."""
    tx.after_commit(lambda after: queries.claim_waking_to_close(after, account_id), _wake)


def ensure_awake_if(tx: Tx, writing: Cursor) -> None:
    """Wake the pusher like `ensure_awake` if a statement of this transaction returns a row: it has written posts.

    For a statement that rarely does: then it costs a round trip more, otherwise nothing.
    """
    tx.after_commit(lambda _: writing, _ask_and_wake)


class PostArrival(Struct, frozen=True):
    """Up to which number a character's posts have arrived, and how long ago."""

    seq: int
    ago: timedelta = timedelta(0)


def settle(tx: Tx, arrived: Mapping[UUID, PostArrival], failed: Sequence[str]) -> list[Cursor]:
    """Note what has arrived, and give back the mailboxes of connections for which nothing has.

    Returns:
        For `count_arrivals`, once this is committed: then it costs no round trip.
    """
    settled = [
        queries.set_delivered(tx, character_id, each.seq, tx.now - each.ago)
        for character_id, each in sorted(arrived.items())
    ]
    if failed:
        queries.release_of(tx, failed)
    return settled


def count_arrivals(settled: Iterable[Cursor]) -> None:
    """Count the posts that have arrived, and how long they took, for /metrics."""
    seconds = [max(0.0, row["seconds"]) for each in settled for row in each]
    metrics.add({("hub_messages_processed_total", "post"): len(seconds)})
    metrics.observe("hub_broadcast_duration_seconds", seconds)


def claim(tx: Tx) -> list[PostDelivery]:
    """Take posts that wait and whose receivers are connected; they are ours for some seconds."""
    queries.set_awake(tx)
    queries.close_signed_out_receivers(tx)
    taken = {row["character_id"]: row["connection_id"] for row in queries.claim_mailboxes(tx).fetchall()}
    if not taken:
        return []
    queries.number_posts(tx, list(taken))
    waiting: dict[UUID, list[Mapping[str, Any]]] = {}
    for row in queries.list_numbered(tx, list(taken)):
        waiting.setdefault(row["character_id"], []).append(row)
    deliveries: list[PostDelivery] = []
    room = BATCH_BYTES
    for character_id, rows in waiting.items():
        frames, packed = pack(({**row["envelope"], "seq": row["seq"]} for row in rows), room)
        if packed:
            room -= sum(len(each.encode()) for each in frames)
            deliveries.append(PostDelivery(taken[character_id], character_id, frames, rows[packed - 1]["seq"]))
    handed_out = {each.character_id for each in deliveries}
    if left := [character_id for character_id in taken if character_id not in handed_out]:
        queries.release(tx, left)
    return deliveries


def fall_asleep(tx: Tx) -> None:
    """Let the next post wake the pusher. After the commit, look once more: `is_waiting`."""
    queries.set_asleep(tx)


def is_waiting(tx: Tx) -> bool:
    """Return whether there is something to push that no pusher has in its hands."""
    return queries.has_waiting(tx).fetchone() is not None


def _ask_and_wake(conn: Connection) -> None:
    with transaction(conn) as tx:
        ensure_awake(tx)


def _wake(_: Connection) -> None:
    send_waking("pusher", SOURCE, DETAIL_TYPE)
