"""The players of a person, and when an account is a person's. It imports nothing of the game: the clocks need it."""

from __future__ import annotations

from datetime import timedelta
from typing import Final, LiteralString

NEW_FOR: Final = timedelta(hours=24)
"""How long a link that a code has made can be undone as if it had not been: time to notice a wrong one.

Until then, the account that claimed the code cannot cut off those that were there before."""

SELVES: LiteralString = """
    CASE WHEN u.person_id IS NULL THEN ARRAY[u.user_id]
         ELSE ARRAY(SELECT s.user_id FROM users s WHERE s.person_id = u.person_id) END
"""
"""Expression over `u`, a row of users: the ids of all players whose accounts once were one player's, and the own."""
