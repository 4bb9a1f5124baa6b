"""Under which keys what a model writes for an interview is found again. Pure."""

from __future__ import annotations

from typing import Any, Final

from worlds.interview.models import Interview
from worlds.interview.topics import InterviewTopic
from worlds.wording.models import INTERVIEW_EXTRACTION, INTERVIEW_QUESTION, WORLD_NAMES
from worlds.wording.service import key_of

QUESTION: Final = INTERVIEW_QUESTION.name
EXTRACTION: Final = INTERVIEW_EXTRACTION.name
NAMES: Final = WORLD_NAMES.name

_AFTER: Final = {topic: InterviewTopic(topic + 1) for topic in InterviewTopic if topic < InterviewTopic.SIMULATION} | {
    InterviewTopic.BRANCH: InterviewTopic.FACTIONS
}
"""{topic: the next one, whose question a model may word while this one is answered}"""


def next_topic(interview: Interview) -> InterviewTopic | None:
    """Return the topic that is asked about after the open question; None if its question is always the usual one."""
    return None if interview.is_completed else _AFTER.get(interview.topic)


def question_inputs(interview: Interview) -> dict[str, Any]:
    """Return what the wording of the next question depends on."""
    topic = next_topic(interview)
    known = [interview.answers[each] for each in sorted(interview.answers) if each < interview.topic]
    return {"language": interview.language, "topic": None if topic is None else int(topic), "answers": known}


def question_key(interview: Interview) -> str:
    """Return the key of the next question's wording; "" if it needs none."""
    return (
        ""
        if next_topic(interview) is None
        else key_of(QUESTION, INTERVIEW_QUESTION.version, question_inputs(interview))
    )


def names_inputs(interview: Interview) -> dict[str, Any]:
    """Return what names for a world depend on."""
    return {"language": interview.language, "theme": interview.answers.get(InterviewTopic.CONCEPT, "")}


def names_key(interview: Interview) -> str:
    """Return the key of names for the world; "" before they are of use."""
    if interview.is_completed or interview.topic < InterviewTopic.BRANCH:
        return ""
    return key_of(NAMES, WORLD_NAMES.version, names_inputs(interview))


def extraction_key(interview: Interview) -> str:
    """Return the key of what a model understands of all answers."""
    answers = {str(int(topic)): answer for topic, answer in interview.answers.items()}
    return key_of(EXTRACTION, INTERVIEW_EXTRACTION.version, {"answers": answers})


def extraction_request(interview: Interview) -> str:
    """Return the dedupe key of the request that an interview makes for it."""
    return f"{extraction_key(interview)}:{interview.interview_id}"
