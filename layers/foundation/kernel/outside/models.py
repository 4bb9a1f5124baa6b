"""Requests to the outside, and the kinds of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from msgspec import Struct

from kernel.database import Tx
from kernel.outside.prompts import Effort as Effort
from kernel.outside.prompts import Mail as Mail
from kernel.outside.prompts import Prompt as Prompt
from kernel.outside.prompts import ProviderFailed as ProviderFailed
from kernel.outside.prompts import Reply as Reply
from kernel.outside.prompts import Task as Task
from kernel.outside.rules import MAX_ATTEMPTS

CAPPED: Final = "capped"
"""The reason of a request that failed because the day's calls or cost are used up."""

DROPPED: Final = "dropped"
"""The reason of a request that an administrator has dropped."""

UNFINISHED: Final = "unfinished"
"""The reason of a request whose last attempt was interrupted."""


class Request(Struct, frozen=True):
    """A request that has been claimed.

    Attributes:
        trace_id: the id of the call that asked.
        attempts: including this one.
        claim_id: of this attempt; a later attempt has another one.
        regenerated: whether the reply is to the stricter prompt that `finish` has returned before.
    """

    request_id: int
    kind: str
    input: Mapping[str, Any]
    dedupe_key: str
    account_id: UUID | None
    trace_id: str
    attempts: int
    claim_id: UUID
    claimed_at: datetime
    created_at: datetime
    regenerated: bool = False


class Skip(Exception):
    """Raised by a kind: there is nothing left to do. The request is done, without a call; writes are kept."""


class Permanent(Exception):
    """Raised by a kind: the request fails at once, for a reason that no retry changes. Its writes are undone."""


def _no_request(request: Request) -> str | None:
    return None


class Kind(Struct, frozen=True):
    """A kind of request, declared by the product that asks.

    A refusal (DomainError) that is raised by `prepare` or `finish` is a permanent failure with its code as the reason.

    Attributes:
        name: the product's prefix, a dot, and what it is: personas.turn.
        prepare: checks everything again and returns what to ask. Raises Skip or Permanent.
        finish: stores the reply and all its consequences in this transaction, and may ask for what comes next. It may
            return one stricter prompt instead, for this same request: its writes are undone, and `request.regenerated`
            tells that the next reply is to that one. Raises Permanent.
        fail: stores the consequences of a failure that is final. The reason is Permanent's, a refusal's code, CAPPED,
            DROPPED, UNFINISHED, or what the provider failed with.
        hand_over: returns the dedupe key of the request that `finish` has asked for and that the same outer invocation
            may claim at once.
        compute: for work that needs no answer from outside: turns what `prepare` returned into what `finish` takes.
        priority: of several kinds whose requests wait, those of the lowest number come first.
        attempts: after which a request has failed for good; at most MAX_ATTEMPTS.
    """

    name: str
    prepare: Callable[[Tx, Request], Any]
    finish: Callable[[Tx, Request, Any], Prompt | None]
    fail: Callable[[Tx, Request, str], None]
    hand_over: Callable[[Request], str | None] = _no_request
    compute: Callable[[Any], Any] | None = None
    priority: int = 0
    attempts: int = MAX_ATTEMPTS
