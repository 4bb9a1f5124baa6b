"""Armed blasts stay armed when two players are merged."""

from __future__ import annotations

from community.blasts import queries
from community.players.part import Rows

BLASTS = Rows(("armed_blasts",), queries.move_blasts)
