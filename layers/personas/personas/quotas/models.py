"""Daily quotas of personas and of the accounts behind them."""

from __future__ import annotations

from datetime import date
from typing import Literal

from msgspec import Struct

from kernel.errors import TooSoon

QuotaType = Literal["draft", "reply", "preview"]


class QuotaUse(Struct, frozen=True):
    """What is used of a quota on a day.

    Attributes:
        day: in UTC.
        by_persona: units that the persona has spent.
        by_account: units that all personas of the account have spent, deleted ones included.
        held_by_persona: units reserved while someone waits; they count as used until they are spent or given back.
        held_by_account: those of all its personas.
    """

    day: date
    by_persona: int
    by_account: int
    held_by_persona: int = 0
    held_by_account: int = 0


class DraftQuotaUsedUp(TooSoon):
    code = "quota_draft"
    message = "No drafts are left for today. There will be new ones at midnight (UTC)."


class PreviewQuotaUsedUp(TooSoon):
    code = "quota_preview"
    message = "No previews are left for today. There will be new ones at midnight (UTC)."
