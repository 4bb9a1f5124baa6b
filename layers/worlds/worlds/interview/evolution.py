"""What an interview is after each of its events. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final

from msgspec.structs import replace

from worlds.interview.events import (
    AnswerChanged,
    AnswerFoundMissing,
    AnswersUnderstood,
    InterviewCompleted,
    InterviewStarted,
    QuestionAnswered,
)
from worlds.interview.models import Interview
from worlds.interview.topics import InterviewTopic
from worlds.log.models import Recorded, WorldEvent

Step = Callable[[Interview, Any], Interview]


def evolve(before: Interview | None, recorded: Recorded) -> Interview:
    """Return the interview after an event; `before` is None only for its first one."""
    event = recorded.event
    if isinstance(event, InterviewStarted):
        return Interview(
            interview_id=event.interview_id,
            version=recorded.version,
            account_id=event.account_id,
            language=event.language,
            started_at=recorded.at,
        )
    assert before is not None, f"{event.type} before the interview began"
    return replace(STEPS[type(event)](before, event), version=recorded.version)


def fold(before: Interview | None, events: Iterable[Recorded]) -> Interview | None:
    """Return the interview after all of these events."""
    for recorded in events:
        before = evolve(before, recorded)
    return before


def _answered(before: Interview, event: QuestionAnswered) -> Interview:
    topic, then = InterviewTopic(event.topic), InterviewTopic(event.next_topic)
    clarified = before.clarified | {topic} if then is topic else before.clarified
    return replace(
        before, topic=then, clarified=clarified, wording=event.wording, **_with_answer(before, topic, event.answer)
    )


def _changed(before: Interview, event: AnswerChanged) -> Interview:
    return replace(before, **_with_answer(before, InterviewTopic(event.topic), event.answer))


def _with_answer(before: Interview, topic: InterviewTopic, answer: str) -> dict[str, Any]:
    """Return what an answer changes: what was understood of the answers before, is no longer what they say."""
    answers = {**before.answers, topic: answer}
    missing = None if before.missing is topic else before.missing
    return {"answers": dict(sorted(answers.items())), "understood": None, "missing": missing}


def _understood(before: Interview, event: AnswersUnderstood) -> Interview:
    return replace(before, understood=event.configuration)


def _found_missing(before: Interview, event: AnswerFoundMissing) -> Interview:
    return replace(before, missing=InterviewTopic(event.topic))


def _completed(before: Interview, event: InterviewCompleted) -> Interview:
    return replace(before, world_id=event.world_id, wording="", missing=None)


STEPS: Final[Mapping[type[WorldEvent], Step]] = {
    QuestionAnswered: _answered,
    AnswerChanged: _changed,
    AnswersUnderstood: _understood,
    AnswerFoundMissing: _found_missing,
    InterviewCompleted: _completed,
}
"""{event: what it changes}"""
