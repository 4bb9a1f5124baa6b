"""What templates show of our values: only what a page needs, under the names of the API."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from personas.notices.models import Notice
from personas.people.models import Persona
from personas.rooms.models import Room
from personas.templates.models import Template

Shown = dict[str, Any]


def room(found: Room) -> Shown:
    """Return a room."""
    room_id = str(found.room_id)
    return {"id": room_id, "name": found.name, "description": found.description, "choice": (room_id, found.name)}


def template(found: Template) -> Shown:
    """Return a template; never whose it is."""
    template_id = str(found.template_id)
    return {
        "id": template_id,
        "name": found.name,
        "prompt_rules": found.prompt_rules,
        "turn_count": found.turn_count,
        "word_limit": found.word_limit,
        "is_public": found.is_public,
        "is_hidden": found.is_hidden,
        "comes_with_product": found.account_id is None,
        "usage_count": found.usage_count,
        "choice": (template_id, found.name),
    }


def persona(found: Persona) -> Shown:
    """Return a persona as its owner sees it."""
    persona_id = str(found.persona_id)
    return {
        "id": persona_id,
        "name": found.name,
        "bio": found.bio,
        "tone": found.tone,
        "writing_samples": found.writing_samples,
        "do_not_say": found.do_not_say,
        "catchphrases": found.catchphrases,
        "preferred_language": found.preferred_language,
        "formality": found.formality,
        "daily_draft_quota": found.daily_draft_quota,
        "daily_reply_quota": found.daily_reply_quota,
        "choice": (persona_id, found.name),
    }


def notice(found: Notice) -> Shown:
    """Return a notification, with where it leads and what our statistics are told about that."""
    about: dict[str, Any] = {"notification_id": found.notification_id, "notification_type": found.type}
    battle_id = found.metadata.get("source_battle_id" if found.type == "battle_remixed" else "battle_id")
    slug = found.metadata.get("slug")
    target = "/personas/"
    if battle_id:
        target = f"/b/{battle_id}"
        about["battle_id"] = battle_id
    elif slug:
        target = f"/p/{slug}"
    return {
        "id": found.notification_id,
        "type": found.type,
        "title": found.title,
        "body": found.body,
        "read_at": found.read_at,
        "created_at": found.created_at,
        "target": target,
        "event": {"event_name": "notification_clicked", "metadata": about},
    }


def as_id(text: str | None) -> UUID | None:
    """Return an id from an address; None for anything else."""
    try:
        return UUID(text or "")
    except ValueError:
        return None
