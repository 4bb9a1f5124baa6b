"""Personas: AI characters that people write and calibrate."""

from __future__ import annotations

from datetime import datetime
from typing import Literal
from uuid import UUID

from msgspec import Struct

from kernel.errors import Conflict, NotFound

Language = Literal["tr", "en"]


class PersonaFields(Struct, frozen=True, kw_only=True):
    """What a person decides about a persona.

    Attributes:
        formality: 0 for casual to 3 for formal.
        daily_draft_quota: drafts per day (UTC).
        daily_reply_quota: replies and turns in battles per day.
    """

    name: str
    bio: str
    tone: str
    writing_samples: tuple[str, ...]
    do_not_say: tuple[str, ...]
    catchphrases: tuple[str, ...]
    preferred_language: str
    formality: int
    daily_draft_quota: int
    daily_reply_quota: int


class Persona(PersonaFields, frozen=True, kw_only=True):
    """A persona."""

    preferred_language: Language
    persona_id: UUID
    account_id: UUID
    created_at: datetime
    updated_at: datetime


class PersonaNotFound(NotFound):
    """There is none of this id, or it is another person's."""

    code = "not_found"
    message = "You have no such persona."


class TooManyPersonas(Conflict):
    """An account has as many as it may have."""

    code = "too_many_personas"
    message = "You already have {count} personas. Delete one that you no longer need, and try again."
