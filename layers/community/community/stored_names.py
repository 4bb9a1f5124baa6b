"""Names of content that the database contains, and what a content file must say about them."""

from __future__ import annotations

from community.configs import shipped
from kernel.content.errors import ContentError


def missing(file: str, kind: str, name: str, use: str) -> ContentError:
    """Return the error for something that the database knows and a content file lacks.

    Args:
        use: what the database has of it, e.g. "is owned by players".
    """
    problem = (
        f'the {kind} "{name}" {use}, but is missing in this file: keep its entry and add "retired": true, or add '
        f'"renamed_from": ["{name}"] to the entry with its new name'
    )
    return ContentError(f"{shipped.name}/{file}", "", problem)


def other_name(file: str, kind: str, name: str, number: int, stored: str) -> ContentError:
    """Return the error for a number that the database knows under another name."""
    problem = (
        f"{number} is {stored!r} in this database already: choose another number, or add "
        f'"renamed_from": ["{stored}"] if it is the same {kind} with a new name'
    )
    return ContentError(f"{shipped.name}/{file}", name, problem)


def other_number(file: str, name: str, number: int, stored: int) -> ContentError:
    """Return the error for a name that the database knows under another number."""
    return ContentError(f"{shipped.name}/{file}", name, f"its number is {stored} in this database, not {number}")
