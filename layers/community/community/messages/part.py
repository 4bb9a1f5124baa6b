"""Where a player has written in this action. Merging players keeps the latest message per platform.

Source: rules 1.1.
"""

from __future__ import annotations

from community.messages import queries
from community.messages.models import NewChats
from community.players.part import Rows, collecting

CHATTERS = collecting(NewChats, queries.upsert_chatters, Rows(("active_chatters",), queries.move_chatter))
