from __future__ import annotations

from brandish.database import Connection


def go_on(conn: Connection) -> None: ...
