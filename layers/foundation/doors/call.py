"""A call through the HTTP door: its caller, its idempotency key and its answer."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from hashlib import sha256
from typing import Any, TypeVar

from fastapi import Request, Response
from fastapi.datastructures import QueryParams
from pydantic import BaseModel
from starlette.types import Receive, Scope

from kernel import action, log_fields
from kernel.database import Tx
from kernel.idempotency import Answer, IdempotencyKey

T = TypeVar("T")
Body = BaseModel | Sequence[BaseModel]
UseCase = Callable[[Tx], Body | Answer]
"""A use case whose result is answered with status 200, unless it sets another one with `answer`."""


def answer(body: Body, status: int = 200) -> Answer:
    """Return the answer as it is sent and stored for retries."""
    if isinstance(body, BaseModel):
        return Answer(status, body.model_dump_json(exclude_none=True))
    return Answer(status, "[" + ",".join(row.model_dump_json(exclude_none=True) for row in body) + "]")


class Call(Request):
    """A request to a route, and the ways to answer it.

    Attributes:
        caller: the name of the API key.
        query: the query's parameters in their order.
    """

    def __init__(self, scope: Scope, receive: Receive) -> None:
        super().__init__(scope, receive)
        sent: dict[str, Any] = scope["aws.event"]["brandish"]
        log_fields.set_route(scope["route"].path)
        self.caller: str = sent["caller"]
        self.query: list[tuple[str, str]] = sent["query"]
        key: str | None = sent["idempotency_key"]
        self._idempotency_key = self._named(key) if key and scope["method"] != "GET" else None

    @property
    def query_params(self) -> QueryParams:
        return QueryParams(self.query)

    def _named(self, key: str) -> IdempotencyKey:
        """Return the key for the use case, under whichever of its paths and methods it is called."""
        path, sent = self.scope["route"].use_case_path, self.scope["path"]
        request_hash = hash_of(self.scope["aws.event"]["body"], self.query, self.scope["path_params"])
        return IdempotencyKey(self.caller, path, key, request_hash, sent if sent != path else None)

    def act(self, use_case: UseCase, *, stored: bool = True) -> Response:
        """Run an action and answer with its result; a retry gets the stored answer.

        Args:
            stored: False for an answer that must not be stored, so that a retry runs the action again.
        """
        return _response(action.run_once(_answering(use_case), self._idempotency_key if stored else None))

    def look(self, use_case: UseCase) -> Response:
        """Answer with the result of a use case that writes nothing."""
        if self._idempotency_key is not None:
            return self.act(use_case)
        return _response(action.look(_answering(use_case)))

    def read(self, use_case: Callable[[Tx], T]) -> T:
        """Return the result of a use case that writes nothing, for a route that builds its own answer."""
        return action.look(use_case)

    def respond(self, body: Body) -> Response:
        """Answer without the database."""
        return _response(answer(body))


def hash_of(body: str, query: Sequence[tuple[str, str]], path_params: Mapping[str, Any]) -> bytes:
    """Return a hash of what is requested, the same for all ways of writing the same JSON document."""
    try:
        requested = json.loads(body)
    except (ValueError, RecursionError):
        requested = body
    text = json.dumps([requested, sorted(query), path_params], sort_keys=True, separators=(",", ":"))
    return sha256(text.encode()).digest()


def _answering(use_case: UseCase) -> Callable[[Tx], Answer]:
    def act(tx: Tx) -> Answer:
        result = use_case(tx)
        return result if isinstance(result, Answer) else answer(result)

    return act


def _response(given: Answer) -> Response:
    headers = {"Idempotency-Replayed": "true"} if given.replayed else None
    return Response(given.body, given.status, media_type="application/json", headers=headers)
