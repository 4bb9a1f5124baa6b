"""Reports of posts, replies, profiles and templates, and what administrators decide about them."""

from __future__ import annotations

from datetime import datetime
from typing import Literal
from uuid import UUID

from msgspec import Struct

from kernel.errors import NotFound

Outcome = Literal["kept", "hidden"]
ReportedKind = Literal["post", "reply", "profile", "template"]


class ContentReport(Struct, frozen=True, kw_only=True):
    """What is reported, and why. Who reported it is not shown.

    Attributes:
        report_id: of the first of its reports; a decision is about all of them.
        post_id: the reported post, or the one that the reported reply answers; None for another kind.
        reply_id: None for another kind, as are the next two.
        persona_id: whose profile is reported.
        slug: of the reported profile, also when it is not public any more.
        persona_name: of a post, a reply or a profile.
        authored_by: whether a machine or a person has written it.
        content: what was reported, as it was then.
        content_now: what it is by now; None if that is the same.
        reason: the reasons that were given, each on a line of its own.
        reports: how many people have reported the same.
        outcome: None until an administrator has decided.
    """

    report_id: int
    kind: ReportedKind
    post_id: UUID | None
    reply_id: UUID | None
    persona_id: UUID | None
    template_id: UUID | None
    slug: str | None
    persona_name: str | None
    authored_by: str
    content: str
    content_now: str | None
    reason: str
    reports: int
    outcome: Outcome | None
    decided_at: datetime | None
    created_at: datetime


class ReportNotFound(NotFound):
    code = "not_found"
    message = "There is no such report."
