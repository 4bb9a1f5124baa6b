"""Queries on the tables outside_requests and outside_usage."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, LiteralString
from uuid import UUID

from kernel.database import Cursor, Tx
from kernel.outside.rules import CONSIDERED, LEASE
from kernel.retention import delete_part

if TYPE_CHECKING:
    from kernel.outside.prompts import Reply

Named = int | str
"""A request, by its id or by its dedupe key."""

# For `events.announce_each`.

INSERT: LiteralString = """
asked AS (
    INSERT INTO kernel.outside_requests
           (kind, input, dedupe_key, account_id, trace_id, inside, due_at, send_at, created_at)
    SELECT %s, input, dedupe_key, account_id, %s, %s, due_at, CASE WHEN due_at <= %s THEN %s ELSE due_at END, %s
    FROM unnest(%s::jsonb[], %s::text[], %s::uuid[], %s::timestamptz[])
         WITH ORDINALITY AS given (input, dedupe_key, account_id, due_at, place)
    ORDER BY place
    ON CONFLICT (dedupe_key) WHERE status IN ('pending', 'claimed') DO NOTHING
    RETURNING request_id, kind, inside, dedupe_key, due_at
)"""
"""Step: inserts requests that are not active already; those due now are sent at once, and by the clock later."""

BRING_FORWARD: LiteralString = """
asked AS (
    UPDATE kernel.outside_requests SET due_at = %s, send_at = %s
    WHERE dedupe_key = ANY (%s) AND status = 'pending' AND due_at > %s
    RETURNING request_id, kind, inside, dedupe_key, due_at
)"""

RESEND: LiteralString = """
asked AS (
    UPDATE kernel.outside_requests SET send_at = %s
    WHERE request_id IN (
        SELECT request_id FROM kernel.outside_requests
        WHERE status IN ('pending', 'claimed') AND send_at <= %s
        ORDER BY send_at, request_id
        LIMIT %s
        FOR UPDATE SKIP LOCKED
    )
    RETURNING request_id, kind, inside, dedupe_key, due_at
)"""

DUE_PAYLOADS: LiteralString = """
SELECT jsonb_agg(jsonb_build_object('kind', kind, 'request_id', request_id, 'inside', inside) ORDER BY request_id)
FROM asked WHERE due_at <= %s"""
"""What happened: those of the step's requests that are due."""

ASKED_KEYS: LiteralString = "SELECT dedupe_key FROM asked"

TO_SEND: LiteralString = (
    "EXISTS (SELECT FROM kernel.outside_requests WHERE status IN ('pending', 'claimed') AND send_at <= %s)"
)
"""SQL expression: whether a message has to be sent. Its parameter is the current time."""

# What has been spent today, beside a request's row `r`. The installation's own accounts have no password.
_SPENT: LiteralString = """
    (SELECT jsonb_build_array(coalesce(sum(calls), 0), coalesce(sum(cost_micros), 0)) FROM kernel.outside_usage
     WHERE scope = r.account_id::text AND day = %(day)s) AS spent_by_account,
    (SELECT jsonb_build_array(coalesce(sum(calls), 0), coalesce(sum(cost_micros), 0)) FROM kernel.outside_usage
     WHERE scope = 'installation' AND day = %(day)s) AS spent_by_installation,
    (SELECT jsonb_build_array(coalesce(sum(calls), 0), coalesce(sum(cost_micros), 0)) FROM kernel.outside_usage
     WHERE scope = (SELECT 'address ' || signed_up_from FROM kernel.accounts AS a WHERE a.account_id = r.account_id)
       AND day = %(day)s) AS spent_by_address,
    EXISTS (SELECT FROM kernel.accounts AS a WHERE a.account_id = r.account_id AND left(a.password_hash, 1) = '$'
            AND a.created_at > %(now)s::timestamptz - interval '1 day') AS is_account_new"""


def delete_active(tx: Tx, dedupe_keys: Sequence[str]) -> None:
    tx.execute(
        "DELETE FROM kernel.outside_requests WHERE dedupe_key = ANY (%s) AND status IN ('pending', 'claimed')",
        (list(dedupe_keys),),
    )


def delete_active_found(tx: Tx, keys: LiteralString, params: Mapping[str, Any]) -> None:
    tx.execute(
        "DELETE FROM kernel.outside_requests WHERE status IN ('pending', 'claimed') AND dedupe_key IN (" + keys + ")",
        params,
    )


def claim(
    tx: Tx,
    *,
    which: Named,
    priorities: Mapping[str, int],
    oldest_first: bool = False,
    claim_id: UUID,
    leased_until: datetime,
    most: int,
) -> Cursor:
    """Claim the request whose turn it is, among those that are due or whose lease has expired.

    First come those of the most urgent kind; of these, those of accounts that have the fewest in work, so that no one
    takes all that can be done at the same time; of these the account of the request that is named, and of an account
    its oldest. What others claim at this moment is passed by.

    Args:
        which: the request that someone is to be reminded of; it need not be the one that is claimed.
        priorities: of the kinds whose turn it may be; the lowest number comes first.
        oldest_first: of accounts that have equally many in work the oldest request comes, whichever is named. Where few
            may be in work, who asks for the next slice with each that ends would otherwise keep all others out.
        leased_until: a lease from now.
        most: the number of attempts that may be; one more is not counted.

    Returns:
        The request's row with `attempts_before`, `spent_by_account`, `spent_by_address`, `spent_by_installation` and
        `is_account_new`; or no row.
    """
    named: LiteralString = (
        "q.request_id = %(which)s"
        if isinstance(which, int)
        else "q.dedupe_key = %(which)s AND q.status IN ('pending', 'claimed')"
    )
    return _claim(
        tx,
        # The end of a lease is when the clock sends a message again, so there is an index for what is in work.
        """
            SELECT q.request_id, q.attempts
            FROM (
                SELECT q.request_id FROM kernel.outside_requests AS q
                WHERE (q.kind = ANY (%(kinds)s) OR """
        + named
        + ") AND "
        + _CLAIMABLE
        + """
                ORDER BY q.send_at, q.request_id LIMIT %(considered)s
            ) AS considered
            JOIN kernel.outside_requests AS q ON q.request_id = considered.request_id
            LEFT JOIN (
                SELECT account_id, count(*) AS requests FROM kernel.outside_requests
                WHERE status = 'claimed' AND send_at > %(now)s AND send_at <= %(leased_until)s
                GROUP BY account_id
            ) AS working ON working.account_id = q.account_id
            WHERE """
        + _CLAIMABLE
        + """
            ORDER BY coalesce((%(priorities)s::int[])[array_position(%(kinds)s, q.kind)], 0),
                coalesce(working.requests, 0),
                %(oldest_first)s OR q.account_id IS NOT DISTINCT FROM
                    (SELECT q.account_id FROM kernel.outside_requests AS q WHERE """
        + named
        + """) DESC,
                q.due_at, q.request_id
            LIMIT 1
            FOR UPDATE OF q SKIP LOCKED""",
        {
            "which": which,
            "kinds": list(priorities),
            "priorities": list(priorities.values()),
            "considered": CONSIDERED,
            "oldest_first": oldest_first,
        },
        claim_id,
        leased_until,
        most,
    )


def count_claimed(tx: Tx, kinds: Sequence[str]) -> Cursor:
    """Return one row: `claimed`, how many requests of some kinds are in work."""
    return tx.execute(
        """
        SELECT count(*) AS claimed FROM kernel.outside_requests
        WHERE status = 'claimed' AND send_at > %s AND kind = ANY (%s)
        """,
        (tx.now, list(kinds)),
    )


def read_health(tx: Tx, kinds: Sequence[str], since: datetime) -> Cursor:
    """Return one row about the requests of some kinds: how those went that ended since then, and how many wait.

    `calls` were made, in `seconds` on average, and `failed` of them. What ended without a call has taken no time.
    """
    return tx.execute(
        """
        SELECT count(*) AS calls, coalesce(avg(seconds), 0)::float8 AS seconds,
               count(*) FILTER (WHERE status = 'failed') AS failed,
               (SELECT count(*) FROM kernel.outside_requests
                WHERE status = 'pending' AND kind = ANY (%(kinds)s)) AS waiting
        FROM (
            SELECT status, extract(epoch FROM finished_at - leased_until + %(lease)s) AS seconds
            FROM kernel.outside_requests
            WHERE status IN ('done', 'failed') AND finished_at > %(since)s AND kind = ANY (%(kinds)s)
        ) AS ended
        WHERE seconds > 0
        """,
        {"kinds": list(kinds), "since": since, "lease": LEASE},
    )


def claim_only(tx: Tx, request_id: int, *, claim_id: UUID, leased_until: datetime, most: int) -> Cursor:
    """Claim this request and no other, if it can be claimed. Returns what `claim` does."""
    return _claim(
        tx,
        "SELECT q.request_id, q.attempts FROM kernel.outside_requests AS q WHERE q.request_id = %(which)s AND "
        + _CLAIMABLE
        + " FOR UPDATE SKIP LOCKED",
        {"which": request_id},
        claim_id,
        leased_until,
        most,
    )


_CLAIMABLE: LiteralString = """
    q.status IN ('pending', 'claimed') AND CASE q.status WHEN 'pending' THEN q.due_at ELSE q.leased_until END <= %(now)s
"""


def _claim(
    tx: Tx, chosen: LiteralString, values: Mapping[str, Any], claim_id: UUID, leased_until: datetime, most: int
) -> Cursor:
    return tx.execute(
        """
        UPDATE kernel.outside_requests r
        SET status = 'claimed', attempts = least(r.attempts + 1, %(most)s), claim_id = %(claim_id)s,
            leased_until = %(leased_until)s, send_at = %(leased_until)s
        FROM (
        """
        + chosen
        + """
        ) AS old
        WHERE r.request_id = old.request_id
        RETURNING r.request_id, r.kind, r.input, r.dedupe_key, r.account_id, r.trace_id, r.attempts, r.claim_id,
                  r.created_at, r.error, old.attempts AS attempts_before,"""
        + _SPENT,
        {
            **values,
            "claim_id": claim_id,
            "leased_until": leased_until,
            "most": most,
            "now": tx.now,
            "day": tx.now.date(),
        },
    )


def lock_claimed(tx: Tx, request_id: int, claim_id: UUID) -> Cursor:
    """Lock a request and return its row if this claim is still the one that counts, else no row."""
    return tx.execute(
        """
        SELECT request_id, kind, input, dedupe_key, account_id, trace_id, attempts, claim_id, created_at, leased_until
        FROM kernel.outside_requests
        WHERE request_id = %s AND status = 'claimed' AND claim_id = %s
        FOR UPDATE
        """,
        (request_id, claim_id),
    )


def lock_active(tx: Tx, request_id: int) -> Cursor:
    """Lock a request that is pending or claimed, and return its row."""
    return tx.execute(
        """
        SELECT request_id, kind, input, dedupe_key, account_id, trace_id, attempts, claim_id, created_at
        FROM kernel.outside_requests
        WHERE request_id = %s AND status IN ('pending', 'claimed')
        FOR UPDATE
        """,
        (request_id,),
    )


def extend_lease(tx: Tx, request_id: int, leased_until: datetime) -> None:
    tx.execute(
        "UPDATE kernel.outside_requests SET leased_until = %s, send_at = %s WHERE request_id = %s",
        (leased_until, leased_until, request_id),
    )


def mark_done(tx: Tx, request_id: int) -> None:
    tx.execute(
        """
        UPDATE kernel.outside_requests SET status = 'done', input = '{}', finished_at = %s WHERE request_id = %s
        """,
        (tx.now, request_id),
    )


def mark_failed(tx: Tx, request_id: int, error: str) -> None:
    tx.execute(
        "UPDATE kernel.outside_requests SET status = 'failed', error = %s, finished_at = %s WHERE request_id = %s",
        (error, tx.now, request_id),
    )


def mark_pending(tx: Tx, request_id: int, error: str, due_at: datetime, send_at: datetime) -> None:
    """Let a request be tried again."""
    tx.execute(
        """
        UPDATE kernel.outside_requests SET status = 'pending', error = %s, due_at = %s, send_at = %s
        WHERE request_id = %s
        """,
        (error, due_at, send_at, request_id),
    )


def list_due(tx: Tx) -> Cursor:
    """Return rows of `request_id`: the requests that could be claimed now, oldest first."""
    return tx.execute(
        """
        SELECT request_id FROM kernel.outside_requests
        WHERE status IN ('pending', 'claimed')
          AND CASE status WHEN 'pending' THEN due_at ELSE leased_until END <= %s
        ORDER BY created_at, request_id
        """,
        (tx.now,),
    )


def read_spent(tx: Tx, account_id: UUID) -> Cursor:
    """Return one row: `spent_by_account`, `spent_by_address`, `spent_by_installation` and `is_account_new`."""
    return tx.execute(
        "SELECT" + _SPENT + " FROM (SELECT %(account_id)s::uuid AS account_id) AS r",
        {"account_id": account_id, "day": tx.now.date(), "now": tx.now},
    )


def add_usage(
    tx: Tx, account_id: UUID | None, day: date, operation: str, *, calls: int, reply: Reply | None = None
) -> None:
    """Add to what an account, the address that it signed up from, and the installation have used.

    Call it late: it locks rows that others want.
    """
    tx.execute(
        """
        INSERT INTO kernel.outside_usage AS used
               (scope, day, operation, calls, input_tokens, output_tokens, cost_micros)
        SELECT scope, %(day)s, %(operation)s, %(calls)s, %(input)s, %(output)s, %(cost)s
        FROM (
            SELECT 1 AS place, %(account_id)s::uuid::text AS scope
            UNION ALL
            SELECT 2, 'address ' || signed_up_from FROM kernel.accounts WHERE account_id = %(account_id)s::uuid
            UNION ALL SELECT 3, 'installation'
        ) AS concerned
        WHERE scope IS NOT NULL
        ORDER BY place
        ON CONFLICT (scope, day, operation) DO UPDATE
        SET calls = used.calls + excluded.calls, input_tokens = used.input_tokens + excluded.input_tokens,
            output_tokens = used.output_tokens + excluded.output_tokens,
            cost_micros = used.cost_micros + excluded.cost_micros
        """,
        {
            "day": day,
            "operation": operation,
            "calls": calls,
            "input": reply.input_tokens if reply else 0,
            "output": reply.output_tokens if reply else 0,
            "cost": reply.cost_micros if reply else 0,
            "account_id": account_id,
        },
    )


def delete_finished_before(tx: Tx, moment: datetime) -> bool:
    return delete_part(
        tx, "kernel.outside_requests", "status IN ('done', 'failed') AND finished_at < %(moment)s", {"moment": moment}
    )


def delete_usage_before(tx: Tx, day: date) -> bool:
    return delete_part(tx, "kernel.outside_usage", "day < %(day)s", {"day": day})


def list_open(tx: Tx, statuses: Sequence[str], limit: int) -> Cursor:
    """Return requests of some statuses, those that were asked last first."""
    return tx.execute(
        """
        SELECT request_id, kind, status, attempts, due_at, error, account_id, trace_id, created_at, finished_at
        FROM kernel.outside_requests
        WHERE status = ANY (%s)
        ORDER BY request_id DESC
        LIMIT %s
        """,
        (list(statuses), limit),
    )


def list_failed(tx: Tx) -> Cursor:
    """Return rows of `request_id`: the requests that have failed."""
    return tx.execute("SELECT request_id FROM kernel.outside_requests WHERE status = 'failed' ORDER BY request_id")


def count_failed(tx: Tx) -> Cursor:
    """Return one row: `failed`, how many requests have failed."""
    return tx.execute("SELECT count(*) AS failed FROM kernel.outside_requests WHERE status = 'failed'")


def list_usage(tx: Tx, day: date) -> Cursor:
    """Return what the installation has used on a day: a row for each operation."""
    return tx.execute(
        """
        SELECT operation, calls, input_tokens, output_tokens, cost_micros FROM kernel.outside_usage
        WHERE scope = 'installation' AND day = %s
        ORDER BY operation
        """,
        (day,),
    )


def lock_status(tx: Tx, request_id: int) -> Cursor:
    return tx.execute("SELECT status FROM kernel.outside_requests WHERE request_id = %s FOR UPDATE", (request_id,))


def find_rival(tx: Tx, request_id: int) -> Cursor:
    """Return a row if another request with the same dedupe key is active."""
    return tx.execute(
        """
        SELECT other.request_id FROM kernel.outside_requests other
        JOIN kernel.outside_requests ours ON ours.dedupe_key = other.dedupe_key AND ours.request_id <> other.request_id
        WHERE ours.request_id = %s AND other.status IN ('pending', 'claimed')
        """,
        (request_id,),
    )


RESTART: LiteralString = """
asked AS (
    UPDATE kernel.outside_requests
    SET status = 'pending', attempts = %s, error = %s, due_at = %s, send_at = %s, finished_at = NULL
    WHERE request_id = %s
    RETURNING request_id, kind, inside, dedupe_key, due_at
)"""


def delete_request(tx: Tx, request_id: int) -> None:
    tx.execute("DELETE FROM kernel.outside_requests WHERE request_id = %s", (request_id,))
