"""What a character was, at any of its versions and at any time."""

from __future__ import annotations

from typing import Final

from worlds.characters import snapshots
from worlds.characters.evolution import fold
from worlds.characters.models import Character
from worlds.log.reading import States

STATES: Final[States[Character]] = States(snapshots.CODE_VERSION, fold, snapshots.read)
"""For worlds.log.reading.replay."""
