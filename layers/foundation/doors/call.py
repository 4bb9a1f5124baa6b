"""One call through the HTTP door: who calls, with which key, and what it is answered."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Annotated, Any, TypeVar

from fastapi import Depends, Request, Response
from pydantic import BaseModel

from kernel import action, log_fields
from kernel.database import Tx
from kernel.idempotency import Answer, IdempotencyKey

T = TypeVar("T")
Body = BaseModel | Sequence[BaseModel]
UseCase = Callable[[Tx], Body | Answer]
"""What it returns is answered with status 200, unless it says otherwise with `answer`."""


def answer(body: Body, status: int = 200) -> Answer:
    """The answer as it is sent, and stored for retries."""
    if isinstance(body, BaseModel):
        return Answer(status, body.model_dump_json(exclude_none=True))
    return Answer(status, "[" + ",".join(row.model_dump_json(exclude_none=True) for row in body) + "]")


class _Call:
    """
    Attributes:
        caller: the name of the key that was shown.
    """

    def __init__(self, request: Request) -> None:
        event: dict[str, Any] = request.scope["aws.event"]
        log_fields.set_route(request.scope["route"].path)
        self.caller: str = event["brandish"]["caller"]
        key: str | None = event["brandish"]["idempotency_key"]
        self._idempotency_key = (
            IdempotencyKey(self.caller, request.scope["path"], key) if key and request.method != "GET" else None
        )

    def act(self, use_case: UseCase, *, stored: bool = True) -> Response:
        """Run an action: it commits as a whole, and a request that was answered before gets that answer.

        Args:
            stored: False for an answer that must not be kept, so that a retry acts again.
        """
        return _response(action.run_once(_answering(use_case), self._idempotency_key if stored else None))

    def look(self, use_case: UseCase) -> Response:
        """Answer a question about the game: nothing inside may write."""
        if self._idempotency_key is not None:
            return self.act(use_case)
        return _response(action.look(_answering(use_case)))

    def read(self, use_case: Callable[[Tx], T]) -> T:
        """What a look finds, for a route that makes its own answer of it."""
        return action.look(use_case)

    def respond(self, body: Body) -> Response:
        """Answer what needs no database."""
        return _response(answer(body))


def _answering(use_case: UseCase) -> Callable[[Tx], Answer]:
    def act(tx: Tx) -> Answer:
        result = use_case(tx)
        return result if isinstance(result, Answer) else answer(result)

    return act


def _response(given: Answer) -> Response:
    headers = {"Idempotency-Replayed": "true"} if given.replayed else None
    return Response(given.body, given.status, media_type="application/json", headers=headers)


async def _call(request: Request) -> _Call:
    """`async`, or FastAPI would hand the constructor over to a thread."""
    return _Call(request)


Call = Annotated[_Call, Depends(_call)]
