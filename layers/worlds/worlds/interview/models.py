"""An interview about a new world, and why an answer is refused. Source: worlds 10."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from msgspec import Struct, field

from kernel.errors import NotAllowed, NotFound, Refused
from worlds.interview.topics import QUESTIONS, InterviewTopic

AGGREGATE: Final = "interview"
LONGEST_ANSWER: Final = 1024
"""Characters, as of a command. Source: worlds 2.4."""


class Interview(Struct, frozen=True, kw_only=True):
    """An interview, as of `version`.

    Attributes:
        topic: that is asked about now.
        answers: {topic: what was answered}.
        clarified: topics about which was asked twice.
        wording: of the open question, where it is not the usual one.
        understood: the configuration that a model has read from these answers; None where it has not, and keywords do.
        missing: a topic that has to be answered before the world can be made; None if none was found to be missing.
        world_id: that was made of it; then it is completed.
    """

    interview_id: UUID
    version: int
    account_id: UUID
    language: str
    topic: InterviewTopic = InterviewTopic.CONCEPT
    answers: Mapping[InterviewTopic, str] = field(default_factory=dict)
    clarified: frozenset[InterviewTopic] = frozenset()
    wording: str = ""
    understood: Mapping[str, Any] | None = None
    missing: InterviewTopic | None = None
    world_id: UUID | None = None
    started_at: datetime

    @property
    def is_completed(self) -> bool:
        return self.world_id is not None

    @property
    def progress(self) -> float:
        """The share of the questions that are answered, rounded to two digits."""
        return round(len(self.answers) / QUESTIONS, 2)


class InterviewNotFound(NotFound):
    """There is no such interview."""

    code = "interview_not_found"
    message = "There is no such interview. Begin one: POST /api/interview/start, or in the lobby: tell statue"


class NotYourInterview(NotAllowed):
    """The interview is someone else's."""

    code = "forbidden"
    message = "This is someone else's interview."


class InterviewCompletedAlready(Refused):
    """The world of the interview was made; there is nothing left to answer."""

    code = "invalid_input"
    message = "The world of this interview was made already. Begin another one for another world."


class InterviewNotCompleted(Refused):
    """There are questions left."""

    code = "invalid_input"
    message = "There are questions left. The next one is: {question}"


class AnswerMissing(Refused):
    """What was answered does not say what a world needs; the interview stays in review, and asks for it."""

    code = "invalid_input"
    message = "{question}"
    keeps_writes = True


class AnswerEmpty(Refused):
    """An answer of nothing but blanks."""

    code = "invalid_input"
    message = "Say something: an empty answer tells me nothing."


class AnswerTooLong(Refused):
    """More than one can answer at once."""

    code = "invalid_input"
    message = "An answer has at most {most} characters."
