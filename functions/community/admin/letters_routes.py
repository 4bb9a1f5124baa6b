"""/api/v1/admin/letters: what was given up, of both products. Not in the original's API.

Callers reach these routes through `functions.shared.letters`, which does what is to be done in AWS's queues in between.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Annotated, Any, Literal

from fastapi import HTTPException, Query, Response
from pydantic import BaseModel, Field, StringConstraints, model_validator

from doors.app import CONSULTING, consultation_of
from doors.call import Call
from doors.field_errors import own_error
from doors.fields import Body
from doors.routes import Router
from kernel import letters, log_fields
from kernel.database import Tx
from kernel.idempotency import Answer
from kernel.letters import NoSuchLetter
from kernel.texts import translate, translate_n

router = Router()

PREPARED = "x-letters"
"""The header of an answer that is not the caller's: what the outer function is to do in the queues."""

_UUID = "[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"
LetterId = Annotated[
    str,
    StringConstraints(pattern=rf"^(event:{_UUID}|request:[1-9][0-9]{{0,17}}|message:[0-9A-Za-z-]{{1,100}})$"),
    Field(examples=["message:b1946ac9-2492-4d23-a6cf-0c1f3e9c8a55"]),
]


class LettersQuery(BaseModel):
    id: LetterId | None = None
    limit: Annotated[int, Field(ge=1, le=200)] = 50


class LetterView(BaseModel):
    """Something that was given up.

    `stopped_in` is the log, the requests to the outside, or the name of a queue. `body` is there where an id was given.
    A message has no `attempts`: its queue counts them no further.
    """

    id: str
    name: str
    stopped_in: str
    reason: str
    attempts: int | None = None
    at: datetime
    body: Any = None


class LettersView(BaseModel):
    """The newest dead letters, newest first, and how many there are in all."""

    letters: list[LetterView]
    total: int


class LettersBody(Body):
    ids: Annotated[list[LetterId], Field(min_length=1, max_length=200)]


class RedriveBody(Body):
    """Which letters: those with these ids, or all."""

    ids: Annotated[list[LetterId], Field(min_length=1, max_length=200)] | None = None
    all: Literal[True] | None = None

    @model_validator(mode="after")
    def _is_one_of_both(self) -> RedriveBody:
        if (self.ids is None) == (self.all is None):
            raise own_error("ids_or_all", translate("either ids or all must be given"))
        return self


class SettledView(BaseModel):
    """What came of it. `stuck` counts messages that no queue takes, because they were meant for a function."""

    message: str
    done: int
    stuck: int


@router.get("/api/v1/admin/letters", response_model=LettersView)
async def list_letters(query: Annotated[LettersQuery, Query()], call: Call) -> Response:
    """What was given up: events, requests to the outside, and messages of all queues. With an id, that one whole."""
    ids = None if query.id is None else [query.id]

    def use_case(tx: Tx, found: Mapping[str, Any]) -> LettersView:
        inside, total = letters.list_letters(tx, query.limit, query.id)
        views = [LetterView.model_validate(each, from_attributes=True) for each in inside]
        views += [LetterView(**each) for each in found["letters"]]
        if query.id and not views:
            raise NoSuchLetter
        for view in views:
            view.body = letters.without_tokens(view.body) if query.id else None
        newest = sorted(views, key=lambda view: view.at, reverse=True)
        return LettersView(letters=newest[: query.limit], total=total + found["total"])

    return _with_queues(call, {"op": "list", "limit": query.limit, "ids": ids}, use_case)


@router.post("/api/v1/admin/letters/redrive", response_model=SettledView)
async def redrive_letters(body: RedriveBody, call: Call) -> Response:
    """Send letters once more: what they were meant for gets all its attempts again. What has been done stays done."""

    def use_case(tx: Tx, settled: Mapping[str, Any]) -> SettledView:
        return _settled(letters.redrive(tx, body.ids), settled, "sent", bool(body.ids))

    return _with_queues(call, {"op": "redrive", "ids": body.ids}, use_case)


@router.post("/api/v1/admin/letters/drop", response_model=SettledView)
async def drop_letters(body: LettersBody, call: Call) -> Response:
    """Give letters up for good. An event stays in the log, where its listeners have seen it."""

    def use_case(tx: Tx, settled: Mapping[str, Any]) -> SettledView:
        return _settled(letters.drop(tx, body.ids), settled, "dropped", True)

    return _with_queues(call, {"op": "drop", "ids": body.ids}, use_case)


def _settled(inside: int, settled: Mapping[str, Any], how: Literal["sent", "dropped"], chosen: bool) -> SettledView:
    """Say what came of it.

    Raises:
        NoSuchLetter: none of the chosen ones was there.
    """
    done, stuck = inside + settled["done"], settled["stuck"]
    if chosen and not done and not stuck:
        raise NoSuchLetter
    if how == "sent":
        message = translate_n("{n} letter is on its way again.", "{n} letters are on their way again.", done)
    else:
        message = translate_n("{n} letter is dropped.", "{n} letters are dropped.", done)
    if stuck:
        message += " " + translate_n(
            "{n} was meant for a function that runs by itself: drop it.",
            "{n} were meant for functions that run by themselves: drop them.",
            stuck,
        )
    return SettledView(message=message, done=done, stuck=stuck)


def _with_queues(
    call: Call, plan: Mapping[str, Any], use_case: Callable[[Tx, Mapping[str, Any]], BaseModel]
) -> Response:
    """Answer with what is to be done in the queues, or, once it is done, with the use case's result.

    Both times, the caller must be an administrator by now.
    """
    sent = consultation_of(call.scope["aws.event"])
    match sent.get("step"):
        case "prepare":
            response = call.act(lambda tx: Answer(200, "{}"), stored=False)
            response.headers[PREPARED] = json.dumps(plan)  # not in the body, which an answer to HEAD has none of
            log_fields.set_outcome(CONSULTING)
            return response
        case "finish":
            run = call.look if plan["op"] == "list" else call.act
            return run(lambda tx: use_case(tx, sent["done"]))
        case _:
            raise HTTPException(404)
