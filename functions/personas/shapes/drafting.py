"""Drafts and previews, which a person waits for. Source: personas 6, 7."""

from __future__ import annotations

from pydantic import BaseModel

from doors.bodies import StrictBody
from functions.personas.door import Id
from kernel.texts import translate
from personas.drafting.models import Preview


class DraftBody(StrictBody):
    """Which of your personas writes."""

    persona_id: Id


class PreviewDraftShape(BaseModel):
    """What a persona would write. It is stored nowhere."""

    label: str
    content: str
    authored_by: str = "AI"


class QuotaShape(BaseModel):
    """What is used up of a day's quota."""

    used: int
    limit: int


class PreviewShape(BaseModel):
    """Two drafts to hear a persona's voice by."""

    drafts: list[PreviewDraftShape]
    quota: QuotaShape

    @classmethod
    def of(cls, preview: Preview) -> PreviewShape:
        return cls(
            drafts=[
                PreviewDraftShape(label=translate("AI Preview {number}", number=number), content=draft)
                for number, draft in enumerate(preview.drafts, start=1)
            ],
            quota=QuotaShape(used=preview.used, limit=preview.limit),
        )
