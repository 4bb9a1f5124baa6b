"""What happens to a request: it is claimed, and its attempt finishes or fails. Each is one transaction.

A message names a request, but it is only a hint that something is due: which one is claimed is a matter of fairness.
A request is claimed under a lease, with an id of its own for each attempt. What arrives with another id (a second
delivery, an attempt that took longer than its lease) changes nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any, Literal
from uuid import UUID, uuid4

from msgspec import Struct
from msgspec.structs import replace

from kernel import log_fields
from kernel.counters import service as counters
from kernel.database import Tx
from kernel.errors import DomainError
from kernel.locks import lock_name
from kernel.outside import metrics, queries
from kernel.outside.models import CAPPED, DROPPED, UNFINISHED, Effort, Kind, Permanent, Prompt, Reply, Request, Skip
from kernel.outside.queries import Named
from kernel.outside.rules import BUSY, LEASE, MAX_ATTEMPTS, RESEND, Usage, retry_delay, short_error
from kernel.outside.settings import settings
from kernel.outside.switches import AI_TEXTS
from kernel.switches.service import require_on

Kinds = Mapping[str, Kind]
Status = Literal["", "started", "completed", "failed_retrying", "failed_permanently"]
"""What has become of a request, for the log; "" if there was nothing to do."""


class AttemptOutcome(Struct, frozen=True):
    """What an operation did.

    Attributes:
        task: to be done outside now: after a claim, or the stricter prompt after a reply.
        retry_after: the pause before the next attempt.
        next_key: the dedupe key of a request that may be claimed at once.
        reason: why it failed.
    """

    status: Status = ""
    request: Request | None = None
    task: Any = None
    retry_after: timedelta | None = None
    next_key: str | None = None
    reason: str = ""


NOTHING = AttemptOutcome()


def claim(
    tx: Tx,
    kinds: Kinds,
    which: Named,
    chosen: Callable[[int], None] = lambda _: None,
    *,
    most_at_once: int | None = None,
) -> AttemptOutcome:
    """Claim the request whose turn it is, and prepare it.

    That is the one that is named, or an older one of the same account, unless one of a more urgent kind waits, or an
    account with fewer requests in work; with `most_at_once`, the oldest one of these accounts. Each message leads to
    one claim at most, so what one has passed by is claimed by another.

    Args:
        which: a request that is due.
        chosen: is told the id of the one that is claimed, even if this transaction fails.
        most_at_once: of all these kinds together.

    Returns:
        The task, if there is something to do outside; or only a pause, if too many are in work.

    Raises:
        AiTextsOff: it would be a prompt; roll back, so that the request waits as before.
    """
    if most_at_once is not None and _is_busy(tx, kinds, most_at_once):
        return AttemptOutcome(retry_after=BUSY)
    priorities = {name: kind.priority for name, kind in kinds.items()}
    few = most_at_once is not None
    row = queries.claim(tx, which=which, priorities=priorities, oldest_first=few, **_lease(tx)).fetchone()
    if row is None:
        return NOTHING
    chosen(row["request_id"])
    request = _request(row, claimed_at=tx.now)
    log_fields.set_request_id(request.trace_id)  # what it sets off belongs to the call that asked for it
    kind = kinds.get(request.kind)
    if kind is None:
        return _fail(tx, None, request, f"there is no kind {request.kind}")
    if row["attempts_before"] >= kind.attempts:
        return _fail(tx, kind, request, DROPPED if row["error"] == DROPPED else UNFINISHED)
    tx.execute("SAVEPOINT attempt")
    try:
        task = kind.prepare(tx, request)
        if isinstance(task, Prompt) and _is_capped(row):
            raise Permanent(CAPPED)
    except Skip:
        queries.mark_done(tx, request.request_id)
        return _complete(tx, request)
    except (Permanent, DomainError) as error:
        tx.execute("ROLLBACK TO SAVEPOINT attempt")
        return _fail(tx, kind, request, reason_of(error))
    if isinstance(task, Prompt):
        require_on(tx, AI_TEXTS)
        _count_call(tx, request, task.operation)
    return AttemptOutcome("started", request, task)


def finish(
    tx: Tx,
    kinds: Kinds,
    request_id: int,
    claim_id: UUID,
    reply: Any,
    *,
    operation: str = "",
    effort: Effort | None = None,
    regenerated: bool = False,
) -> AttemptOutcome:
    """Store a reply and all its consequences, if this claim still counts.

    Args:
        operation: the prompt's; "" for a mail and for work, which cost nothing.
        regenerated: the reply is to the stricter prompt.
    """
    row = queries.lock_claimed(tx, request_id, claim_id).fetchone()
    if row is None:
        return NOTHING
    request = replace(_request(row, claimed_at=row["leased_until"] - LEASE), regenerated=regenerated)
    log_fields.set_request_id(request.trace_id)
    kind = kinds[request.kind]
    tx.execute("SAVEPOINT attempt")
    queries.mark_done(tx, request_id)  # first, so that it may ask for its next slice by the same dedupe key
    try:
        stricter = kind.finish(tx, request, reply)
        if stricter is not None and regenerated:
            raise RuntimeError(f"{kind.name} asks for a third reply")
    except Skip:
        stricter = None
    except (Permanent, DomainError) as error:
        tx.execute("ROLLBACK TO SAVEPOINT attempt")
        return _fail(tx, kind, request, reason_of(error), operation=operation, effort=effort, reply=reply)
    if stricter is None:
        return _complete(tx, request, kind.hand_over(request), operation=operation, effort=effort, reply=reply)
    tx.execute("ROLLBACK TO SAVEPOINT attempt")
    queries.extend_lease(tx, request_id, tx.now + LEASE)
    _count(tx, request, operation, effort, reply, further_calls=1)
    return AttemptOutcome("started", replace(request, regenerated=True), stricter)


def fail(
    tx: Tx,
    kinds: Kinds,
    request_id: int,
    claim_id: UUID,
    reason: str,
    *,
    retryable: bool,
    operation: str = "",
    effort: Effort | None = None,
) -> AttemptOutcome:
    """End an attempt: the request is tried again later, or has failed for good."""
    row = queries.lock_claimed(tx, request_id, claim_id).fetchone()
    if row is None:
        return NOTHING
    request = _request(row, claimed_at=row["leased_until"] - LEASE)
    log_fields.set_request_id(request.trace_id)
    kind = kinds[request.kind]
    if not retryable or request.attempts >= kind.attempts:
        return _fail(tx, kind, request, reason, operation=operation, effort=effort)
    delay = retry_delay(request.attempts, tx.rng)
    # What reports the failure also sends the message that comes back after the delay.
    queries.mark_pending(tx, request_id, short_error(reason), tx.now + delay, tx.now + delay + RESEND)
    _count(tx, request, operation, effort, None, metrics.retried(request))
    return AttemptOutcome("failed_retrying", request, retry_after=delay, reason=short_error(reason))


def postpone(tx: Tx, kinds: Kinds, reason: str, request_id: int) -> AttemptOutcome:
    """Claim a request whose preparation has failed because of a bug, only to count the attempt.

    Without it, a request that breaks its function would come back for ever.
    """
    row = queries.claim_only(tx, request_id, **_lease(tx)).fetchone()
    if row is None:
        return NOTHING
    return fail(tx, kinds, row["request_id"], row["claim_id"], reason, retryable=True)


def abandon(tx: Tx, kinds: Kinds, reason: str, request_id: int) -> AttemptOutcome:
    """End a request without its consequences, if this was its last attempt: a bug keeps them from being stored."""
    row = queries.lock_active(tx, request_id).fetchone()
    if row is None:
        return NOTHING
    kind = kinds.get(row["kind"])
    if (
        row["attempts"] < (kind.attempts if kind else MAX_ATTEMPTS) - 1
    ):  # the last attempt was rolled back, with its count
        return NOTHING
    request = _request(row, claimed_at=tx.now)
    queries.mark_failed(tx, request.request_id, reason)
    _count(tx, request, "", None, None, metrics.processed(request, "failed", tx.now))
    return AttemptOutcome("failed_permanently", request, reason=reason)


def reason_of(error: Permanent | DomainError) -> str:
    return error.code if isinstance(error, DomainError) else str(error)


def _lease(tx: Tx) -> dict[str, Any]:
    return {"claim_id": uuid4(), "leased_until": tx.now + LEASE, "most": MAX_ATTEMPTS}


def _is_busy(tx: Tx, kinds: Kinds, most_at_once: int) -> bool:
    """Return whether as many are in work as may be; until this transaction ends, no other claims one of these kinds."""
    lock_name(tx, "outside:" + ",".join(sorted(kinds)))
    row = queries.count_claimed(tx, [*kinds]).fetchone()
    return row is not None and row["claimed"] >= most_at_once


def _complete(
    tx: Tx,
    request: Request,
    next_key: str | None = None,
    *,
    operation: str = "",
    effort: Effort | None = None,
    reply: Any = None,
) -> AttemptOutcome:
    _count(tx, request, operation, effort, reply, metrics.processed(request, "done", tx.now))
    return AttemptOutcome("completed", request, next_key=next_key)


def _fail(
    tx: Tx,
    kind: Kind | None,
    request: Request,
    reason: str,
    *,
    operation: str = "",
    effort: Effort | None = None,
    reply: Any = None,
) -> AttemptOutcome:
    reason = short_error(reason)
    queries.mark_failed(tx, request.request_id, reason)
    if kind is not None:
        kind.fail(tx, request, reason)
    _count(tx, request, operation, effort, reply, metrics.processed(request, "failed", tx.now))
    return AttemptOutcome("failed_permanently", request, reason=reason)


def _request(row: Mapping[str, Any], *, claimed_at: datetime) -> Request:
    return Request(
        request_id=row["request_id"],
        kind=row["kind"],
        input=row["input"],
        dedupe_key=row["dedupe_key"],
        account_id=row["account_id"],
        trace_id=row["trace_id"],
        attempts=row["attempts"],
        claim_id=row["claim_id"],
        claimed_at=claimed_at,
        created_at=row["created_at"],
    )


def _is_capped(row: Mapping[str, Any]) -> bool:
    return (row["account_id"] is not None and settings.is_spent_by_account(row)) or settings.installation.are_reached(
        Usage(*row["spent_by_installation"])
    )


def _count_call(tx: Tx, request: Request, operation: str) -> None:
    """Count a call before it is made, so that one is counted whose function is killed."""
    queries.add_usage(tx, request.account_id, tx.now.date(), operation, calls=1)


def _count(
    tx: Tx,
    request: Request,
    operation: str,
    effort: Effort | None,
    reply: Any,
    counts: Mapping[tuple[str, str], int] | None = None,
    *,
    further_calls: int = 0,
) -> None:
    """Count what an attempt has cost, and what has become of the request. Last: it locks rows that others want."""
    total = metrics.no_counts()
    total.update(counts or {})
    if effort is not None and operation:
        given = reply if isinstance(reply, Reply) else None
        calls = effort.calls - 1 + further_calls
        if calls or given is not None:
            queries.add_usage(tx, request.account_id, tx.now.date(), operation, calls=calls, reply=given)
        total.update(metrics.called(operation, effort, given))
    counters.add(tx, total)
