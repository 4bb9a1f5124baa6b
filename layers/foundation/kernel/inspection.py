"""What an operator sees of the database: every feature's tables, and what is open in them.

The features of the kernel are listed here, those of a product in its own module `inspection`. A test compares the lists
with the schema.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import LiteralString

from msgspec import Struct, field


class Inspection(Struct, frozen=True):
    """What belongs to a feature.

    Attributes:
        feature: the name of its package.
        tables: with their schema, unless it is `public`.
        figures: {what: an SQL expression for a number, a time or a text}.
    """

    feature: str
    tables: tuple[LiteralString, ...]
    figures: Mapping[str, LiteralString] = field(default_factory=dict[str, LiteralString])


INSPECTIONS = (
    Inspection(
        "events",
        ("events", "consumed_events", "relay_lease"),
        {
            "waiting": "(SELECT count(*) FROM events WHERE next_attempt_at IS NOT NULL)",
            "dead": "(SELECT count(*) FROM events WHERE next_attempt_at IS NULL AND published_at IS NULL)",
            "waiting since": "(SELECT min(created_at) FROM events WHERE next_attempt_at IS NOT NULL)",
        },
    ),
    Inspection(
        "outside",
        ("kernel.outside_requests", "kernel.outside_usage"),
        {
            "requests": """
                (SELECT string_agg(kind || ' ' || status || ' ' || n, ', ' ORDER BY kind, status)
                 FROM (SELECT kind, status, count(*) AS n FROM kernel.outside_requests
                       WHERE status <> 'done' GROUP BY kind, status) AS open)
            """,
            "calls today": """
                (SELECT sum(calls) FROM kernel.outside_usage WHERE scope = 'installation' AND day = CURRENT_DATE)
            """,
        },
    ),
    Inspection(
        "accounts",
        ("kernel.accounts", "kernel.sessions", "kernel.failed_log_ins", "kernel.password_resets"),
        {"open sessions": "(SELECT count(*) FROM kernel.sessions WHERE ended_at IS NULL AND expires_at > now())"},
    ),
    Inspection(
        "keys",
        ("api_keys", "failed_keys"),
        {"active": "(SELECT count(*) FROM api_keys WHERE revoked_at IS NULL OR revoked_at > now())"},
    ),
    Inspection(
        "realtime",
        ("stream_clients", "signing_keys", "retired_signing_keys"),
        {"listeners": "(SELECT count(*) FROM stream_clients WHERE seen_at > now() - interval '2 minutes')"},
    ),
    Inspection(
        "switches",
        ("kernel.features",),
        {
            "not as usual": """
                (SELECT string_agg(name || CASE WHEN is_on THEN ' on' ELSE ' off' END, ', ')
                 FROM kernel.features WHERE is_on <> is_usually_on)
            """
        },
    ),
    Inspection("idempotency", ("idempotency_keys",)),
    Inspection("rate_limits", ("kernel.rate_windows",)),
    Inspection("metrics", ("request_counters", "business_counters", "kernel.gauges")),
    Inspection("content", ("config_sync_metadata",)),
    Inspection("migrations", ("schema_migrations",), {"last": "(SELECT max(name) FROM schema_migrations)"}),
)
