"""Limits that an installation may change: lengths of texts, and what a persona has per day. Source: personas 2."""

from __future__ import annotations

from msgspec import Struct

from kernel.settings import count


class PersonaLimits(Struct, frozen=True):
    """Limits that an installation may change.

    Attributes:
        post: the most characters of a post.
        reply: the most characters of a reply.
        summary: the most characters of a summary.
        drafts: drafts per day of a persona whose settings give no number.
        replies: replies per day of a persona whose settings give no number.
        previews: previews per day of every persona.
    """

    post: int
    reply: int
    summary: int
    drafts: int
    replies: int
    previews: int


limits = PersonaLimits(
    post=count("DRAFT_MAX_LEN", default=500),
    reply=count("REPLY_MAX_LEN", default=280),
    summary=count("SUMMARY_MAX_LEN", default=400),
    drafts=count("DEFAULT_DRAFT_QUOTA", default=5),
    replies=count("DEFAULT_REPLY_QUOTA", default=25),
    previews=count("DEFAULT_PREVIEW_QUOTA", default=5),
)
