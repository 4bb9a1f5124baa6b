"""Copying content from its files into the database."""

from __future__ import annotations

import json
from typing import Any

from community.catalog import queries
from community.catalog.content import AliasesSection, ItemsSection, ThemesSection, items
from community.configs import shipped
from kernel.content.errors import ContentError
from kernel.content.library import FileSection
from kernel.database import Tx


def sync_items(tx: Tx) -> None:
    """Copy the items of the content files into the database.

    Raises:
        ContentError: an id in the file already belongs to another item, so inventories would change.
    """
    known = {row["item_id"]: row["internal_name"] for row in queries.list_items(tx)}
    for item in items.by_name.values():
        if known.get(item.item_id, item.internal_name) != item.internal_name:
            raise ContentError(
                ItemsSection.file,
                f"{item.internal_name}.item_id",
                f"{item.item_id} is {known[item.item_id]!r} in this database already",
            )
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
