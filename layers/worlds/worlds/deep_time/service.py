"""Asking for the next years of a world."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from kernel.database import Tx
from kernel.outside import service as outside
from worlds.deep_time.models import KIND, standing_of
from worlds.world.models import World

PACE: Final = timedelta(seconds=10)
"""From one slice of a run to the next."""


def ask(tx: Tx, world: World, *, paced: bool = False) -> None:
    """Let the next slice of a world's deep time be computed; `paced` after ten seconds."""
    standing = standing_of(world.generation)
    outside.ask(
        tx,
        KIND,
        {"world_id": str(world.world_id), "run": standing.run},
        # A request for each slice: who stops a run and begins another waits for no lock on the one being computed.
        dedupe_key=f"{KIND}:{world.world_id}:{standing.run}:{standing.year}",
        due_at=tx.now + PACE if paced else None,
        account_id=world.owner_id,
        inside=True,
    )
