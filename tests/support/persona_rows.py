"""Rows of Personas for tests that begin with them: personas, rooms, posts, battles, templates at any time."""

from __future__ import annotations

from datetime import datetime
from itertools import count
from typing import Any
from uuid import UUID, uuid4

from psycopg.types.json import Jsonb

from kernel.database import Tx

_numbers = count(1)


def make_persona(tx: Tx, account_id: UUID, name: str = "Ada", **columns: Any) -> UUID:
    """Insert a persona; further columns as keyword arguments."""
    persona_id = uuid4()
    values = {
        "bio": "",
        "tone": "neutral",
        "writing_samples": ["secret sample one", "secret sample two", "secret sample three"],
        "do_not_say": ["secret ban"],
        "catchphrases": ["Ship it small."],  # is meant to be read: replies and turns use it
        "preferred_language": "en",
        "formality": 1,
        "created_at": tx.now,
    } | columns
    tx.execute(
        """
        INSERT INTO personas.personas (persona_id, account_id, name, bio, tone, writing_samples, do_not_say,
            catchphrases, preferred_language, formality, created_at)
        VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)
        """,
        (
            persona_id,
            account_id,
            name,
            values["bio"],
            values["tone"],
            Jsonb(values["writing_samples"]),
            Jsonb(values["do_not_say"]),
            Jsonb(values["catchphrases"]),
            values["preferred_language"],
            values["formality"],
            values["created_at"],
        ),
    )
    return persona_id


def make_room(tx: Tx, name: str = "room") -> UUID:
    """Insert a room whose slug is unique."""
    room_id = uuid4()
    slug = f"{name}-{next(_numbers)}"
    tx.execute("INSERT INTO personas.rooms (room_id, slug, name) VALUES (%s, %s, %s)", (room_id, slug, name))
    return room_id


def make_post(
    tx: Tx,
    account_id: UUID,
    room_id: UUID,
    persona_id: UUID | None = None,
    *,
    content: str = "A thought.",
    at: datetime | None = None,
    kind: str = "POST",
    template_id: UUID | None = None,
    draft: bool = False,
    post_id: UUID | None = None,
) -> UUID:
    """Insert a post, published unless it is a draft."""
    post_id = post_id or uuid4()
    moment = at or tx.now
    tx.execute(
        """
        INSERT INTO personas.posts (post_id, room_id, persona_id, account_id, kind, authored_by, status, content,
            template_id, published_at, created_at, updated_at)
        VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)
        """,
        (
            post_id,
            room_id,
            persona_id,
            account_id,
            kind,
            "HUMAN" if kind == "BATTLE" else "AI" if draft else "AI_DRAFT_APPROVED",
            "DRAFT" if draft else "PUBLISHED",
            content,
            template_id,
            None if draft else moment,
            moment,
            moment,
        ),
    )
    return post_id


def make_battle(
    tx: Tx,
    account_id: UUID,
    room_id: UUID,
    *,
    topic: str = "Should we ship weekly?",
    pro: UUID | None = None,
    con: UUID | None = None,
    at: datetime | None = None,
    template_id: UUID | None = None,
) -> UUID:
    """Insert a battle without turns."""
    post_id = make_post(tx, account_id, room_id, content=topic, at=at, kind="BATTLE", template_id=template_id)
    tx.execute(
        """
        INSERT INTO personas.battles (post_id, topic, pro_style, con_style, pro_persona_id, con_persona_id, pro_name,
            con_name, template_name, prompt_rules, turn_count, word_limit, deadline_at, created_at)
        VALUES (%s, %s, 'bold', 'sceptical', %s, %s, 'Pro', 'Con', 'Six turns', 'secret rules', 6, 120, %s, %s)
        """,
        (post_id, topic, pro, con, at or tx.now, at or tx.now),
    )
    return post_id


def make_template(tx: Tx, account_id: UUID | None = None, name: str = "Six turns", at: datetime | None = None) -> UUID:
    """Insert a public template."""
    template_id = uuid4()
    tx.execute(
        """
        INSERT INTO personas.templates (template_id, account_id, name, prompt_rules, turn_count, word_limit, created_at)
        VALUES (%s, %s, %s, 'Alternate claims and evidence.', 6, 120, %s)
        """,
        (template_id, account_id, name, at or tx.now),
    )
    return template_id
