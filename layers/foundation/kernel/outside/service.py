"""Asking the outside: a request is a row that is written with the action that asks."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, LiteralString
from uuid import UUID

from msgspec import Struct, field

from kernel import log_fields
from kernel.database import Cursor, Tx
from kernel.events.service import announce_each
from kernel.outside import queries
from kernel.outside.events import OutsideRequested
from kernel.outside.rules import RESEND


class Asked(Struct, frozen=True):
    """What `ask_all` writes a request of.

    Attributes:
        dedupe_key: while a request with it is pending or claimed, no second one is written.
        due_at: now if None.
    """

    dedupe_key: str
    input: Mapping[str, Any] = field(default_factory=dict[str, Any])
    due_at: datetime | None = None
    account_id: UUID | None = None


def ask(
    tx: Tx,
    kind: str,
    input: Mapping[str, Any],
    *,
    dedupe_key: str,
    due_at: datetime | None = None,
    account_id: UUID | None = None,
    trace_id: str = "",
    inside: bool = False,
) -> None:
    """Write a request, and send it to the function that answers it once this transaction has committed.

    Args:
        input: what the kind's `prepare` and `finish` get. It is emptied once the request is done.
        account_id: whose usage it counts as.
        trace_id: the id of the call that asks; by default that of the call that is being answered.
        inside: for work that needs no answer from outside; its kind has `compute`.
    """
    ask_all(tx, kind, [Asked(dedupe_key, input, due_at, account_id)], trace_id=trace_id, inside=inside)


def ask_all(tx: Tx, kind: str, requests: Sequence[Asked], *, trace_id: str = "", inside: bool = False) -> Cursor:
    """Write several requests with one statement.

    Returns:
        Rows of `dedupe_key`, of those that were not active already.
    """
    return announce_each(
        tx,
        OutsideRequested(),
        queries.DUE_PAYLOADS,
        (
            *(kind, trace_id or log_fields.request_id(), inside, tx.now, tx.now + RESEND, tx.now),
            [json.dumps(request.input) for request in requests],
            [request.dedupe_key for request in requests],
            [request.account_id for request in requests],
            [request.due_at or tx.now for request in requests],
            tx.now,
        ),
        steps=queries.INSERT,
        result=queries.ASKED_KEYS,
    )


def ask_health(tx: Tx, kinds: Sequence[str], since: datetime) -> Cursor:
    """Ask how requests of some kinds have gone since then: a row of `calls`, `seconds`, `failed` and `waiting`."""
    return queries.read_health(tx, kinds, since)


def bring_forward(tx: Tx, dedupe_keys: Iterable[str]) -> None:
    """Make requests due now that are due later."""
    announce_each(
        tx,
        OutsideRequested(),
        queries.DUE_PAYLOADS,
        (tx.now, tx.now + RESEND, list(dedupe_keys), tx.now, tx.now),
        steps=queries.BRING_FORWARD,
    )


def cancel(tx: Tx, dedupe_keys: Iterable[str]) -> None:
    """Drop requests that are not done. If one is being answered at this moment, its answer changes nothing."""
    queries.delete_active(tx, list(dedupe_keys))


def cancel_found(tx: Tx, keys: LiteralString, params: Mapping[str, Any]) -> None:
    """Drop requests like `cancel`: those whose dedupe keys a query finds."""
    queries.delete_active_found(tx, keys, params)


def resend(tx: Tx, limit: int) -> int:
    """Send messages for what became due, for messages that got lost, and for leases that have expired.

    Returns:
        How many.
    """
    sent = announce_each(
        tx,
        OutsideRequested(),
        queries.DUE_PAYLOADS,
        (tx.now + RESEND, tx.now, limit, tx.now),
        steps=queries.RESEND,
        result=queries.ASKED_KEYS,
    )
    return len(sent.fetchall())
