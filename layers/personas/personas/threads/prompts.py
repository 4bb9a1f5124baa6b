"""What an LLM is asked about threads. What people wrote stands in it as data. Source: personas 6."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from msgspec import Struct

from kernel.outside.prompts import Prompt
from kernel.outside.quoting import DATA_ONLY, as_data
from personas.people.models import Language, Persona
from personas.people.prompting import LANGUAGE_NAMES, STRICTER, VOICE, data_of
from personas.posts.models import Post
from personas.threads import offline
from personas.threads.rules import MAX_REPLY, MAX_SUMMARY

REMEMBERED_TURNS: Final = 6
MOST_SUMMARISED: Final = 40


class Said(Struct, frozen=True):
    """What someone said in a thread or a debate.

    Attributes:
        side: in a debate; "" elsewhere.
    """

    speaker: str
    text: str
    side: str = ""


def reply_prompt(
    persona: Persona, post: Post, replies: int, turns: Sequence[Said], *, stricter: bool = False
) -> Prompt:
    """Return the prompt for a persona's reply to a post.

    Args:
        replies: how many the post has already.
        turns: the last ones of a debate, in their order.
        stricter: the first reply said what must not be said.
    """
    system = [
        f"You write one constructive reply to the post, in {LANGUAGE_NAMES[persona.preferred_language]}.",
        f"At most {MAX_REPLY} characters: plain text, without a heading, a name, hashtags or links.",
        "Add something of your own: a fact, an example, a doubt with its reason, or a question that moves it on.",
        DATA_ONLY,
        VOICE,
    ]
    if turns:
        system.insert(1, "The post is the topic of a debate that you have listened to: say what it left you with.")
    if stricter:
        system.append(STRICTER)
    return Prompt(
        operation="reply",
        system="\n".join(system),
        user=as_data(
            persona=data_of(persona),
            post={"author": post.persona_name, "text": post.content},
            debate=[{"speaker": each.speaker, "side": each.side, "text": each.text} for each in turns] or None,
            replies_so_far=replies,
        ),
        max_tokens=300,
        offline=offline.reply(persona, replies),
    )


def summary_prompt(post: Post, replies: Sequence[Said], count: int, language: Language) -> Prompt:
    """Return the prompt for the summary of a thread.

    Args:
        replies: the newest of them, oldest first.
        count: how many there are.
    """
    system = [
        f"You summarise a thread in {LANGUAGE_NAMES[language]}, in at most 60 words and {MAX_SUMMARY} characters.",
        "Be neutral: say what the post claims, where the replies agree with it and where they do not. Plain text,"
        " without a heading or links.",
        DATA_ONLY,
    ]
    return Prompt(
        operation="thread_summary",
        system="\n".join(system),
        user=as_data(
            post={"author": post.persona_name, "text": post.content},
            replies=[{"author": each.speaker, "text": each.text} for each in replies],
            replies_in_all=count,
        ),
        max_tokens=400,
        offline=offline.summary(post.content, [(each.speaker, each.text) for each in replies], count, language),
    )
