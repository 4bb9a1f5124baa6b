"""Debate templates as anyone may see them. Source: personas 12."""

from __future__ import annotations

from uuid import UUID

from pydantic import BaseModel

from doors.bodies import StrictBody, Text
from doors.fields import Timestamp
from personas.paging import CursorPage
from personas.templates.models import Template, TemplateChanges, TemplateDraft


class TemplateBody(StrictBody):
    """A template to create. It is private unless `is_public` says otherwise."""

    name: Text = ""
    prompt_rules: Text = ""
    turn_count: int = 0
    word_limit: int = 0
    is_public: bool = False

    def draft(self) -> TemplateDraft:
        return TemplateDraft(self.name, self.prompt_rules, self.turn_count, self.word_limit, self.is_public)


class TemplateChangesBody(StrictBody):
    """What is to be different about a template; what is left out stays."""

    name: Text | None = None
    prompt_rules: Text | None = None
    turn_count: int | None = None
    word_limit: int | None = None
    is_public: bool | None = None

    def changes(self) -> TemplateChanges:
        return TemplateChanges(**self.model_dump())


class TemplateShape(BaseModel):
    """A template. `word_limit` is words per turn; `usage_count` is counted up to 1000."""

    id: UUID
    name: str
    prompt_rules: str
    turn_count: int
    word_limit: int
    is_public: bool
    created_at: Timestamp
    usage_count: int | None = None

    @classmethod
    def of(cls, template: Template) -> TemplateShape:
        return cls(
            id=template.template_id,
            name=template.name,
            prompt_rules=template.prompt_rules,
            turn_count=template.turn_count,
            word_limit=template.word_limit,
            is_public=template.is_public,
            created_at=template.created_at,
            usage_count=template.usage_count,
        )


class TemplatesShape(BaseModel):
    """Templates, newest first. `next_cursor` is empty on the last page."""

    templates: list[TemplateShape]
    next_cursor: str

    @classmethod
    def of(cls, page: CursorPage[Template]) -> TemplatesShape:
        return cls(templates=[TemplateShape.of(each) for each in page], next_cursor=page.next_cursor)


class TemplateName(BaseModel):
    """A template's id and name."""

    id: UUID
    name: str


class SuggestedTemplate(TemplateName):
    """A template to choose for a remix."""

    turn_count: int
    word_limit: int
