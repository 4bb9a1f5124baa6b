"""A retry gets the first try's answer. The answer is stored in the transaction of the action itself."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta

from kernel.database import Cursor, Tx, declare_race
from kernel.errors import DomainError

RETENTION = timedelta(hours=24)
MAX_LENGTH = 200

declare_race("idempotency_keys_pkey")


@dataclass(frozen=True, slots=True)
class IdempotencyKey:
    """One caller's name for one request to one path."""

    caller: str
    path: str
    key: str


@dataclass(frozen=True, slots=True)
class Answer:
    """What a caller is answered, as it is stored for retries.

    Attributes:
        replayed: it is the stored answer of an earlier try.
    """

    status: int
    body: str
    replayed: bool = False


class Replay(Exception):
    """This request was answered before; the transaction is rolled back and the stored answer sent again."""

    def __init__(self, answer: Answer) -> None:
        super().__init__(answer.status)
        self.answer = answer


def find_answer(tx: Tx, key: IdempotencyKey) -> Cursor:
    """Rows: `status`, `body`; none when the request is new."""
    return tx.execute(
        """
        SELECT status, body FROM idempotency_keys
        WHERE caller = %s AND path = %s AND key = %s AND created_at > %s
        """,
        (key.caller, key.path, key.key, tx.now - RETENTION),
    )


def replay_if_answered(found: Cursor) -> None:
    row = found.fetchone()
    if row is not None:
        raise Replay(Answer(row["status"], row["body"], replayed=True))


@contextmanager
def replaying_refusals(tx: Tx, key: IdempotencyKey) -> Generator[Cursor]:
    """Around an action: what comes out of it is the first try's answer, when there is one.

    Yields:
        That answer, for `replay_if_answered` once the action has fetched what it wants to know.

    Raises:
        Replay: instead of a refusal.
    """
    earlier = find_answer(tx, key)
    try:
        yield earlier
    except DomainError:
        # Refused, perhaps because the first try has just done it: look again behind its lock.
        replay_if_answered(earlier)
        replay_if_answered(find_answer(tx, key))
        raise


def store_answer(tx: Tx, key: IdempotencyKey, answer: Answer) -> None:
    """Whoever stores second, because both came at once, violates the primary key and tries again from the start."""
    tx.execute(
        "DELETE FROM idempotency_keys WHERE caller = %s AND path = %s AND key = %s AND created_at <= %s",
        (key.caller, key.path, key.key, tx.now - RETENTION),
    )
    tx.execute(
        "INSERT INTO idempotency_keys (caller, path, key, status, body, created_at) VALUES (%s, %s, %s, %s, %s, %s)",
        (key.caller, key.path, key.key, answer.status, answer.body, tx.now),
    )


def delete_expired(tx: Tx) -> None:
    tx.execute("DELETE FROM idempotency_keys WHERE created_at <= %s", (tx.now - RETENTION,))
