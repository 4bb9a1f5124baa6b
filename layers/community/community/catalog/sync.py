"""Copying content from its files into the database."""

from __future__ import annotations

import json
from typing import Any

from community.catalog import queries
from community.catalog.content import AliasesSection, ItemsSection, ThemesSection, items
from community.configs import shipped
from community.stored_names import other_name, other_number
from kernel.content.errors import ContentError
from kernel.content.library import FileSection
from kernel.database import Tx


def missing_items(tx: Tx) -> dict[int, str]:
    """Return {id: internal name} of the items that the database has and the content lacks.

    Raises:
        ContentError: an id belongs to another item in the database, so inventories would change.
    """
    known = {row["item_id"]: row["internal_name"] for row in queries.list_items(tx)}
    ids = {name: item_id for item_id, name in known.items()}
    for item in items.by_name.values():
        stored = known.get(item.item_id)
        if stored not in (None, item.internal_name, *item.renamed_from):
            raise other_name(ItemsSection.file, "item", item.internal_name, item.item_id, stored)
        if ids.get(item.internal_name, item.item_id) != item.item_id:
            raise other_number(ItemsSection.file, item.internal_name, item.item_id, ids[item.internal_name])
    return {item_id: name for item_id, name in known.items() if item_id not in items.by_id}


def sync_items(tx: Tx) -> None:
    """Copy the items of the content files into the database, after `missing_items`."""
    queries.release_names(tx, [item.item_id for item in items.by_name.values() if item.renamed_from])
    for item in items.by_name.values():
        queries.upsert_item(tx, item)


def shipped_documents() -> tuple[dict[str, Any], dict[str, Any]]:
    """Read the alias file and the theme file from disk; a missing file gives an empty document."""
    return _document(AliasesSection), _document(ThemesSection)


def _document(section: type[FileSection[Any]]) -> dict[str, Any]:
    name, file = section.file, shipped.root / section.file
    try:
        return json.loads(file.read_bytes()) if file.exists() else dict(section.empty or {})
    except json.JSONDecodeError as error:
        raise ContentError(name, f"line {error.lineno}", error.msg) from None
    except UnicodeDecodeError as error:
        raise ContentError(name, f"byte {error.start}", "is not UTF-8") from None
