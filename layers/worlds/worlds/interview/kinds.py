"""What interviews ask of the outside, and what becomes of the answers. Nothing waits for them. Source: worlds 24.

A question that a model has worded, and names, are looked up when they are needed: if they are not there, the usual
question is asked. What a model has understood of all answers replaces what their keywords tell, until one is changed.
"""

from __future__ import annotations

import re
from typing import Final
from uuid import UUID

from kernel import texts
from kernel.database import Tx
from kernel.outside.models import Permanent, Prompt, Reply, Request, Skip
from worlds.interview import keys, queries, service
from worlds.interview.configuration import NotAConfiguration, WorldConfiguration, read_reply
from worlds.interview.conversation import question_of
from worlds.interview.events import AnswersUnderstood
from worlds.interview.extraction import extract
from worlds.interview.models import Interview
from worlds.interview.names import free_ones, thought_of
from worlds.interview.prompts import extraction_prompt, names_prompt, question_prompt
from worlds.interview.telling import metadata_of
from worlds.interview.topics import InterviewTopic
from worlds.posts import envelopes
from worlds.posts import service as posts
from worlds.wording import service as wording
from worlds.wording.models import INTERVIEW_EXTRACTION, INTERVIEW_QUESTION, WORLD_NAMES
from worlds.wording.rules import betrays_a_model, cleaned

QUESTION_LENGTH: Final = range(10, 401)
"""Characters."""

_NUMBERING: Final = re.compile(r"^[\s\d.):*\-\u2022\"\u201c\u201e]+")


def prepare_question(tx: Tx, request: Request) -> Prompt:
    """Return the prompt for the next question of an interview.

    Raises:
        Skip: the interview has gone on, or the text is there already.
    """
    interview = _found(tx, request)
    topic = keys.next_topic(interview)
    if topic is None or keys.question_key(interview) != request.dedupe_key or _kept(tx, request.dedupe_key):
        raise Skip
    return question_prompt(interview, topic)


def finish_question(tx: Tx, request: Request, reply: Reply) -> None:
    """Keep a question.

    Raises:
        Permanent: it cannot be one.
    """
    text = cleaned(reply.text)
    if len(text) not in QUESTION_LENGTH or betrays_a_model(text):
        raise Permanent(wording.UNFIT)
    wording.keep(tx, request.dedupe_key, text)


def prepare_names(tx: Tx, request: Request) -> Prompt:
    """Return the prompt for names.

    Raises:
        Skip: no names are needed, or they are there already.
    """
    interview = _found(tx, request)
    if keys.names_key(interview) != request.dedupe_key or _kept(tx, request.dedupe_key):
        raise Skip
    return names_prompt(interview)


def finish_names(tx: Tx, request: Request, reply: Reply) -> None:
    """Keep three names that no world has; those that a model has found come first."""
    interview = _found(tx, request)
    written = [_NUMBERING.sub("", line).strip(' .,"\u201d') for line in reply.text.splitlines()]
    names = [*written[:20], *thought_of(interview.answers.get(InterviewTopic.CONCEPT, ""))]
    taken = {row["name_key"] for row in queries.list_taken(tx, names)}
    wording.keep(tx, request.dedupe_key, "\n".join(free_ones(names, taken)))


def prepare_extraction(tx: Tx, request: Request) -> Prompt:
    """Return the prompt for what the answers of an interview mean.

    Raises:
        Skip: an answer was changed, the world was made, or the text is there already.
    """
    interview = _in_review(tx, request)
    if kept := _kept(tx, keys.extraction_key(interview)):
        _understand(tx, interview, WorldConfiguration.model_validate_json(kept))
        raise Skip
    return extraction_prompt(interview)


def finish_extraction(tx: Tx, request: Request, reply: Reply) -> Prompt | None:
    """Store what was understood; ask once more if it does not fit. If that fails, too, keywords count.

    Raises:
        Skip: an answer was changed, or the world was made in the meantime.
        Permanent: the second answer does not fit, either.
    """
    interview = _in_review(tx, request)
    try:
        found = read_reply(reply.text, interview.answers.get(InterviewTopic.NAME, ""))
    except NotAConfiguration as error:
        if request.regenerated:
            raise Permanent(wording.UNFIT) from error
        return extraction_prompt(interview, str(error))
    wording.keep(tx, keys.extraction_key(interview), found.model_dump_json(by_alias=True))
    _understand(tx, interview, found)
    return None


def fail(tx: Tx, request: Request, reason: str) -> None:
    """Do nothing: what there was before the model was asked, counts."""


def _understand(tx: Tx, interview: Interview, found: WorldConfiguration) -> None:
    if found == extract(interview.answers):
        return
    event = AnswersUnderstood(interview_id=interview.interview_id, configuration=found.as_json())
    after = service.understand(tx, interview, event)
    with texts.speaking(interview.language):
        line = envelopes.game_message("start_interview", question_of(after), tx.now, metadata_of(after))
    there = queries.list_lobby_bodies(tx, interview.account_id)
    posts.post(tx, [(row["character_id"], line) for row in there])


def _kept(tx: Tx, key: str) -> str:
    row = wording.ask(tx, key).fetchone()
    return "" if row is None else row["text"]


def _found(tx: Tx, request: Request) -> Interview:
    """Return the interview without a lock: who answers it may be asking for the same text at this moment."""
    row = queries.find(tx, UUID(request.input["interview_id"])).fetchone()
    if row is None:
        raise Skip
    return queries.read(row)


def _in_review(tx: Tx, request: Request) -> Interview:
    row = queries.lock(tx, UUID(request.input["interview_id"])).fetchone()
    interview = None if row is None else queries.read(row)
    if interview is None or interview.is_completed or interview.understood is not None:
        raise Skip
    if keys.extraction_request(interview) != request.dedupe_key:
        raise Skip
    return interview


KINDS: Final = (
    wording.answered(INTERVIEW_QUESTION, prepare_question, finish_question, fail),
    wording.answered(WORLD_NAMES, prepare_names, finish_names, fail),
    wording.answered(INTERVIEW_EXTRACTION, prepare_extraction, finish_extraction, fail),
)
