"""Dead letters: what was given up, until an administrator sends it once more or drops it.

There are three kinds, and each is where it stopped: an event that the bus has not taken (in the log), a request to the
outside that has failed, and a message that a function could not process (in a queue of AWS, which only the outer ring
reaches). An id says which of them it is.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from msgspec import Struct

from kernel.database import Tx
from kernel.errors import Conflict, NotFound
from kernel.events import service as events
from kernel.outside import administration, queries

EVENT: Final = "event"
REQUEST: Final = "request"
MESSAGE: Final = "message"

HIDDEN: Final = "…"
_MOST: Final = 10_000


class NoSuchLetter(NotFound):
    """None of the letters is there any more."""

    code = "not_found"
    message = "There is no such dead letter any more. It may have been sent or dropped by now."


class DeadLetter(Struct, frozen=True):
    """Something that was given up.

    Attributes:
        id: its kind, a colon, and what the kind calls it.
        name: the type of the event, or the kind of the request.
        stopped_in: the log, the requests to the outside, or the name of a queue.
        at: when it came into being.
        body: what it says, without tokens; None for a request, which may be about what people wrote.
    """

    id: str
    name: str
    stopped_in: str
    reason: str
    attempts: int
    at: datetime
    body: Any = None


def list_letters(tx: Tx, limit: int, letter_id: str | None = None) -> tuple[list[DeadLetter], int]:
    """Return the newest events and requests that were given up, and how many there are in all.

    Args:
        letter_id: the only one that is wanted.
    """
    most = limit if letter_id is None else _MOST
    dead = events.list_dead(tx, most)
    failed = queries.list_open(tx, ["failed"], most)
    counted = queries.count_failed(tx)
    letters = [_of_event(row) for row in dead.fetchall()] + [_of_request(row) for row in failed.fetchall()]
    row = counted.fetchone()
    total = events.backlog(tx).dead + (row["failed"] if row else 0)
    return [letter for letter in letters if letter_id in (None, letter.id)], total


def redrive(tx: Tx, ids: Collection[str] | None) -> int:
    """Let events and requests be tried now, with all their attempts; return how many.

    Args:
        ids: those of messages are ignored; None for all events and requests.
    """
    sent = events.redrive_dead(tx, _events(ids))
    for request_id in _requests(tx, ids):
        try:
            administration.retry(tx, request_id)
        except (NotFound, Conflict):  # it is tried already, or asked again since
            continue
        sent += 1
    return sent


def drop(tx: Tx, ids: Collection[str]) -> int:
    """Give events and requests up for good; return how many. An event stays in the log, for its listeners."""
    dropped = events.drop_dead(tx, _events(ids) or [])
    for request_id in _requests(tx, ids):
        try:
            administration.drop(tx, request_id)
        except (NotFound, Conflict):
            continue
        dropped += 1
    return dropped


def names_of(ids: Collection[str], kind: str) -> list[str]:
    """Return what a kind calls those of the letters that are of it."""
    return [name for found, _, name in (each.partition(":") for each in ids) if found == kind]


def without_tokens(body: Any) -> Any:
    """Return a body as it may be shown: a token lets anyone answer in our name."""
    if isinstance(body, Mapping):
        return {key: HIDDEN if key == "token" else without_tokens(value) for key, value in body.items()}
    if isinstance(body, list):
        return [without_tokens(each) for each in body]
    return body


def _events(ids: Collection[str] | None) -> Sequence[UUID] | None:
    return None if ids is None else [UUID(name) for name in names_of(ids, EVENT)]


def _requests(tx: Tx, ids: Collection[str] | None) -> list[int]:
    if ids is None:
        return [row["request_id"] for row in queries.list_failed(tx).fetchall()]
    return sorted(int(name) for name in names_of(ids, REQUEST))


def _of_event(row: Mapping[str, Any]) -> DeadLetter:
    body = without_tokens({"payload": row["payload"], "metadata": row["metadata"]})
    return DeadLetter(
        f"{EVENT}:{row['event_id']}",
        row["event_type"],
        "log",
        row["last_error"] or "",
        row["attempts"],
        row["created_at"],
        body,
    )


def _of_request(row: Mapping[str, Any]) -> DeadLetter:
    return DeadLetter(
        f"{REQUEST}:{row['request_id']}",
        row["kind"],
        "outside",
        row["error"] or "",
        row["attempts"],
        row["created_at"],
    )
