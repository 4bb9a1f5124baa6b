"""Rebuilding in a transaction of its own, for operators. Run it as the owner of the tables."""

from __future__ import annotations

from kernel.database import Connection, transaction
from worlds.rebuilding import service
from worlds.rebuilding.service import Rebuilt


class _RolledBack(Exception):
    """Nothing is to be changed."""


def run(conn: Connection, *, write: bool) -> Rebuilt:
    """Rebuild the read models; without `write`, only to compare them.

    Raises:
        UpcastingError: the log has events that this code does not know.
        TryAgain: others were in the way; nothing has changed.
    """
    rebuilt: Rebuilt | None = None
    try:
        with transaction(conn) as tx:
            rebuilt = service.rebuild(tx)
            if not write:
                raise _RolledBack
            service.write_back(tx, rebuilt)
    except _RolledBack:
        pass
    assert rebuilt is not None
    return rebuilt
