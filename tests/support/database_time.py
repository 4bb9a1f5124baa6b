"""How long the database computes, no matter what else the machine does meanwhile."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import psycopg


def computed_milliseconds(conn: psycopg.Connection[Any]) -> float:
    """Return for how long the database has computed for a connection so far; waiting for a core does not count."""
    return int(Path(f"/proc/{conn.info.backend_pid}/schedstat").read_text().split()[0]) / 1_000_000
