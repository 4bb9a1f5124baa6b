"""Reading the home feed."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from kernel.database import Tx
from personas.feed import queries, rules
from personas.feed.models import Feed, FeedBattle, FeedTemplate
from personas.posts.models import Sides
from personas.rooms.texts import room_name
from personas.safety.rules import cut, cut_at_word
from personas.templates.texts import template_name, template_rules


def home(tx: Tx, account_id: UUID) -> Feed:
    """Return the home feed of an account: one round trip."""
    followed = queries.list_followed(tx, account_id)
    trending = queries.list_trending(tx, account_id)
    templates = queries.list_new_templates(tx, account_id)
    return rules.compose(map(_battle, followed), map(_battle, trending), [*map(_template, templates)], tx.now)


def _battle(row: dict[str, Any]) -> FeedBattle:
    row["room_name"] = room_name(row["room_name"])
    row["template_name"] = row["template_name"] and template_name(row["template_name"])
    content = row.pop("content")
    topic = cut_at_word(content, rules.MAX_TOPIC) if row["sides"] else rules.topic_of(content)
    return FeedBattle(**{**row, "sides": Sides.of(row["sides"])}, topic=topic or rules.topic_in(row["room_name"]))


def _template(row: dict[str, Any]) -> FeedTemplate:
    said = cut(template_rules(row["prompt_rules"]), rules.MAX_RULES)
    return FeedTemplate(**{**row, "name": template_name(row["name"]), "prompt_rules": said})
