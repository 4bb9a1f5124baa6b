"""What is counted about battles, for /metrics. Source: personas 15."""

from __future__ import annotations

from collections import Counter
from datetime import datetime
from typing import Literal

from kernel.counters.rules import BETWEEN_LABELS, Counts
from kernel.outside.metrics import observed
from personas.battles.models import Battle, Side, Status


def spoken(side: Side, outcome: Literal["stored", "trimmed", "halted"]) -> Counts:
    """Count a turn; one that could not be spoken is halted."""
    return Counter({("battle_turns_total", BETWEEN_LABELS.join((side, outcome))): 1})


def ended(battle: Battle, status: Status, now: datetime) -> Counts:
    """Count how long a battle has taken."""
    return Counter(observed("battle_duration_seconds", status.lower(), (now - battle.created_at).total_seconds()))
