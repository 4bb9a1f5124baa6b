"""What an interview does with what someone says: the state machine. Pure. Source: worlds 10.2."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from typing import Final

from msgspec import Struct, field

from kernel.naming import key
from kernel.texts import alternatives, translate
from worlds.interview import names, words
from worlds.interview.events import AnswerChanged, AnswerFoundMissing, QuestionAnswered
from worlds.interview.extraction import is_vague, species, tech_level
from worlds.interview.matching import says
from worlds.interview.models import Interview
from worlds.interview.topics import TEXTS, InterviewTopic, named
from worlds.interview.understanding import summary, understood_of
from worlds.log.models import WorldEvent

_CHANGE: Final = re.compile(
    r"\s*(?:(?:please|no|oh|ok|okay|wait|actually|sorry|bitte|nein|por favor|can you|could you|i want to|let us|let's"
    r"|i would like to|i'd like to)[\s,.!]+)*(?:change|ändere|aendere|cambia|cambiar)"
    r"\s+(?:the\s+|my\s+|die\s+|das\s+|den\s+|el\s+|la\s+)?(.{2,60}?)"
    r"\s+(?:to|in|zu|auf|a|por)\s*:?\s+(.+)",
    re.IGNORECASE | re.DOTALL,
)
_NAMED: Final = re.compile(
    r"\s*(?:the\s+name\s+is|der\s+name\s+ist|ad[ıi]|el\s+nombre\s+es)\s*:?\s+(.+)", re.IGNORECASE | re.DOTALL
)
_OPEN: Final = frozenset({InterviewTopic.BRANCH, InterviewTopic.FACTIONS, InterviewTopic.NAME, InterviewTopic.REVIEW})
"""Where a world may be named: from Branch on."""


class InterviewTurn(Struct, frozen=True):
    """What comes of what someone says.

    Attributes:
        note: what they are told before the open question is asked.
        is_confirmed: the world shall be made.
    """

    events: Sequence[WorldEvent] = field(default_factory=tuple)
    note: str = ""
    is_confirmed: bool = False


def names_in(text: str) -> list[str]:
    """Return the names that someone may want to give a world by what they say, and others if one is taken."""
    found: list[str] = []
    change, called = _CHANGE.fullmatch(text), _NAMED.fullmatch(text)
    for typed in (text, change[2] if change else "", called[1] if called else ""):
        if name := names.checked(_unquoted(typed)):
            found += [name, *names.similar(name)]
    return found


def confirms(text: str) -> bool:
    """Tell whether someone says that their world shall be made."""
    return says(text, words.CONFIRM)


def advance(interview: Interview, text: str, *, taken: Collection[str] = (), wording: str = "") -> InterviewTurn:
    """Return what comes of what someone says; empty texts are refused before.

    Args:
        taken: keys of those of `names_in(text)` that other worlds have.
        wording: of the next question, if a model has found one.
    """
    called = _NAMED.fullmatch(text)
    if called:
        return _name(interview, called[1], taken) if interview.topic in _OPEN else InterviewTurn(note=_name_later())
    change = _CHANGE.fullmatch(text)
    if change and (topic := named(change[1])) is not None:
        return _change(interview, topic, change[2].strip(), taken)
    match interview.topic:
        case InterviewTopic.BRANCH:
            return _branch(interview, text, wording)
        case InterviewTopic.NAME:
            return _name(interview, text, taken)
        case InterviewTopic.REVIEW:
            return _review(interview, text)
        case _:
            return _answer(interview, text, wording)


def question_of(interview: Interview) -> str:
    """Return the open question; of an interview in review, what is understood and whether that is right."""
    if interview.is_completed:
        return ""
    text = TEXTS.get(interview.topic)
    if text is None:
        return _review_question(interview)
    if interview.topic in interview.clarified:
        return translate(text.again)
    return interview.wording or translate(text.question)


def says_too_little(topic: InterviewTopic, answer: str) -> bool:
    """Tell whether to ask once more about a topic."""
    if not TEXTS[topic].again:
        return False
    if topic is InterviewTopic.SPECIES:
        return not species(answer)
    if topic is InterviewTopic.TECHNOLOGY:
        return not tech_level(answer)
    can_be_short = (InterviewTopic.SIMULATION, InterviewTopic.MOONS, InterviewTopic.CONFLICT, InterviewTopic.FACTIONS)
    said = says(answer, words.NEGATIVE) or says(answer, words.EVERYTHING) or says(answer, words.NOTHING)
    if topic in can_be_short and (said or (topic is InterviewTopic.MOONS and says(answer, words.NUMBERS["random"]))):
        return False
    return is_vague(answer)


def _answer(interview: Interview, text: str, wording: str) -> InterviewTurn:
    topic, answer = interview.topic, text.strip()
    if topic not in interview.clarified and says_too_little(topic, answer):
        return InterviewTurn([_answered(interview, answer, topic)])
    if topic in interview.clarified and not is_vague(before := interview.answers.get(topic, "")):
        answer = f"{before}. {answer}"
    return InterviewTurn([_answered(interview, answer, InterviewTopic(topic + 1), wording)])


def _answered(interview: Interview, answer: str, then: InterviewTopic, wording: str = "") -> QuestionAnswered:
    return QuestionAnswered(
        interview_id=interview.interview_id, topic=interview.topic, answer=answer, next_topic=then, wording=wording
    )


def _branch(interview: Interview, text: str, wording: str) -> InterviewTurn:
    if says(text, words.CONTINUE):
        return InterviewTurn([_answered(interview, text.strip(), InterviewTopic.FACTIONS, wording)])
    return InterviewTurn(note=translate("I did not understand that."))


def _name(interview: Interview, typed: str, taken: Collection[str]) -> InterviewTurn:
    name = names.checked(_unquoted(typed))
    if name is None:
        return InterviewTurn(note=translate("A world cannot be called that."))
    if key(name) in taken:
        others = names.free_ones(names.similar(name), taken)
        offered = alternatives([f'"{each}"' for each in others])
        return InterviewTurn(
            note=translate("There is a world called {name} already. What about {others}?", name=name, others=offered)
        )
    if interview.topic is InterviewTopic.REVIEW:
        return InterviewTurn(_replaced(interview, InterviewTopic.NAME, name))
    answered = QuestionAnswered(
        interview_id=interview.interview_id, topic=InterviewTopic.NAME, answer=name, next_topic=InterviewTopic.REVIEW
    )
    return InterviewTurn([answered])


def _change(interview: Interview, topic: InterviewTopic, value: str, taken: Collection[str]) -> InterviewTurn:
    if topic is not InterviewTopic.NAME:
        noted = translate("I have changed that: {topic}.", topic=translate(TEXTS[topic].name))
        if says_too_little(topic, value):
            noted = f"{noted} {translate(TEXTS[topic].again)}"
        return InterviewTurn(_replaced(interview, topic, value), noted)
    if interview.topic not in _OPEN:
        return InterviewTurn(note=_name_later())
    return _name(interview, value, taken)


def _name_later() -> str:
    return translate("We come to the name later.")


def _replaced(interview: Interview, topic: InterviewTopic, value: str) -> list[WorldEvent]:
    """Return what happens when an answer is replaced: nothing if it is the same one."""
    if interview.answers.get(topic) == value:
        return []
    return [AnswerChanged(interview_id=interview.interview_id, topic=topic, answer=value)]


def _review(interview: Interview, text: str) -> InterviewTurn:
    if confirms(text):
        return confirm(interview)
    if interview.missing is not None:
        return InterviewTurn(_replaced(interview, interview.missing, text.strip()))
    return InterviewTurn(note=translate("That was neither a yes nor a change that I understand."))


def confirm(interview: Interview) -> InterviewTurn:
    """Return what comes of someone wanting their world to be made as it is understood."""
    missing = understood_of(interview).missing
    if missing is None:
        return InterviewTurn(is_confirmed=True)
    if missing is interview.missing:
        return InterviewTurn()
    return InterviewTurn([AnswerFoundMissing(interview_id=interview.interview_id, topic=missing)])


def _review_question(interview: Interview) -> str:
    found = summary(understood_of(interview))
    if interview.missing is not None:
        lacking = TEXTS[interview.missing]
        asked = translate(
            "Before I can make it, I have to know one more thing: {topic}. {question}",
            topic=translate(lacking.name),
            question=translate(lacking.again or lacking.question),
        )
    else:
        asked = translate("Shall I make it? Say yes; or change something, such as: change environment to a cold desert")
    return f"{found}\n{asked}"


def _unquoted(typed: str) -> str:
    return typed.strip().strip('"“”„«».!').strip()
