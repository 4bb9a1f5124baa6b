"""The health of the Discord integration."""

from __future__ import annotations

import json
from time import monotonic

import psycopg

from doors.discord.actions import BUDGET_SECONDS
from functions.shared.discord.settings import settings
from kernel.action import Budget, look
from kernel.database import Tx
from kernel.errors import TryAgain
from kernel.metrics import count_requests

_started = monotonic()


def health() -> tuple[int, str]:
    """HTTP status and JSON body. `connected` means that requests can be verified: there is no gateway connection.

    Source: wire 16.
    """
    received = _commands_received()
    connected = bool(settings.discord_public_keys)
    healthy = connected and received is not None
    body = {
        "status": "healthy" if healthy else "degraded",
        "uptime": f"{int(monotonic() - _started)}s",
        "connected": connected,
        "commands_received": received or 0,
        "api_reachable": received is not None,
    }
    return (200 if healthy else 503), json.dumps(body)


def _commands_received() -> int | None:
    """By all environments, as far as they have reported; None when the database does not answer."""
    try:
        return look(_count_commands, budget=Budget.of(BUDGET_SECONDS))
    except (TryAgain, psycopg.OperationalError):
        return None


def _count_commands(tx: Tx) -> int:
    row = count_requests(tx, "/discord/%").fetchone()
    return row["count"] if row else 0
