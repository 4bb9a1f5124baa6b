"""Exporting what is stored about players and the community."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from community.inventory.models import Inventory
from community.players import service as players
from community.players.models import PlayerRef
from community.privacy import queries
from community.privacy.models import CommunityExport, NoSuchTable, PlayerExport
from community.privacy.tables import TABLES, PersonalTable
from kernel.database import Cursor, Tx

ROWS = 2000
"""Rows of a table in one answer: an answer of a function may have 6 MB."""
PLAYERS = 200
"""Players in a page of the community's export."""


def export_player(tx: Tx, ref: PlayerRef) -> PlayerExport:
    """Return everything that is stored about a player; of tables with many rows, the newest.

    Raises:
        NoSuchPlayer, SeveralPlayers
    """
    player = players.get_player(tx, ref, only=(Inventory,))
    found = {table: queries.list_records(tx, table, [player.id], limit=ROWS + 1) for table in TABLES}
    records: dict[str, Sequence[Mapping[str, Any]]] = {}
    more: dict[str, int] = {}
    for table, cursor in found.items():
        records[table.name], further = _page(table, cursor)
        more |= further
    return PlayerExport(player.id, player.username, tx.now, records, more)


def export_more(tx: Tx, ref: PlayerRef, table_name: str, before: int | None) -> PlayerExport:
    """Return the next rows of a table with many.

    Args:
        before: the cursor from `PlayerExport.more`; None for the newest rows.

    Raises:
        NoSuchPlayer, SeveralPlayers, NoSuchTable
    """
    table = next((each for each in TABLES if each.name == table_name and each.order), None)
    if table is None:
        raise NoSuchTable(table=table_name)
    player = players.get_player(tx, ref, only=(Inventory,))
    rows, more = _page(table, queries.list_records(tx, table, [player.id], before, ROWS + 1))
    return PlayerExport(player.id, player.username, tx.now, {table.name: rows}, more)


def _page(table: PersonalTable, cursor: Cursor) -> tuple[list[Mapping[str, Any]], dict[str, int]]:
    """Return the rows of a page, and {table: cursor} if there are more."""
    rows = cursor.fetchall()
    more = {table.name: rows[ROWS - 1]["place"]} if len(rows) > ROWS and table.order else {}
    return [row["body"] for row in rows[:ROWS]], more


def export_community(tx: Tx, after: UUID | None = None, most: int = PLAYERS) -> CommunityExport:
    """Return a page of the community: its state on the first, and players by their ids.

    Args:
        after: the cursor from the last page; None for the first.
    """
    listed = queries.list_players_after(tx, after, most + 1).fetchall()
    names = {row["user_id"]: row["username"] for row in listed[:most]}
    state = {name: queries.list_community_rows(tx, name) for name in queries.COMMUNITY_TABLES} if after is None else {}
    found = {table: queries.list_records(tx, table, list(names)) for table in TABLES if table.owner and not table.order}
    records: dict[UUID, dict[str, list[Mapping[str, Any]]]] = {user_id: defaultdict(list) for user_id in names}
    for table, cursor in found.items():
        for row in cursor.fetchall():
            records[row["owner"]][table.name].append(row["body"])
    return CommunityExport(
        exported_at=tx.now,
        community={name: [row["body"] for row in cursor.fetchall()] for name, cursor in state.items()},
        players=[PlayerExport(user_id, name, tx.now, records[user_id]) for user_id, name in names.items()],
        next=listed[most - 1]["user_id"] if len(listed) > most else None,
    )
