"""Merging players keeps the latest message per platform. Source: rules 1.1."""

from __future__ import annotations

from community.messages import queries
from community.players.part import Rows

CHATTERS = Rows(("active_chatters",), queries.move_chatter)
