"""Brings the database to the version that this code expects. Runs on deployment and is safe to repeat."""

from __future__ import annotations

from doors.start import ready  # first: see there

from pathlib import Path
from typing import Any

import psycopg
from psycopg.conninfo import conninfo_to_dict

from community.preparation import prepare
from functions.shared.migrate.switches import SWITCHES
from kernel.action import run_action
from kernel.connections import connection, login, password
from kernel.database import Tx
from kernel.keys import service as keys
from kernel.migrations import migrate
from kernel.restoring import skip_what_was_handed_out
from kernel.roles import connection_limits, create_roles, grant_tables, set_limits
from kernel.switches.administration import store as store_switches
from personas.preparation import prepare as prepare_personas
from worlds.preparation import prepare as prepare_worlds
from worlds.rebuilding import running as rebuilding

ready()

MIGRATIONS = Path(__file__).parents[3] / "migrations"
"""The top-level folder, both in a checkout and in the function's package."""


class LogInFailed(Exception):
    """Neither the owner of the tables nor the master could prepare the database's roles; the text says why."""


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Apply migrations and content; or only make the tables of Worlds anew from its log.

    Args:
        event: `master` {username, password} of the instance, to create the database's roles where they are missing;
            `admin_key_sha256`, the hash of the first administrator's key, to accept that key unless it was ever known;
            `restored`, true when the database has just been restored from a backup;
            `worlds_replay`: compare, or write, to mend what differs. All are optional.

    Returns:
        `applied`: the migrations applied now; `content`: the content files imported now. Of a replay: `events`, how
        many were replayed, and `differences`: {table: ids of rows that are, or were, not as the log says}.
    """
    if "worlds_replay" in event:
        return _replay(write=event["worlds_replay"] == "write")
    if "master" in event:
        _prepare_roles(event["master"])
    applied = migrate(login().conninfo, MIGRATIONS, password=password())
    if event.get("restored"):
        skip_what_was_handed_out(connection())
    grant_tables(connection())  # before content is imported, because its events wake functions that need their rights

    def fill(tx: Tx) -> list[str]:
        content = prepare(tx)
        prepare_personas(tx)
        prepare_worlds(tx)
        store_switches(tx, SWITCHES)
        if "admin_key_sha256" in event:
            keys.store_first(tx, event["admin_key_sha256"])
        return content

    return {"applied": applied, "content": run_action(fill, name="migrate", while_frozen=True)}


def _replay(*, write: bool) -> dict[str, Any]:
    rebuilt = rebuilding.run(connection(), write=write)
    differing: dict[str, list[str]] = {}
    for each in rebuilt.differences:
        differing.setdefault(each.table, []).append(", ".join(map(str, each.key.values())))
    return {"events": rebuilt.events, "differences": differing}


def _prepare_roles(master: dict[str, str]) -> None:
    """Create the database's roles, or set their limits: as their owner, or as the master where there is no owner yet.

    Raises:
        LogInFailed: neither of them could do it.
    """
    try:
        set_limits(connection(), connection_limits)
        return
    except psycopg.Error as error:
        as_owner = error
    conninfo = login().conninfo
    try:
        # In one transaction: after half of it, neither of them might get in.
        with psycopg.connect(conninfo, user=master["username"], password=master["password"]) as conn:
            create_roles(conn, str(conninfo_to_dict(conninfo)["dbname"]), connection_limits)
    except psycopg.Error as as_master:
        raise LogInFailed(f"As the owner: {as_owner} As the master: {as_master}") from as_master
