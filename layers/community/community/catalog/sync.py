"""From the content files into the database."""

from __future__ import annotations

import json
from typing import Any

from community.catalog import queries
from community.content import ContentError, configs, content
from community.content.checks import ALIASES, THEMES
from kernel.database import Tx


def sync_items(tx: Tx) -> None:
    """
    Raises:
        ContentError: an id in the file belongs to another item already; inventories would change under their owners.
    """
    known = {row["item_id"]: row["internal_name"] for row in queries.list_items(tx)}
    for item in content.items.values():
        if known.get(item.item_id, item.internal_name) != item.internal_name:
            raise ContentError(
                "items.json",
                f"{item.internal_name}.item_id",
                f"{item.item_id} is {known[item.item_id]!r} in this database already",
            )
        queries.upsert_item(tx, item)


def shipped_documents() -> tuple[dict[str, Any], dict[str, Any]]:
    """The alias file and the theme file as they are on disk now; an empty one for a file that is missing."""
    return (
        _document(ALIASES, {"version": "1.0", "schema": "item-aliases", "aliases": {}}),
        _document(THEMES, {"version": "1.0", "schema": "item-themes", "themes": {}}),
    )


def _document(name: str, empty: dict[str, Any]) -> dict[str, Any]:
    file = configs() / name
    try:
        return json.loads(file.read_bytes()) if file.exists() else empty
    except json.JSONDecodeError as error:
        raise ContentError(name, f"line {error.lineno}", error.msg) from None
    except UnicodeDecodeError as error:
        raise ContentError(name, f"byte {error.start}", "is not UTF-8") from None
