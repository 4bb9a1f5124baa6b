"""How much is asked of a model, and what of its answers is fit to be read. Pure. Source: worlds 20, 24."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import timedelta
from typing import Any, Final

from msgspec import Struct

from kernel.naming import visible
from worlds.wording.models import Priority, Tier

LOOKED_BACK: Final = timedelta(minutes=2)
"""How long a slow or failed call counts. If nothing is asked for so long, the model is tried again."""
SLOW, TOO_SLOW = 2.0, 5.0
"""Seconds, on average, above which texts are shorter, and above which none is asked for."""
FAILING, FAILED = 0.1, 0.2
"""Shares of calls that failed or were throttled, from which it is the same. The original has 80 and 90 % of a CPU."""
LEAST_CALLS: Final = 3
"""Fewer calls tell nothing."""
MOST_WAITING: Final[Mapping[Priority, int]] = {
    Priority.PLAYER_WAITING: 100,
    Priority.PLAYER_NEARBY: 75,
    Priority.WORLD_BUILDING: 50,
    Priority.IDLE_NPC: 25,
}
"""Requests that wait, from which one of a priority is dropped."""

_BETRAYING: Final = re.compile(
    r"\b(as an? (?:ai|artificial|large) |(?:i am|i'm|as) an? (?:ai\b|artificial intelligence|language model|chatbot|"
    r"assistant)|language model|openai|chatgpt|i (?:cannot|can't|can not) (?:assist|help|comply|fulfil)|"
    r"my (?:training|system prompt|instructions)|as instructed|"
    r"here (?:is|are) (?:the|a|your) (?:description|reply|answer))",
    re.IGNORECASE,
)
_FENCE: Final = re.compile(r"^```\w*\s*|\s*```$")
_QUOTES: Final = "\"'“”„«»‘’ "


class ModelHealth(Struct, frozen=True):
    """How calls of the model have gone lately.

    Attributes:
        seconds: on average.
        waiting: requests.
    """

    calls: int = 0
    seconds: float = 0.0
    failed: int = 0
    waiting: int = 0

    @classmethod
    def of(cls, row: Mapping[str, Any] | None) -> ModelHealth:
        """Return it from a row of `kernel.outside`."""
        return cls() if row is None else cls(row["calls"], row["seconds"], row["failed"], row["waiting"])


UNKNOWN: Final = ModelHealth()


def tier_of(health: ModelHealth) -> Tier:
    """Return how much may be asked of a model."""
    if health.calls < LEAST_CALLS:
        return Tier.FULL
    failed = health.failed / health.calls
    if health.seconds > TOO_SLOW or failed >= FAILED:
        return Tier.TEMPLATES
    return Tier.SHORT if health.seconds > SLOW or failed >= FAILING else Tier.FULL


def is_dropped(priority: Priority, health: ModelHealth) -> bool:
    """Return whether so many requests wait that one more of a priority is not asked."""
    return health.waiting >= MOST_WAITING[priority]


def cleaned(text: str) -> str:
    """Return what a model has written as one line, without quotation marks and fences around it."""
    line = " ".join(visible(_FENCE.sub("", text.strip())).split())
    if line[:1] in _QUOTES and line[-1:] in _QUOTES:
        line = line.strip(_QUOTES)
    return line.strip()


def betrays_a_model(text: str) -> bool:
    """Return whether a text speaks of what has written it rather than of the world."""
    return bool(_BETRAYING.search(text))
