"""What is in a digest, and how it is put. Pure. Source: personas 14.1, 14.2."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Final

from personas.digests.models import Candidate
from personas.feed.rules import age_in_hours, rounded

MAX_DAILY_SUMMARY: Final = 400
MAX_PREVIEW: Final = 220
MAX_WEEKLY_SUMMARY: Final = 220
MAX_ITEMS: Final = 3

_FRESH_HOURS: Final = 96
_LEAST_SENTENCE: Final = 20
_SENTENCE_END: Final = re.compile(r"(?:(?<!\d)\.|\.(?!\d)|[!?])+")


def week_of(moment: datetime) -> date:
    """Return the Monday of the week (UTC)."""
    day = moment.astimezone(UTC).date()
    return day - timedelta(days=day.weekday())


def bounds(day: date) -> tuple[datetime, datetime]:
    """Return when a day (UTC) begins and when the next one does."""
    begins_at = datetime(day.year, day.month, day.day, tzinfo=UTC)
    return begins_at, begins_at + timedelta(days=1)


def score(candidate: Candidate, now: datetime) -> Decimal:
    """Return the score of a battle for the weekly digest."""
    fresh = max(Decimal(0), _FRESH_HOURS - age_in_hours(candidate.published_at, now))
    return 6 * candidate.is_followed + 2 * candidate.shares + 3 * candidate.remixes + fresh


def best(candidates: Iterable[Candidate], now: datetime) -> list[tuple[Candidate, float]]:
    """Return the three best candidates with their scores, best first; of equal ones, the newer first."""
    scored = [(each, score(each, now)) for each in candidates]
    scored.sort(key=lambda pair: (pair[1], pair[0].published_at, pair[0].battle_id), reverse=True)
    return [(each, rounded(points)) for each, points in scored[:MAX_ITEMS]]


def weekly_sentence(summary: str) -> str:
    """Return the first sentence of a summary that is not too short, or as much of it as fits; it ends like one."""
    flat = " ".join(summary.split())
    ends = (match.end() for match in _SENTENCE_END.finditer(flat))
    end = next((end for end in ends if end >= _LEAST_SENTENCE), len(flat))
    sentence = flat[: min(end, MAX_WEEKLY_SUMMARY)].strip()
    if not sentence or sentence[-1] in ".!?":
        return sentence
    return sentence[: MAX_WEEKLY_SUMMARY - 1].rstrip(" ,;:") + "."
