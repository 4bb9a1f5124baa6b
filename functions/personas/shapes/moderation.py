"""Reports, mutes and blocks."""

from __future__ import annotations

from typing import Literal
from uuid import UUID

from pydantic import BaseModel

from doors.bodies import StrictBody, Text
from doors.fields import Timestamp
from personas.moderation.models import ContentReport, Outcome, ReportedKind
from personas.mutes.models import Mute, MutedKind
from personas.paging import CursorPage


class ReportBody(StrictBody):
    """Why it is reported; it may be left out."""

    reason: Text = ""


class ReportedShape(BaseModel):
    """The administrators will look at it."""

    reported: bool = True


class ReportShape(BaseModel):
    """What is reported: a post, a reply to `post_id`, the profile of a persona, or a template.

    `content` is what was reported, `content_now` what has become of it, if that is something else. `reason`: what was
    given, each on a line of its own. `reports`: how many people have reported it.
    """

    id: int
    kind: ReportedKind
    post_id: UUID | None = None
    reply_id: UUID | None = None
    persona_id: UUID | None = None
    template_id: UUID | None = None
    slug: str | None = None
    persona_name: str | None = None
    authored_by: str
    content: str
    content_now: str | None = None
    reason: str
    reports: int
    outcome: Outcome | None = None
    decided_at: Timestamp | None = None
    created_at: Timestamp

    @classmethod
    def of(cls, report: ContentReport) -> ReportShape:
        return cls(
            id=report.report_id,
            kind=report.kind,
            post_id=report.post_id,
            reply_id=report.reply_id,
            persona_id=report.persona_id,
            template_id=report.template_id,
            slug=report.slug,
            persona_name=report.persona_name,
            authored_by=report.authored_by,
            content=report.content,
            content_now=report.content_now,
            reason=report.reason,
            reports=report.reports,
            outcome=report.outcome,
            decided_at=report.decided_at,
            created_at=report.created_at,
        )


class ReportsShape(BaseModel):
    """Reports: those that wait, longest first; or those that were decided, last first.

    `next_cursor` is empty on the last page.
    """

    reports: list[ReportShape]
    next_cursor: str

    @classmethod
    def of(cls, page: CursorPage[ContentReport]) -> ReportsShape:
        return cls(reports=[ReportShape.of(each) for each in page], next_cursor=page.next_cursor)


class DecisionBody(StrictBody):
    """`hidden` takes it down, `kept` leaves it or puts it back."""

    outcome: Literal["hidden", "kept"]


class DecidedShape(BaseModel):
    """All reports of the same are decided."""

    decided: bool = True


class MutePersonaBody(StrictBody):
    """Mute this persona, or with `person` all personas of its person. `block` is about the person."""

    person: bool = False
    block: bool = False


class MuteAuthorBody(StrictBody):
    """Mute who published a post or a battle, or with `block` block them."""

    block: bool = False


class MuteShape(BaseModel):
    """Something that you have muted. A person has the name that led you to them."""

    id: UUID
    kind: MutedKind
    persona_id: UUID | None = None
    name: str
    block: bool
    created_at: Timestamp

    @classmethod
    def of(cls, mute: Mute) -> MuteShape:
        return cls(
            id=mute.mute_id,
            kind=mute.kind,
            persona_id=mute.persona_id,
            name=mute.name,
            block=mute.is_block,
            created_at=mute.created_at,
        )


class MutesShape(BaseModel):
    """Everything that you have muted, newest first. `next_cursor` is empty on the last page."""

    mutes: list[MuteShape]
    next_cursor: str

    @classmethod
    def of(cls, page: CursorPage[Mute]) -> MutesShape:
        return cls(mutes=[MuteShape.of(each) for each in page], next_cursor=page.next_cursor)
