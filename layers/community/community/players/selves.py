"""All players of a person, in SQL. It imports nothing of the game, because the queries of the clock need it."""

from __future__ import annotations

from typing import LiteralString

SELVES: LiteralString = """
    CASE WHEN u.person_id IS NULL THEN ARRAY[u.user_id]
         ELSE ARRAY(SELECT s.user_id FROM users s WHERE s.person_id = u.person_id) END
"""
"""Expression over `u`, a row of users: the ids of all players whose accounts once were one player's, and the own."""
