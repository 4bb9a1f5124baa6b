"""How traps follow when two players are merged."""

from __future__ import annotations

from community.players.part import Rows
from community.traps import queries

TRAPS = Rows(("traps",), queries.move_traps)
