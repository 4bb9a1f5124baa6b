"""The shipped catalogue, for tests without a database."""

from __future__ import annotations

from community.catalog.content import aliases, themes
from community.catalog.models import Names


def shipped_names() -> Names:
    """Return the names of items as the content files define them."""
    return Names(aliases.by_item, themes.by_key)
