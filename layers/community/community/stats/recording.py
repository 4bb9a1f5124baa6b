"""Stats that external clients report."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from community.players import service as players
from community.players.models import PlayerRef
from community.stats.reactions import add_stat
from kernel.database import Tx


def record(tx: Tx, ref: PlayerRef, event_type: str, data: Mapping[str, Any] | None = None) -> None:
    """Count an event that was observed outside the engine.

    Raises:
        UnknownPlayer: no one has played under that identity yet.
    """
    player = players.load(tx, ref)
    players.save(tx, add_stat(player, tx.now, event_type, data))
