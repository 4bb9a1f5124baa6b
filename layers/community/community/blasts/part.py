"""A fuse stays lit when two players become one."""

from __future__ import annotations

from community.blasts import queries
from community.players.part import Rows

BLASTS = Rows(("armed_blasts",), queries.move_blasts)
