"""Stats for other features; `part` writes them, `rollup` adds them up and `reports` reads them."""

from __future__ import annotations

from datetime import datetime
from typing import LiteralString

from community.players.models import Fact
from community.stats import queries


def count_since(event_type: LiteralString, since: datetime) -> Fact:
    """Fact named `recent_<event_type>`: how many such stats a player has since then."""
    return Fact("recent_" + event_type, queries.COUNT_SINCE, (event_type, since) * 2)
