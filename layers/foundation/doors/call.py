"""A call through the HTTP door: its caller, its idempotency key and its answer."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from contextlib import nullcontext
from hashlib import sha256
from typing import Any, TypeVar

from fastapi import Request, Response
from fastapi.datastructures import QueryParams
from msgspec.structs import replace
from pydantic import BaseModel
from starlette.types import Receive, Scope

from kernel import action, log_fields
from kernel.database import Tx
from kernel.idempotency import Answer, IdempotencyKey
from kernel.keys import service as keys
from kernel.rate_limits import network_of

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
        key_hash: of the API key; "" if API Gateway has remembered the caller since an earlier version.
        role: the key's: viewer, bot or admin.
        address: who is connected to the front, or to API Gateway; no header of the caller's says it.
        public_url: our address as the caller sees it, without a slash at its end.
        query: the query's parameters in their order.
        sent_headers: those that routes may read, by their names in lower case.
    """

    def __init__(self, scope: Scope, receive: Receive) -> None:
        super().__init__(scope, receive)
        sent: dict[str, Any] = scope["aws.event"]["brandish"]
        self._sent: bytes | None = None
        log_fields.set_route(scope["route"].path)
        self.caller: str = sent["caller"]
        self.key_hash: str = sent["key_hash"]
        self._is_administrative: bool = sent["administrative"]
        self.role: str = sent["role"]
        self.address: str | None = sent["address"]
        self.public_url: str = sent["public_url"]
        self.query: list[tuple[str, str]] = sent["query"]
        self.sent_headers: dict[str, str] = sent["headers"]
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

    def act(self, use_case: UseCase, *, stored: bool = True, while_frozen: bool = False) -> Response:
        """Run an action and answer with its result; a retry gets the stored answer.

        Args:
            stored: False for an answer that must not be stored, so that a retry runs the action again.
            while_frozen: as in `action.run_action`; what administrators do goes on in any case.
        """
        key = self._idempotency_key if stored else None
        while_frozen = while_frozen or self._is_administrative
        return _response(action.run_once(self._answering(use_case), key, while_frozen=while_frozen))

    def look(self, use_case: UseCase) -> Response:
        """Answer with the result of a use case that writes nothing."""
        if self._idempotency_key is not None:
            return self.act(use_case, while_frozen=True)
        return _response(action.look(self._answering(use_case)))

    def read(self, use_case: Callable[[Tx], T]) -> T:
        """Return the result of a use case that writes nothing, for a route that builds its own answer."""
        return action.look(use_case)

    def respond(self, body: Body, status: int = 200) -> Response:
        """Answer without the database."""
        return _response(answer(body, status))

    @property
    def has_idempotency_key(self) -> bool:
        return self._idempotency_key is not None

    @property
    def network(self) -> str:
        """Whom a limit per address counts the caller as."""
        return network_of(self.address)

    @property
    def origin(self) -> str:
        """The origin of our own pages."""
        scheme, _, rest = self.public_url.partition("://")
        return f"{scheme}://{rest.partition('/')[0]}"

    async def body(self) -> bytes:
        """Return the body, which arrives as a single message: see doors.asgi."""
        sent = self._sent
        if sent is None:
            sent = self._sent = bytes((await self.receive())["body"])
        return sent

    def on_behalf_of(self, caller: str) -> None:
        """Keep the caller's idempotency keys apart from those of all others.

        Args:
            caller: who is signed in; where no key of the API is needed, they are not the gateway's caller.
        """
        if self._idempotency_key is not None:
            self._idempotency_key = replace(self._idempotency_key, caller=caller)

    def drop_idempotency_key(self) -> None:
        """Let a retry run the action again."""
        self._idempotency_key = None

    def _answering(self, use_case: UseCase) -> Callable[[Tx], Answer]:
        def act(tx: Tx) -> Answer:
            with keys.administered(tx, self.key_hash) if self._is_administrative else nullcontext():
                result = use_case(tx)
            return result if isinstance(result, Answer) else answer(result)

        return act


def hash_of(body: str, query: Sequence[tuple[str, str]], path_params: Mapping[str, Any]) -> bytes:
    """Return a hash of what is requested, the same for all ways of writing the same JSON document."""
    try:
        requested = json.loads(body)
    except (ValueError, RecursionError):
        requested = body
    text = json.dumps([requested, sorted(query), path_params], sort_keys=True, separators=(",", ":"))
    return sha256(text.encode()).digest()


def _response(given: Answer) -> Response:
    headers = {"Idempotency-Replayed": "true"} if given.replayed else None
    return Response(given.body, given.status, media_type="application/json", headers=headers)
