"""Updating the product's part of a database after a deployment."""

from __future__ import annotations

from kernel.database import Tx
from personas import contents
from personas.configs import shipped
from personas.rooms.sync import sync_rooms
from personas.templates.service import ensure_seed


def prepare(tx: Tx) -> None:
    """Bring the rooms of the content and our template into the database. What is current stays as it is.

    Raises:
        ContentError: a content file is invalid.
    """
    contents.check(shipped)
    sync_rooms(tx)
    ensure_seed(tx)
