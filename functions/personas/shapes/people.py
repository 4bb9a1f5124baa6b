"""Personas as their owner sees them. Source: personas 6."""

from __future__ import annotations

from uuid import UUID

from pydantic import BaseModel, Field

from doors.bodies import StrictBody, Text
from doors.fields import Timestamp
from personas.paging import CursorPage
from personas.people.models import Persona, PersonaFields


class PersonaBody(StrictBody):
    """Everything that a person decides about a persona; what is left out is empty, or 0."""

    name: Text
    bio: Text = ""
    tone: Text = ""
    writing_samples: list[Text] = Field(default_factory=list[Text])
    do_not_say: list[Text] = Field(default_factory=list[Text])
    catchphrases: list[Text] = Field(default_factory=list[Text])
    preferred_language: Text
    formality: int = 0
    daily_draft_quota: int = 0
    daily_reply_quota: int = 0

    @property
    def fields(self) -> PersonaFields:
        return PersonaFields(
            name=self.name,
            bio=self.bio,
            tone=self.tone,
            writing_samples=tuple(self.writing_samples),
            do_not_say=tuple(self.do_not_say),
            catchphrases=tuple(self.catchphrases),
            preferred_language=self.preferred_language,
            formality=self.formality,
            daily_draft_quota=self.daily_draft_quota,
            daily_reply_quota=self.daily_reply_quota,
        )


class PersonaShape(BaseModel):
    """A persona."""

    id: UUID
    name: str
    bio: str
    tone: str
    writing_samples: list[str]
    do_not_say: list[str]
    catchphrases: list[str]
    preferred_language: str
    formality: int
    daily_draft_quota: int
    daily_reply_quota: int
    created_at: Timestamp
    updated_at: Timestamp

    @classmethod
    def of(cls, persona: Persona) -> PersonaShape:
        return cls(
            id=persona.persona_id,
            name=persona.name,
            bio=persona.bio,
            tone=persona.tone,
            writing_samples=list(persona.writing_samples),
            do_not_say=list(persona.do_not_say),
            catchphrases=list(persona.catchphrases),
            preferred_language=persona.preferred_language,
            formality=persona.formality,
            daily_draft_quota=persona.daily_draft_quota,
            daily_reply_quota=persona.daily_reply_quota,
            created_at=persona.created_at,
            updated_at=persona.updated_at,
        )


class PersonasShape(BaseModel):
    """Someone's personas, newest first. `next_cursor` is empty on the last page."""

    personas: list[PersonaShape]
    next_cursor: str

    @classmethod
    def of(cls, page: CursorPage[Persona]) -> PersonasShape:
        return cls(personas=[PersonaShape.of(each) for each in page], next_cursor=page.next_cursor)


class DeletedShape(BaseModel):
    """It is gone."""

    deleted: bool = True
