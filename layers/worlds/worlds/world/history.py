"""What a world was, at any of its versions and at any time."""

from __future__ import annotations

from typing import Final

from worlds.log.reading import States
from worlds.world import snapshots
from worlds.world.evolution import fold
from worlds.world.models import World

STATES: Final[States[World]] = States(snapshots.CODE_VERSION, fold, snapshots.read)
"""For worlds.log.reading.replay."""
