"""/api/interview: making a world by answering questions. Source: worlds 2.1, 2.2 and 10."""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID

from fastapi import Response
from pydantic import BaseModel, Field

from doors.bodies import StrictBody, Text
from doors.call import Call, answer
from doors.nulls import WithNulls
from doors.people import requires_account, signed_in
from doors.routes import Router
from functions.worlds.shapes import Id
from kernel.accounts.models import Identity
from kernel.database import Tx
from kernel.idempotency import Answer
from worlds.building import service as building
from worlds.interview import service as interviews
from worlds.interview.configuration import WorldConfiguration
from worlds.interview.conversation import question_of
from worlds.interview.models import Interview
from worlds.interview.service import InterviewReply, MadeOfInterview
from worlds.interview.topics import InterviewTopic
from worlds.interview.understanding import described, understood_of

router = Router()


class InterviewRef(StrictBody):
    """An interview."""

    session_id: Id


class InterviewAnswer(StrictBody):
    """What you say to the open question; or `change <topic> to <value>`, or from the ninth question on `the name is
    <name>`. In review, `yes` makes the world.
    """

    session_id: Id
    message: Text


class UnderstoodThing(BaseModel):
    """Something that is understood so far, as people read it."""

    name: str
    value: str


class InterviewShape(WithNulls):
    """An interview.

    `question`: what to answer next. `missing`: the number of a topic without whose answer no world can be made; null:
    none was found to be missing. `topic`: its number, from 0 to 10; 11 for review, 12 for an interview that is
    completed. `progress`: the share of the questions that are answered. `completed`: the interview is over, and
    `world_id` is made of it. `understood`: what the world would be like, as far as you have said it.
    """

    session_id: UUID | None
    question: str
    completed: bool
    progress: float
    topic: int
    missing: int | None
    world_id: UUID | None
    understood: list[UnderstoodThing]

    @classmethod
    def of(cls, interview: Interview, question: str) -> InterviewShape:
        return cls(
            session_id=interview.interview_id,
            question=question,
            completed=interview.is_completed,
            progress=interview.progress,
            topic=len(InterviewTopic) if interview.is_completed else interview.topic,
            missing=interview.missing,
            world_id=interview.world_id,
            understood=[
                UnderstoodThing(name=name, value=value)
                for name, value in described(understood_of(interview))
                if value and interview.answers
            ],
        )

    @classmethod
    def none(cls) -> InterviewShape:
        return cls(
            session_id=None,
            question="",
            completed=False,
            progress=0,
            topic=0,
            missing=None,
            world_id=None,
            understood=[],
        )

    @classmethod
    def replied(cls, reply: InterviewReply) -> InterviewShape:
        return cls.of(reply.interview, reply.text)


class WorldOfInterview(WorldConfiguration):
    """The world that was made, and what it was made to be like. Its ground is made in the background.

    `derived`: the numbers that follow from it. `progress`: per cent of its ground.
    """

    derived: dict[str, Any]
    world_id: Annotated[UUID, Field(alias="world_id")]
    generation_status: Annotated[str, Field(alias="generation_status")]
    progress: int

    @classmethod
    def of(cls, made: MadeOfInterview) -> Answer:
        world = made.world
        body = cls.model_validate(
            {
                **made.configuration,
                "world_id": world.world_id,
                "generation_status": world.status,
                "progress": world.progress,
            }
        )
        return Answer(200, body.model_dump_json(by_alias=True))


@router.post("/api/world/interview/start", response_model=InterviewShape, status_code=201)
@router.post("/api/interview/start", response_model=InterviewShape, status_code=201)
@requires_account()
async def start_interview(call: Call) -> Response:
    """Begin an interview about a new world; or resume the one that is going on, which is answered 200."""

    def use_case(tx: Tx, me: Identity) -> Answer:
        reply = interviews.start(tx, me)
        return answer(InterviewShape.replied(reply), 201 if reply.is_new else 200)

    return signed_in(call).act(use_case)


@router.post("/api/world/interview/message", response_model=InterviewShape)
@router.post("/api/world/interview/respond", response_model=InterviewShape)
@router.post("/api/interview/respond", response_model=InterviewShape)
@requires_account()
async def respond_to_interview(body: InterviewAnswer, call: Call) -> Response:
    """Answer a question of the interview."""
    return signed_in(call).act(
        lambda tx, me: InterviewShape.replied(interviews.respond(tx, me, body.session_id, body.message))
    )


@router.post("/api/world/interview/finalize", response_model=WorldOfInterview)
@router.post("/api/interview/finalize", response_model=WorldOfInterview)
@requires_account()
async def finalize_interview(body: InterviewRef, call: Call) -> Response:
    """Let the world be made, once all questions are answered; again, the one that was made is returned."""
    return signed_in(call).act(lambda tx, me: WorldOfInterview.of(interviews.finalize(tx, me, body.session_id)))


@router.get("/api/world/interview/active", response_model=InterviewShape)
@router.get("/api/interview/active", response_model=InterviewShape)
@requires_account()
async def get_interview(call: Call) -> Response:
    """The interview that is going on; without one, `session_id` is null.

    `world_id` is a world of yours that is being made.
    """

    def use_case(tx: Tx, me: Identity) -> InterviewShape:
        found, being_made = interviews.ask(tx, me), building.ask_being_made(tx, me.account_id)
        interview = found()
        shape = InterviewShape.none() if interview is None else InterviewShape.of(interview, question_of(interview))
        return shape.model_copy(update={"world_id": being_made()})

    return signed_in(call).look(use_case)
