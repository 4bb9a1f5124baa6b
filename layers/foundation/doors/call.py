"""One call through a door: who calls, its transaction, its answer."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from contextlib import contextmanager
from typing import Annotated, Any

from fastapi import Depends, Request, Response
from pydantic import BaseModel

from kernel import database, idempotency, metrics
from kernel.connections import connection
from kernel.database import Tx
from kernel.idempotency import IdempotencyKey
from kernel.notes import note_route, note_user


class _Call:
    """
    Attributes:
        idempotency_key: set when the caller sent one with a request that changes something.
    """

    def __init__(self, request: Request) -> None:
        event: dict[str, Any] = request.scope["aws.event"]
        note_route(request.scope["route"].path)
        key: str | None = event["brandish"]["idempotency_key"]
        self.idempotency_key = (
            IdempotencyKey(event["brandish"]["caller"], request.scope["path"], key)
            if key and request.method != "GET"
            else None
        )

    @contextmanager
    def transaction(self) -> Generator[Tx]:
        """One action: commits as a whole, and a request that was answered before does not act again.

        Raises:
            Replay: with the answer of the first try.
        """
        with database.transaction(connection()) as tx:
            try:
                if self.idempotency_key is None:
                    yield tx
                else:
                    with idempotency.acting_once(tx, self.idempotency_key) as self._earlier_answer:
                        yield tx
            finally:
                note_user(tx.about)
            metrics.flush_if_due(tx)

    @contextmanager
    def reading(self) -> Generator[Tx]:
        """A look at the game: nothing inside may write. One round trip, unless something waits to be written along."""
        if self.idempotency_key is not None or metrics.flush_is_due():
            with self.transaction() as tx:
                yield tx
        else:
            with database.reading(connection()) as tx:
                yield tx
                note_user(tx.about)

    def answer(self, tx: Tx, body: BaseModel, status: int = 200) -> Response:
        """The answer of an action, inside its transaction: it is stored for retries together with the rest."""
        content = body.model_dump_json(exclude_none=True)
        if self.idempotency_key is not None:
            idempotency.replay_if_answered(self._earlier_answer)
            idempotency.store_answer(tx, self.idempotency_key, status, content)
        return Response(content, status, media_type="application/json")

    def answer_list(self, rows: Sequence[BaseModel]) -> Response:
        """The answer of a reading: a bare JSON array."""
        content = "[" + ",".join(row.model_dump_json(exclude_none=True) for row in rows) + "]"
        return Response(content, media_type="application/json")


async def _call(request: Request) -> _Call:
    """`async`, or FastAPI would hand the constructor over to a thread."""
    return _Call(request)


Call = Annotated[_Call, Depends(_call)]
