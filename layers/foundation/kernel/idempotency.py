"""Idempotency keys: a retry gets the first answer, which is stored in the transaction of the action itself.

Another request with the same key is refused.
"""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager
from datetime import timedelta

from msgspec import Struct

from kernel.database import Cursor, Tx, declare_race
from kernel.errors import Conflict, DomainError
from kernel.retention import delete_part

RETENTION = timedelta(hours=24)
MAX_LENGTH = 200

declare_race("idempotency_keys_pkey")


class IdempotencyMismatch(Conflict):
    """The key was used for another request, whose answer says nothing about this one."""

    code = "idempotency_mismatch"
    message = "This Idempotency-Key belongs to another request. Use a new key for each request."


class IdempotencyKey(Struct, frozen=True):
    """A caller's name for a request to a use case.

    Attributes:
        path: of the use case, the same for all its aliases.
        request_hash: of what was requested; None when one key stands for all that is sent with it.
        alias: the alias of the path that was used, if it is another: answers from before aliases counted as one are
            stored under it.
    """

    caller: str
    path: str
    key: str
    request_hash: bytes | None = None
    alias: str | None = None


class Answer(Struct, frozen=True):
    """The answer to a caller, as it is stored for retries.

    Attributes:
        replayed: True for the stored answer of an earlier attempt.
    """

    status: int
    body: str
    replayed: bool = False


class Replay(Exception):
    """The request was answered before: the transaction is rolled back, and the stored answer is sent again."""

    def __init__(self, answer: Answer) -> None:
        super().__init__(answer.status)
        self.answer = answer


def find_answer(tx: Tx, key: IdempotencyKey) -> Cursor:
    """Return a row of `status`, `body` and `request_hash`; none when the request is new."""
    return tx.execute(
        """
        SELECT status, body, request_hash FROM idempotency_keys
        WHERE caller = %s AND path IN (%s, %s) AND key = %s AND created_at > %s
        """,
        (key.caller, key.path, key.alias or key.path, key.key, tx.now - RETENTION),
    )


def replay_if_answered(found: Cursor, key: IdempotencyKey) -> None:
    """Raise the stored answer that `find_answer` found, if any.

    Raises:
        Replay
        IdempotencyMismatch: it is the answer to another request.
    """
    row = found.fetchone()
    if row is not None:
        # Answers from before hashes were stored have none.
        if None not in (row["request_hash"], key.request_hash) and row["request_hash"] != key.request_hash:
            raise IdempotencyMismatch
        raise Replay(Answer(row["status"], row["body"], replayed=True))


@contextmanager
def replaying_refusals(tx: Tx, key: IdempotencyKey) -> Generator[Cursor]:
    """Wrap an action so that a retry is answered with the first answer instead of a refusal.

    Yields:
        The query for the first answer, for `replay_if_answered` once the action has fetched its own queries.

    Raises:
        Replay: instead of a refusal.
        IdempotencyMismatch: the key was used for another request.
        DomainError: the caller may not ask: the answer is not for those whose key was revoked or session has ended.
    """
    earlier = find_answer(tx, key)
    try:
        yield earlier
    except IdempotencyMismatch:
        raise
    except DomainError as refusal:
        if refusal.refuses_caller:
            raise
        # Refused, perhaps because the first attempt has just succeeded: look again, now that its locks are released.
        replay_if_answered(earlier, key)
        replay_if_answered(find_answer(tx, key), key)
        raise


def store_answer(tx: Tx, key: IdempotencyKey, answer: Answer) -> None:
    """Store an answer. The second of two concurrent requests violates the primary key and is retried."""
    tx.execute(
        """
        WITH expired AS (
            DELETE FROM idempotency_keys
            WHERE caller = %(caller)s AND path = %(path)s AND key = %(key)s AND created_at <= %(expired)s
            RETURNING 1
        )
        INSERT INTO idempotency_keys (caller, path, key, status, body, request_hash, created_at)
        -- It counts the expired rows so that they are deleted first.
        SELECT %(caller)s, %(path)s, %(key)s, %(status)s, %(body)s, %(request_hash)s, %(now)s
        FROM (SELECT count(*) FROM expired) AS done
        """,
        {
            "caller": key.caller,
            "path": key.path,
            "key": key.key,
            "expired": tx.now - RETENTION,
            "status": answer.status,
            "body": answer.body,
            "request_hash": key.request_hash,
            "now": tx.now,
        },
    )


def delete_expired(tx: Tx) -> bool:
    """Delete stored answers that are older than a day."""
    return delete_part(tx, "idempotency_keys", "created_at <= %(expired)s", {"expired": tx.now - RETENTION})
