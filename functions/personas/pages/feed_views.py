"""What the dashboard shows of the feed and the digests."""

from __future__ import annotations

from typing import Any

from functions.personas.pages.battle_views import sides
from functions.personas.pages.views import Shown
from kernel.accounts.models import Identity
from kernel.database import Tx
from personas.feed import service as feed
from personas.feed.models import FeedBattle, FeedItem, FeedTemplate


def home(tx: Tx, me: Identity) -> Shown:
    """Return one's home feed."""
    found = feed.home(tx, me.account_id)
    highlight = _template(found.highlight) if found.highlight else None
    return {"items": [_item(each) for each in found.items], "highlight_template": highlight}


def _item(found: FeedItem) -> Shown:
    item: dict[str, Any] = {"reasons": found.reasons}
    if isinstance(found.subject, FeedBattle):
        return {**item, "kind": "battle", "battle": _battle(found.subject)}
    return {**item, "kind": "template", "template": _template(found.subject)}


def _battle(found: FeedBattle) -> Shown:
    template = {"id": str(found.template_id), "name": found.template_name} if found.template_id else None
    return {
        "battle_id": str(found.battle_id),
        "room_name": found.room_name,
        "room_id": str(found.room_id),
        "persona_name": found.persona_name,
        "persona_slug": found.persona_slug,
        "sides": sides(found.sides),
        "topic": found.topic,
        "created_at": found.published_at,
        "shares": found.shares,
        "remixes": found.remixes,
        "template": template,
    }


def _template(found: FeedTemplate) -> Shown:
    return {
        "template_id": str(found.template_id),
        "name": found.name,
        "prompt_rules": found.prompt_rules,
        "turn_count": found.turn_count,
        "word_limit": found.word_limit,
        "usage_count": found.usage_count,
        "is_trending": found.is_trending,
    }
