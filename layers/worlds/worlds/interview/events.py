"""What happens in interviews."""

from __future__ import annotations

from typing import Any, ClassVar
from uuid import UUID

from worlds.log.models import WorldEvent


class InterviewStarted(WorldEvent):
    """Someone has begun to say what world they want. `language`: in which they are asked."""

    type: ClassVar[str] = "InterviewStarted"
    interview_id: UUID
    account_id: UUID
    language: str


class QuestionAnswered(WorldEvent):
    """A question was answered, and the next one is asked.

    Attributes:
        next_topic: the same one if the answer said too little.
        wording: of the next question; "" for the usual one.
    """

    type: ClassVar[str] = "QuestionAnswered"
    interview_id: UUID
    topic: int
    answer: str
    next_topic: int
    wording: str = ""


class AnswerChanged(WorldEvent):
    """An answer was replaced by another one; the same question stays open."""

    type: ClassVar[str] = "AnswerChanged"
    interview_id: UUID
    topic: int
    answer: str


class AnswersUnderstood(WorldEvent):
    """A model has read a configuration from the answers."""

    type: ClassVar[str] = "AnswersUnderstood"
    interview_id: UUID
    configuration: dict[str, Any]


class AnswerFoundMissing(WorldEvent):
    """The world cannot be made before this topic is answered."""

    type: ClassVar[str] = "AnswerFoundMissing"
    interview_id: UUID
    topic: int


class InterviewCompleted(WorldEvent):
    """The world was made."""

    type: ClassVar[str] = "InterviewCompleted"
    interview_id: UUID
    world_id: UUID
