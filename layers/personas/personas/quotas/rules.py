"""The limits per day, and what is left of them. Pure. Source: personas 3, 6, 7."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from math import ceil
from typing import Final

from personas.limits import limits
from personas.quotas.models import QuotaType, QuotaUse

ACCOUNT_CAPS: Final[Mapping[QuotaType, int]] = {"draft": 60, "reply": 300, "preview": 15}
"""Units that all personas of an account have together, so that deleting a persona and creating it again gains none.

A turn in an account's debate costs it a reply, too, when someone else speaks: the house, or another person's persona.
"""

PREVIEWS: Final = limits.previews
"""Previews of a persona; drafts and replies have a limit of their own for each persona."""

LEASE: Final = timedelta(seconds=30)
"""How long a unit is held for someone who waits for a draft or a preview."""


def day_of(now: datetime) -> date:
    return now.astimezone(UTC).date()


def seconds_until_tomorrow(now: datetime) -> int:
    """Return the seconds until the quotas are new, at least 1."""
    midnight = datetime.combine(day_of(now) + timedelta(days=1), time(), UTC)
    return max(1, ceil((midnight - now).total_seconds()))


def has_room(use: QuotaUse, quota_type: QuotaType, limit: int | None) -> bool:
    """Whether one more unit may be spent.

    Args:
        limit: the persona's; None for a unit of the account alone.
    """
    has_persona_room = limit is None or use.by_persona + use.held_by_persona < limit
    return has_persona_room and use.by_account + use.held_by_account < ACCOUNT_CAPS[quota_type]
