"""The key of a link's name in SQL. It imports nothing of the game, because the clock needs it."""

from __future__ import annotations

from typing import LiteralString

NAME_KEY: LiteralString = 'coalesce(l.name_key, lower(l.username)) COLLATE "C"'
"""SQL expression over `l`, a row of user_platform_links: the key by which names are compared, as in the index.

Links from before there were keys have none.
"""
