"""What messages call the items, taken anew from the files."""

from __future__ import annotations

from brandish.catalog.models import Names
from brandish.catalog.rules import active_theme
from brandish.catalog.sync import shipped_documents
from brandish.content import ContentError
from brandish.database import Tx
from brandish.errors import Refused
from brandish.progression import service as progression


class UnusableNames(Refused):
    code = "validation"
    message = "The old names stay, because of a mistake in {problem}."


def reload_names(tx: Tx) -> str:
    """Take the alias and theme files as they are on disk; the key of the active theme, or "".

    Raises:
        UnusableNames: a file is wrong, and nothing has changed.
    """
    try:
        aliases, themes = shipped_documents()
        names = Names.from_documents(aliases, themes)
    except ContentError as error:
        raise UnusableNames(problem=error) from error
    progression.replace_names(tx, aliases, themes)
    return active_theme(names, tx.now.date()) or ""
