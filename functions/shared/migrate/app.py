"""Brings the database to the version that this code expects. Runs on deployment and is safe to repeat."""

from __future__ import annotations

from doors.start import ready  # first: see there

from pathlib import Path
from typing import Any

import psycopg
from psycopg.conninfo import conninfo_to_dict

from community.preparation import prepare
from kernel.action import run_action
from kernel.connections import connection, password
from kernel.database import Tx
from kernel.keys import service as keys
from kernel.migrations import migrate
from kernel.roles import connection_limits, create_roles, grant_tables
from kernel.settings import settings

ready()

MIGRATIONS = Path(__file__).parents[3] / "migrations"
"""The top-level folder, both in a checkout and in the function's package."""

FIRST_KEY = "admin"
"""The name of the first key of a deployment."""


def handler(event: dict[str, Any], context: Any) -> dict[str, list[str]]:
    """Apply migrations and content.

    Args:
        event: `master` {username, password} of the instance, to create the database's roles; `admin_key_sha256`, the
            hash of the first administrator's key, to accept that key. Both are optional.

    Returns:
        `applied`: the migrations applied now; `content`: the content files imported now.
    """
    if "master" in event:
        _create_users(event["master"])
    applied = migrate(settings.database_url, MIGRATIONS, password=password())
    grant_tables(connection())  # before content is imported, because its events wake functions that need their rights

    def fill(tx: Tx) -> list[str]:
        content = prepare(tx)
        if "admin_key_sha256" in event:
            keys.store(tx, event["admin_key_sha256"], FIRST_KEY, "admin")
        return content

    return {"applied": applied, "content": run_action(fill, name="migrate")}


def _create_users(master: dict[str, str]) -> None:
    database = str(conninfo_to_dict(settings.database_url)["dbname"])
    with psycopg.connect(
        settings.database_url, user=master["username"], password=master["password"], autocommit=True
    ) as conn:
        create_roles(conn, database, connection_limits)
