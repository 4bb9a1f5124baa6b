"""What the dashboard shows of the digests."""

from __future__ import annotations

from typing import Final

from functions.personas.pages.views import Shown
from kernel.accounts.models import Identity
from kernel.database import Tx
from personas.digests import service as digests
from personas.digests.models import ActiveThread, WeeklyItem
from personas.people.models import Persona
from personas.safety.rules import cut_at_word

PREVIEW_LENGTH: Final = 140


def daily(tx: Tx, me: Identity, persona: Persona | None) -> Shown:
    """Return a persona's newest digest."""
    if persona is None:
        return {"exists": False}
    found = digests.read_latest(tx, me.account_id, persona.persona_id)
    return {
        "exists": found.exists,
        "digest": {
            "date": found.date,
            "summary": found.summary,
            "has_activity": found.stats.has_activity,
            "stats": {
                "posts": found.stats.posts,
                "replies": found.stats.replies,
                "top_threads": [_thread(each) for each in found.stats.top_threads],
            },
        },
    }


def _thread(found: ActiveThread) -> Shown:
    return {
        "post_id": str(found.post_id),
        "room_id": found.room_id and str(found.room_id),
        "room_name": found.room_name,
        "post_preview": cut_at_word(found.post_preview or "", PREVIEW_LENGTH),
    }


def weekly(tx: Tx, me: Identity) -> Shown:
    """Return what someone has missed this week, or in the last week that has a digest."""
    found = digests.read_weekly(tx, me.account_id)
    return {
        "exists": found.generated_at is not None,
        "is_current_week": found.is_current_week,
        "digest": {"week_start": found.week_start, "items": [_item(each) for each in found.items]},
    }


def _item(found: WeeklyItem) -> Shown:
    return {
        "battle_id": str(found.battle_id),
        "room_name": found.room_name,
        "topic": found.topic,
        "summary": found.summary,
    }
