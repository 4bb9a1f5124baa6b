"""Posts, and the replies to them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, ClassVar, Literal, Self
from uuid import UUID

from msgspec import Struct

from kernel.errors import Conflict, NotAllowed, NotFound, Refused
from kernel.events.models import Event
from personas.posts.texts import speaker_name

PostKind = Literal["POST", "BATTLE"]
AuthoredBy = Literal["AI", "HUMAN", "AI_DRAFT_APPROVED"]
"""Who wrote a text: a machine, a person, or a machine with the approval of a person, who may have edited it."""
PostStatus = Literal["DRAFT", "PUBLISHED"]


class NewPost(Struct, frozen=True, kw_only=True):
    """A post that is to be stored.

    Attributes:
        persona_id: None for a battle, whose speakers are stored with it.
    """

    room_id: UUID
    account_id: UUID
    persona_id: UUID | None
    authored_by: AuthoredBy
    status: PostStatus
    content: str
    kind: PostKind = "POST"
    template_id: UUID | None = None


class Sides(Struct, frozen=True):
    """Who speaks for and against in a battle.

    Attributes:
        pro_name, con_name: as they were when it began; those of the house in the reader's language.
        pro_slug, con_slug: the addresses of their profiles; None for the house, and for what is not public.
    """

    pro_name: str
    con_name: str
    pro_slug: str | None = None
    con_slug: str | None = None

    @classmethod
    def of(cls, stored: Mapping[str, Any] | None) -> Self | None:
        """Return what `expressions.SIDES` has found."""
        if not stored:
            return None
        return cls(
            speaker_name(stored["pro_name"]), speaker_name(stored["con_name"]), stored["pro_slug"], stored["con_slug"]
        )


class Post(Struct, frozen=True, kw_only=True):
    """A post, with the name of its persona.

    Attributes:
        persona_id: None for a battle, and when the persona is deleted.
        persona_slug: the address of its persona's profile; None if that is not public.
        sides: None for a post that is no battle, and where nothing is shown.
        published_at: None for a draft.
        hidden_at: set when an administrator has taken it down.
    """

    post_id: UUID
    room_id: UUID
    persona_id: UUID | None
    persona_name: str | None
    account_id: UUID
    kind: PostKind
    authored_by: AuthoredBy
    status: PostStatus
    content: str
    template_id: UUID | None
    published_at: datetime | None
    edited_at: datetime | None
    hidden_at: datetime | None
    created_at: datetime
    updated_at: datetime
    persona_slug: str | None = None
    sides: Sides | None = None

    @property
    def is_public(self) -> bool:
        return self.status == "PUBLISHED" and self.hidden_at is None


class PostApproved(Event):
    """A person has published a draft of one of their personas.

    It is private, because an account's id is known to that account alone.
    """

    type: ClassVar[str] = "persona.post_approved"
    private: ClassVar[bool] = True
    account_id: UUID
    post_id: UUID
    room_id: UUID


class PostNotFound(NotFound):
    """There is no such post that the caller may know of."""

    code = "not_found"
    message = "There is no such post."


class NotYourPost(NotAllowed):
    code = "forbidden"
    message = "This post is another person's."


class NotADraft(Conflict):
    code = "not_draft"
    message = "This post is published already."


class NotPublished(Conflict):
    code = "not_published"
    message = "This post is not published yet."


class BattleNotEditable(NotAllowed):
    """What was debated stays as it was."""

    code = "forbidden"
    message = "The topic of a battle cannot be changed."


class PersonaUnknown(Refused):
    code = "persona_unknown"
    message = "One of the personas is none of yours."
