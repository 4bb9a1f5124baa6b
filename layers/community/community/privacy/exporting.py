"""Exporting what is stored about players and the community."""

from __future__ import annotations

import json
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
from kernel.database import Tx

ROWS = 2000
"""Rows of a table in one answer."""
MOST_BYTES = 4_000_000
"""Of rows in one answer: an answer of a function may have 6 MB."""
PLAYERS = 200
"""Players in a page of the community's export."""


def export_player(tx: Tx, ref: PlayerRef) -> PlayerExport:
    """Return everything that is stored about a player; of tables with many rows, the newest.

    Raises:
        NoSuchPlayer, SeveralPlayers
    """
    player = players.get_player(tx, ref, only=(Inventory,))
    found = {table: queries.list_records(tx, table, [player.id], limit=ROWS + 1) for table in TABLES}
    records: dict[str, Sequence[Mapping[str, Any]]] = dict.fromkeys((table.name for table in TABLES), ())
    more: dict[str, int] = {}
    room = MOST_BYTES
    # Tables that have no further pages come first: they are never cut, so the others share what is left.
    for table in sorted(TABLES, key=lambda each: bool(each.order)):
        records[table.name], further, size = _page(table, found[table].fetchall(), room)
        more |= further
        room -= size
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
    rows, more, _ = _page(table, queries.list_records(tx, table, [player.id], before, ROWS + 1).fetchall(), MOST_BYTES)
    return PlayerExport(player.id, player.username, tx.now, {table.name: rows}, more)


def _page(
    table: PersonalTable, rows: Sequence[Mapping[str, Any]], room: int
) -> tuple[list[Mapping[str, Any]], dict[str, int], int]:
    """Return the rows of a page, {table: cursor} if there are more, and how many bytes the rows are.

    Args:
        room: in bytes; a page that has all of it has at least one row.
    """
    page: list[Mapping[str, Any]] = []
    size = 0
    for row in rows[:ROWS]:
        length = _length(row["body"])
        if table.order and size + length > room and (page or room < MOST_BYTES):
            break
        page.append(row["body"])
        size += length
    if not table.order or len(page) == len(rows):
        return page, {}, size
    return page, {table.name: rows[len(page) - 1]["place"] if page else rows[0]["place"] + 1}, size


def _length(row: Mapping[str, Any]) -> int:
    """Return how many bytes a row is in a function's answer, which is JSON with the body as a text."""
    return len(json.dumps(json.dumps(row, ensure_ascii=False)))


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
    room = MOST_BYTES
    fitting: list[PlayerExport] = []
    for user_id, name in names.items():
        room -= sum(_length(row) for rows in records[user_id].values() for row in rows)
        if room < 0 and fitting:
            break
        fitting.append(PlayerExport(user_id, name, tx.now, records[user_id]))
    return CommunityExport(
        exported_at=tx.now,
        community={name: [row["body"] for row in cursor.fetchall()] for name, cursor in state.items()},
        players=fitting,
        next=fitting[-1].user_id if len(fitting) < len(listed) else None,
    )
