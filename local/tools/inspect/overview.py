"""The whole database: how much each feature stores, since when, and what is open."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import Any, Final

from psycopg import Connection, sql
from psycopg.rows import DictRow

from community.inspection import INSPECTIONS as COMMUNITY
from kernel.inspection import INSPECTIONS as KERNEL
from kernel.inspection import Inspection
from kernel.roles import SCHEMAS
from personas.inspection import INSPECTIONS as PERSONAS
from worlds.inspection import INSPECTIONS as WORLDS

PRODUCTS: Final[Mapping[str, Sequence[Inspection]]] = {
    "Community": COMMUNITY,
    "Personas": PERSONAS,
    "Worlds": WORLDS,
    "Kernel": KERNEL,
}
COUNTED: Final = 100_000
"""Tables with more rows than this are estimated, as the planner does."""
_AHEAD: Final = ("expires_at", "due_at", "deadline", "next_", "retires_at", "updated_at", "wanted_at", "awake_until")
"""Columns that do not tell since when there is a row."""


def overview(conn: Connection[DictRow]) -> Iterator[str]:
    """Yield the lines of the overview."""
    about = _one(
        conn,
        "SELECT current_database() AS name, pg_database_size(current_database()) AS bytes,"
        " current_setting('server_version') AS version, now() AS now",
    )
    yield f"{about['name']} on PostgreSQL {about['version']}: {_size(about['bytes'])}, at {_time(about['now'])}"
    known = _tables(conn)
    for product, inspections in PRODUCTS.items():
        yield ""
        yield product
        for inspection in inspections:
            yield from _feature(conn, inspection, known)


def _feature(
    conn: Connection[DictRow], inspection: Inspection, known: Mapping[str, Mapping[str, Any]]
) -> Iterator[str]:
    figures = {name: _figure(conn, expression) for name, expression in inspection.figures.items()}
    said = ", ".join(f"{name}: {value}" for name, value in figures.items() if value not in (None, ""))
    yield f"  {inspection.feature}{f'  ({said})' if said else ''}"
    for name in inspection.tables:
        table = known[name]
        rows = table["estimate"]
        times = ""
        if rows < COUNTED:
            row = _one(conn, _statement(name, table["moment"]))
            rows = row["rows"]
            if row["oldest"] is not None:
                times = f"  {_time(row['oldest'])} to {_time(row['newest'])}"
        about = "about " if table["estimate"] >= COUNTED else ""
        yield f"    {name:<34}{about + format(rows, ','):>16} rows {_size(table['bytes']):>10}{times}"


def _tables(conn: Connection[DictRow]) -> dict[str, dict[str, Any]]:
    """Return {table: its estimated rows, its bytes with indexes and partitions, and the column that says when}."""
    rows = conn.execute(
        """
        SELECT CASE n.nspname WHEN 'public' THEN '' ELSE n.nspname || '.' END || c.relname AS name,
               (SELECT coalesce(sum(greatest(p.reltuples, 0)), 0)::bigint FROM pg_class p
                WHERE p.oid = c.oid OR p.oid IN (SELECT inhrelid FROM pg_inherits WHERE inhparent = c.oid)) AS estimate,
               (SELECT coalesce(sum(pg_total_relation_size(p.oid)), 0)::bigint FROM pg_class p
                WHERE p.oid = c.oid OR p.oid IN (SELECT inhrelid FROM pg_inherits WHERE inhparent = c.oid)) AS bytes,
               (SELECT array_agg(a.attname::text ORDER BY a.attname <> 'created_at', a.attnum) FROM pg_attribute a
                WHERE a.attrelid = c.oid AND a.attnum > 0 AND a.atttypid = 'timestamptz'::regtype) AS times
        FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE n.nspname = ANY (%s) AND c.relkind IN ('r', 'p') AND NOT c.relispartition
        """,
        (list(SCHEMAS),),
    )
    return {row["name"]: {**row, "moment": _moment(row["times"] or ())} for row in rows}


def _moment(columns: Sequence[str]) -> str:
    return next((column for column in columns if not any(part in column for part in _AHEAD)), "")


def _statement(name: str, moment: str) -> sql.Composed:
    table = sql.SQL(".").join(map(sql.Identifier, name.split(".")))
    time: sql.Composable = sql.Identifier(moment) if moment else sql.SQL("NULL::timestamptz")
    return sql.SQL(
        "SELECT count(*) AS rows, min({time}) FILTER (WHERE isfinite({time})) AS oldest,"
        " max({time}) FILTER (WHERE isfinite({time})) AS newest FROM {table}"
    ).format(time=time, table=table)


def _figure(conn: Connection[DictRow], expression: str) -> Any:
    value = _one(conn, sql.SQL("SELECT {} AS value").format(sql.SQL(expression)))["value"]  # pyright: ignore[reportArgumentType]  # our own
    return _time(value) if isinstance(value, date) else value


def _one(conn: Connection[DictRow], statement: Any) -> DictRow:
    row = conn.execute(statement).fetchone()
    assert row is not None
    return row


def _size(count: int) -> str:
    size = float(count)
    for unit in ("B", "kB", "MB"):
        if size < 1000:
            return f"{size:.0f} {unit}"
        size /= 1000
    return f"{size:.1f} GB"


def _time(moment: date) -> str:
    return f"{moment:%Y-%m-%d %H:%M}" if isinstance(moment, datetime) else f"{moment:%Y-%m-%d}"
