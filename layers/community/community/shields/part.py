"""Merging players adds up their shields."""

from __future__ import annotations

from community.players.part import Rows
from community.shields import queries

SHIELDS = Rows(("shields",), queries.move_charges)
