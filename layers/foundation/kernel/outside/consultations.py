"""Consulting the outside while a person waits: prepared and finished inside, answered outside in between."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Generic, TypeVar
from uuid import UUID

from msgspec import Struct

from kernel.counters import service as counters
from kernel.database import Tx
from kernel.errors import OutsideFailed, TimedOut, TooSoon
from kernel.idempotency import Answer
from kernel.outside import metrics, queries
from kernel.outside.models import Effort, Prompt, Reply
from kernel.outside.rules import Usage
from kernel.outside.settings import settings
from kernel.outside.switches import AI_TEXTS
from kernel.switches.service import require_on

Me = TypeVar("Me")
State = Mapping[str, Any]
"""What a consultation remembers between its steps: a JSON object."""


class Capped(TooSoon):
    """The day's calls or cost are used up."""

    code = "rate_limited"
    message = "Today's share of AI texts is used up. Try again tomorrow."


class NoReply(OutsideFailed):
    """The provider has failed, or its reply could not be used."""

    code = "provider_failed"
    message = "The AI gave no usable answer. Try again in a minute."


class TooLate(TimedOut):
    """The provider did not answer in time."""

    code = "timeout"
    message = "The AI took too long to answer. Try again in a minute."


class Again(Struct, frozen=True):
    """Another round of prompts instead of an answer, such as stricter ones."""

    prompts: Sequence[Prompt]
    state: State


class Consultation(Struct, Generic[Me], frozen=True):
    """A consultation, declared by the product that needs it. Each step is a transaction of its own.

    Attributes:
        prepare: checks everything, reserves what the answer will cost for 30 s, and returns the prompts, which are
            asked side by side, and what the next step needs to know. Its refusals answer the request.
        finish: stores the replies and their consequences, and returns the answer; or another round. A refusal undoes
            what it wrote, and is followed by `give_up`.
        give_up: releases what was reserved. It may be called when the reservation has expired, or not at all.
    """

    name: str
    prepare: Callable[[Tx, Me, Mapping[str, Any]], tuple[Sequence[Prompt], State]]
    finish: Callable[[Tx, Me, State, Sequence[Reply]], Answer | Again]
    give_up: Callable[[Tx, Me, State], None]


class Consulted(Struct, frozen=True):
    """What the outside did with one of the prompts.

    Attributes:
        reply: None if the provider failed.
    """

    operation: str
    effort: Effort
    reply: Reply | None


def begin(tx: Tx, consultation: Consultation[Me], me: Me, account_id: UUID, data: Mapping[str, Any]) -> Again:
    """Prepare a consultation, and count its calls.

    Raises:
        Capped, AiTextsOff, and what `prepare` refuses with.
    """
    require_on(tx, AI_TEXTS)
    spent = queries.read_spent(tx, account_id)
    prompts, state = consultation.prepare(tx, me, data)
    row = spent.fetchone()
    assert row is not None
    if settings.is_spent_by_account(row) or settings.installation.are_reached(Usage(*row["spent_by_installation"])):
        raise Capped(seconds=_seconds_until_tomorrow(tx.now))
    _count_calls(tx, account_id, prompts)
    return Again(prompts, state)


def finish(
    tx: Tx, consultation: Consultation[Me], me: Me, account_id: UUID, state: State, consulted: Sequence[Consulted]
) -> Answer | Again:
    """Store the replies. Raises what `finish` refuses with."""
    replies = [each.reply for each in consulted if each.reply is not None]
    result = consultation.finish(tx, me, state, replies)
    if isinstance(result, Again):
        _count_calls(tx, account_id, result.prompts)
    _count(tx, account_id, consulted)
    return result


def give_up(
    tx: Tx, consultation: Consultation[Me], me: Me, account_id: UUID, state: State, consulted: Sequence[Consulted]
) -> None:
    """Release what was reserved, and count what was spent in vain."""
    consultation.give_up(tx, me, state)
    _count(tx, account_id, consulted)


def _count_calls(tx: Tx, account_id: UUID, prompts: Sequence[Prompt]) -> None:
    for operation in sorted({prompt.operation for prompt in prompts}):
        calls = sum(prompt.operation == operation for prompt in prompts)
        queries.add_usage(tx, account_id, tx.now.date(), operation, calls=calls)


def _count(tx: Tx, account_id: UUID, consulted: Sequence[Consulted]) -> None:
    total = metrics.no_counts()
    for each in sorted(consulted, key=lambda each: each.operation):
        reply, effort = each.reply, each.effort
        if reply is not None or effort.calls > 1:
            queries.add_usage(
                tx, account_id, tx.now.date(), each.operation, calls=max(effort.calls - 1, 0), reply=reply
            )
        total.update(metrics.called(each.operation, effort, reply))
    counters.add(tx, total)


def _seconds_until_tomorrow(now: datetime) -> int:
    tomorrow = (now + timedelta(days=1)).replace(hour=0, minute=0, second=0, microsecond=0)
    return int((tomorrow - now).total_seconds()) + 1
