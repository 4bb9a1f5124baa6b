"""Summaries of threads: kind personas.summary. Each is made once for what a thread contains. Source: personas 7."""

from __future__ import annotations

from typing import Final
from uuid import UUID

from kernel.database import Tx
from kernel.outside.models import Kind, Request, Skip
from kernel.outside.prompts import Prompt, Reply
from kernel.outside.service import ask
from personas.people.models import Language
from personas.posts import service as posts
from personas.posts.models import Post
from personas.safety.rules import check, clean_output, cut_at_sentence
from personas.threads import queries, rules
from personas.threads.models import ThreadState
from personas.threads.prompts import MOST_SUMMARISED, Said, summary_prompt

KIND: Final = "personas.summary"


def ask_for(tx: Tx, post: Post, basis: str, for_account: UUID) -> None:
    """Ask for a summary of what a thread contains now; one that is being made of just that is enough.

    Args:
        for_account: whose usage it counts as: who reads or replies. Strangers must not use up what the post's author
            has.
    """
    ask(
        tx,
        KIND,
        {"post_id": str(post.post_id), "basis": basis},
        dedupe_key=rules.summary_key(post.post_id, basis),
        account_id=for_account,
    )


def prepare(tx: Tx, request: Request) -> Prompt:
    """Return what to ask about a thread.

    Raises:
        Skip: the thread has changed, and with the change another summary was asked for; or there is nothing to do.
    """
    post_id, basis = UUID(request.input["post_id"]), request.input["basis"]
    asked_post = posts.ask(tx, post_id)
    asked_state = queries.find_state(tx, post_id)
    asked_language = queries.find_language(tx, post_id)
    newest = queries.list_to_summarise(tx, post_id, MOST_SUMMARISED)
    post, row = asked_post(), asked_state.fetchone()
    if post is None or row is None:
        raise Skip
    state = ThreadState(**row)
    if rules.basis(state) != basis or not rules.lacks_summary(state):
        raise Skip
    rows = newest.fetchall()[::-1]
    languages = [*asked_language, *rows]
    language: Language = next((each["language"] for each in languages if each["language"]), "en")
    return summary_prompt(post, [Said(each["name"] or "", each["content"]) for each in rows], state.replies, language)


def finish(tx: Tx, request: Request, reply: Reply) -> None:
    """Store a summary.

    Raises:
        UnsafeText
    """
    text = check(cut_at_sentence(clean_output(reply.text), rules.MAX_SUMMARY), rules.MAX_SUMMARY)
    queries.store_summary(tx, UUID(request.input["post_id"]), request.input["basis"], text, request.created_at)


def fail(tx: Tx, request: Request, reason: str) -> None:
    """Note that there is no summary of this, so that readers do not ask for it again and again."""
    queries.store_failed_summary(tx, UUID(request.input["post_id"]), request.input["basis"], request.created_at)


SUMMARISING: Final = Kind(KIND, prepare, finish, fail)
