"""What lists show of battles."""

from __future__ import annotations

from functions.personas.pages.views import Shown
from personas.posts.models import Sides
from personas.showcase.models import ShownBattle


def sides(found: Sides | None) -> Shown | None:
    """Return who speaks for and against, with the addresses of their profiles; None for a post that is no battle."""
    if found is None:
        return None
    return {
        "pro": {"name": found.pro_name, "slug": found.pro_slug},
        "con": {"name": found.con_name, "slug": found.con_slug},
    }


def entry(found: ShownBattle) -> Shown:
    """Return a battle."""
    return {
        "battle_id": str(found.battle_id),
        "room_id": str(found.room_id),
        "room_name": found.room_name,
        "topic": found.topic,
        "sides": sides(found.sides),
        "published_at": found.published_at,
        "is_running": found.status in ("SCHEDULED", "RUNNING"),
        "turn_count": found.turn_count,
        "turns_done": found.turns_done,
        "winner": found.winner,
        "replies": found.replies,
        "remixes": found.remixes,
    }
