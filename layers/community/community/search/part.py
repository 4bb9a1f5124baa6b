"""How the searches that make the next ones less lucky follow a person."""

from __future__ import annotations

from community.players.part import Limit, Rows
from community.search import queries

_LIMIT = Limit(
    "searches",
    """
    (SELECT jsonb_agg(searched_at) FROM searches s WHERE s.user_id = u.user_id)
    """,
    """
    INSERT INTO searches (user_id, searched_at)
    SELECT %(user_id)s, (entry #>> '{}')::timestamptz FROM kept
    ON CONFLICT DO NOTHING
    """,
)

SEARCHES = Rows(("searches",), queries.move_searches, limit=_LIMIT)
