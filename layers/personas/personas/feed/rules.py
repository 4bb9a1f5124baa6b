"""How the home feed is scored, merged and sorted. Pure. Source: personas 14.3."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Final

from msgspec.structs import replace

from kernel.texts import translate
from personas.feed.models import Feed, FeedBattle, FeedItem, FeedTemplate, Reason, Subject
from personas.safety.rules import cut, cut_at_word

REASONS: Final[tuple[Reason, ...]] = ("followed_persona", "trending_battle", "new_template")

MAX_ITEMS: Final = 50
MAX_TOPIC: Final = 140
MAX_RULES: Final = 220

_HOUR: Final = Decimal(3_600_000_000)  # in microseconds
_TOPIC_LABEL: Final = re.compile(r"^topic:", re.IGNORECASE)
# A dot within a word, such as that of Node.js, ends no sentence; a question keeps its mark.
_FIRST_PART: Final = re.compile(r"(?:(?:\.(?=\w)|[^.!?\n])+\??)?")


def age_in_hours(since: datetime, now: datetime) -> Decimal:
    """Return an age, at least 0."""
    return max(Decimal(0), Decimal((now - since) // timedelta(microseconds=1)) / _HOUR)


def rounded(score: Decimal) -> float:
    """Return a score with two decimals; halves are rounded away from zero."""
    return float(score.quantize(Decimal("0.01"), ROUND_HALF_UP))


def followed_score(battle: FeedBattle, now: datetime) -> float:
    """Return the score of what someone writes who is followed."""
    return rounded(
        95 + 2 * battle.shares + 4 * battle.remixes - Decimal("0.35") * age_in_hours(battle.published_at, now)
    )


def trending_score(battle: FeedBattle, now: datetime) -> float:
    """Return the score of what others share and remix. It is chosen by other weights: 2 and 4."""
    return rounded(
        70 + 3 * battle.shares + 5 * battle.remixes - Decimal("0.25") * age_in_hours(battle.published_at, now)
    )


def template_score(template: FeedTemplate, now: datetime) -> float:
    """Return the score of a new template."""
    return rounded(60 + 2 * template.usage_count - Decimal("0.12") * age_in_hours(template.created_at, now))


def compose(
    followed: Iterable[FeedBattle], trending: Iterable[FeedBattle], templates: Sequence[FeedTemplate], now: datetime
) -> Feed:
    """Return the feed of what was found.

    Args:
        templates: newest first.
    """
    highlight = _highlight(templates)
    found: list[tuple[Reason, Subject, float]] = [
        *(("followed_persona", each, followed_score(each, now)) for each in followed),
        *(
            ("trending_battle", each, trending_score(each, now))
            for each in trending
            if each.shares > 0 or each.remixes > 0
        ),
        *(
            ("new_template", highlight if highlight and each.key == highlight.key else each, template_score(each, now))
            for each in templates
        ),
    ]
    merged: dict[str, FeedItem] = {}
    for reason, subject, score in found:
        item, before = FeedItem(subject, reason, (reason,), score), merged.get(subject.key)
        merged[subject.key] = _merge(before, item) if before else item
    best = sorted(merged.values(), key=lambda item: item.subject.key)
    best.sort(key=lambda item: (item.score, item.subject.moment), reverse=True)
    return Feed(tuple(best[:MAX_ITEMS]), highlight)


def _highlight(templates: Sequence[FeedTemplate]) -> FeedTemplate | None:
    if not templates:
        return None
    return replace(max(templates, key=lambda each: (each.usage_count, each.created_at)), is_trending=True)


def _merge(one: FeedItem, other: FeedItem) -> FeedItem:
    better = other if other.score > one.score else one
    reasons = {*one.reasons, *other.reasons}
    return replace(better, reasons=tuple(reason for reason in REASONS if reason in reasons))


def topic_of(content: str) -> str:
    """Return what a post is about: its line with the label, else its first sentence; "" if it has none."""
    for line in content.splitlines():
        label = _TOPIC_LABEL.match(line.strip())
        if label and (labelled := cut_at_word(line.strip()[label.end() :], MAX_TOPIC)):
            return labelled
    first = _FIRST_PART.match(_TOPIC_LABEL.sub("", content.strip(), count=1).strip())
    return cut_at_word(first[0] if first else "", MAX_TOPIC)


def topic_in(room_name: str) -> str:
    """Return what stands for the topic of a post that has none."""
    return cut(translate("A battle in {room}", room=room_name), MAX_TOPIC)
