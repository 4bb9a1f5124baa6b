"""The language of the evening: what viewers type and what the demo prints."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any, Final

from kernel import texts
from kernel.texts import term

CONFIGS: Final = Path(__file__).resolve().parents[2] / "configs" / "community"

texts.use(CONFIGS / "texts")
texts.use(Path(__file__).resolve().parent / "texts")


def shown(item: str) -> str:
    """Return what viewers call an item of this English name."""
    return term("item", item)


def english(row: Mapping[str, Any]) -> str:
    """Return the English name of the item in an answer; the ledger goes by it in every language."""
    return name_of(row["item_name"])


def name_of(internal_name: str) -> str:
    """Return the English name of an item."""
    return _names().get(internal_name, internal_name)


@cache
def _names() -> Mapping[str, str]:
    items = json.loads((CONFIGS / "items.json").read_bytes())["items"]
    return {item["internal_name"]: item["public_name"] for item in items}
