"""For tests of what happens while one waits for another."""

from __future__ import annotations

from time import monotonic, sleep

from brandish.database import Connection


def wait_for_a_lock(conn: Connection) -> None:
    """Until somebody waits for another's row."""
    deadline = monotonic() + 10
    while monotonic() < deadline:
        waiting = conn.execute(
            "SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
        ).fetchall()
        if waiting:
            return
        sleep(0.01)
    raise AssertionError("nobody waits")
