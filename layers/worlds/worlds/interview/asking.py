"""Asking a model ahead of time: what comes of it is used if it is there when it is needed, and nothing waits for it."""

from __future__ import annotations

from kernel.database import Tx
from kernel.outside import service as outside
from worlds.interview import keys
from worlds.interview.models import Interview
from worlds.interview.topics import InterviewTopic


def ask_ahead(tx: Tx, interview: Interview) -> None:
    """Ask for what the next steps of an interview may use. Equal questions that are open are asked once."""
    wanted: list[tuple[str, str]] = []
    if key := keys.question_key(interview):
        wanted.append((keys.QUESTION, key))
    if key := keys.names_key(interview):
        wanted.append((keys.NAMES, key))
    if interview.topic is InterviewTopic.REVIEW and interview.understood is None:
        wanted.append((keys.EXTRACTION, keys.extraction_request(interview)))
    for kind, key in wanted:
        outside.ask(
            tx,
            kind,
            {"interview_id": str(interview.interview_id)},
            dedupe_key=key,
            account_id=interview.account_id,
        )
