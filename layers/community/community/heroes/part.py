"""What a player was rewarded for stays rewarded when two players are merged."""

from __future__ import annotations

from community.heroes import queries
from community.players.part import Rows

HEROES = Rows(("hero_feats",), queries.move_feats)
