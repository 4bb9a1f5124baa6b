"""Reloads from the files what messages call the items."""

from __future__ import annotations

from community.catalog import item_names
from community.catalog.content import items
from community.catalog.models import Names
from community.catalog.rules import active_theme
from community.catalog.sync import shipped_documents
from community.progression import service as progression
from kernel.content.errors import ContentError
from kernel.database import Tx
from kernel.errors import Refused


class UnusableNames(Refused):
    code = "validation"
    message = "The old names stay, because of a mistake in {problem}."


def reload_names(tx: Tx) -> str:
    """Load the alias and theme files from disk; returns the key of the active theme, or "".

    Raises:
        UnusableNames: a file is invalid; nothing has changed.
    """
    try:
        aliases, themes = shipped_documents()
        names = Names.from_documents(aliases, themes)
        for problem in item_names.clashes(items.by_name.values(), names.aliases):
            raise ContentError(*problem)
    except ContentError as error:
        raise UnusableNames(problem=error) from error
    progression.replace_names(tx, aliases, themes)
    return active_theme(names, tx.now.date()) or ""
