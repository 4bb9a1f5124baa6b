"""Filling in the keys of names that functions from before there were keys have stored."""

from __future__ import annotations

from community.players import queries
from kernel.database import Tx
from kernel.naming import person_key


def fill_in(tx: Tx) -> int:
    """Compute the keys that are missing; return their number."""
    rows = queries.list_links_without_key(tx).fetchall()
    links = [(row["user_id"], row["platform"], person_key(row["username"])) for row in rows]
    if links:
        queries.update_name_keys(tx, links)
    return len(links)
