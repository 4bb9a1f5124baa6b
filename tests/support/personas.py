"""Personas, rooms and posts for tests."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

from msgspec.structs import asdict, replace

from kernel.database import Tx
from personas.people import service as people
from personas.people.models import Persona, PersonaFields
from personas.posts.models import NewPost, Post
from personas.posts.service import insert_post

_FIELDS = PersonaFields(
    name="Ada",
    bio="Has run Postgres for ten years.",
    tone="dry",
    writing_samples=("Measure first.", "Boring is good.", "Delete the cache."),
    do_not_say=("synergy",),
    catchphrases=("Ship it small.",),
    preferred_language="en",
    formality=1,
    daily_draft_quota=5,
    daily_reply_quota=25,
)


def fields(**changes: Any) -> PersonaFields:
    """What a person may decide about a persona."""
    return replace(_FIELDS, **changes)


def persona(**changes: Any) -> Persona:
    """A persona that is stored nowhere."""
    now = datetime(2026, 2, 18, 12, tzinfo=UTC)
    return Persona(**asdict(fields(**changes)), persona_id=uuid4(), account_id=uuid4(), created_at=now, updated_at=now)


def make_persona(tx: Tx, account_id: UUID, name: str = "Ada", **changes: Any) -> Persona:
    """Store a persona."""
    return people.create(tx, account_id, fields(name=name, **changes))


def room_id(tx: Tx, slug: str = "go-backend") -> UUID:
    """The id of a room of the content."""
    row = tx.execute("SELECT room_id FROM personas.rooms WHERE slug = %s", (slug,)).fetchone()
    assert row is not None
    return row["room_id"]


def make_post(tx: Tx, persona: Persona, content: str = "Measure first.", **changes: Any) -> Post:
    """Store a post of a persona, published unless the status says otherwise."""
    new = NewPost(
        room_id=room_id(tx),
        account_id=persona.account_id,
        persona_id=persona.persona_id,
        authored_by="AI_DRAFT_APPROVED",
        status="PUBLISHED",
        content=content,
    )
    return insert_post(tx, replace(new, **changes), persona.name)


def make_reply(tx: Tx, persona: Persona, post: Post, content: str = "Delete the cache.") -> UUID:
    """Store a reply of a persona."""
    reply_id = uuid4()
    tx.execute(
        """
        INSERT INTO personas.replies (reply_id, post_id, persona_id, account_id, authored_by, content, created_at)
        VALUES (%s, %s, %s, %s, 'AI', %s, %s)
        """,
        (reply_id, post.post_id, persona.persona_id, persona.account_id, content, tx.now),
    )
    return reply_id
