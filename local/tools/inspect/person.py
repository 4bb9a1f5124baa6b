"""One person whole: accounts, belongings, limits, what is open, and their web account with its personas."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from community.catalog.content import items
from community.inventory.models import Quality
from community.players import lookup
from community.players.models import PLATFORMS, NoSuchPlayer, PlayerRef
from community.privacy import exporting
from functions.shared.accounts.products import exports
from kernel.accounts import leaving
from kernel.accounts.service import OWN_TABLES
from kernel.database import Connection, reading

NEWEST: Final = 5
"""Rows that are shown of a table with many."""
WIDTH: Final = 200
"""Characters that are shown of a row: an event may be about everyone. `make export-player` has all of it."""


def person(conn: Connection, name: str, platform: str | None) -> Iterator[str]:
    """Yield lines about every player of a name.

    Args:
        platform: where they are called so; None for any.

    Raises:
        NoSuchPlayer
    """
    found: dict[Any, PlayerRef] = {}
    refusal: NoSuchPlayer | None = None
    for each in (platform,) if platform else PLATFORMS:
        with reading(conn) as tx:
            try:
                profile = lookup.find(tx, PlayerRef(each, username=name))
            except NoSuchPlayer as error:
                refusal = error
            else:
                found[profile.id] = PlayerRef(each, user_id=profile.id)
    if not found:
        assert refusal is not None
        raise refusal
    for ref in found.values():
        yield from _player(conn, ref)


def _player(conn: Connection, ref: PlayerRef) -> Iterator[str]:
    with reading(conn) as tx:
        export = exporting.export_player(tx, ref)
    yield f"{export.username}  {export.user_id}"
    for table, rows in export.records.items():
        yield from _table(table, rows, more=table in export.more)
    for account in export.records["player_accounts"]:
        with reading(conn) as tx:
            stored = leaving.read(tx, account["account_id"], {"account": OWN_TABLES, **exports()})
        for product, tables in stored.data.items():
            if product != "community":
                for table, rows in tables.items():
                    yield from _table(f"web account, {table}", rows, more=table in stored.more)


def _table(name: str, rows: Sequence[Mapping[str, Any]], *, more: bool) -> Iterator[str]:
    if not rows:
        return
    count = f"{len(rows)}{' and more' if more else ''}"
    yield f"  {name} ({count})"
    for row in rows[:NEWEST]:
        yield f"    {_row(row)}"
    if len(rows) > NEWEST:
        yield f"    ... {len(rows) - NEWEST} more"


def _row(row: Mapping[str, Any]) -> str:
    if "inventory_data" in row:
        slots = row["inventory_data"].get("slots", [])
        return ", ".join(map(_held, slots)) or "nothing"
    line = "  ".join(f"{name}={value}" for name, value in row.items() if value not in (None, "", [], {}))
    return line if len(line) <= WIDTH else f"{line[: WIDTH - 1]}…"


def _held(slot: Mapping[str, Any]) -> str:
    """Say what a slot holds; its quality where it is not the usual one, as things of two qualities do not stack."""
    quality = slot.get("quality") or Quality.COMMON
    return f"{items.stored(slot['item_id']).internal_name} {slot['quantity']}" + (
        "" if quality == Quality.COMMON else f" ({quality.lower()})"
    )
