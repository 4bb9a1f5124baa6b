"""/health: whether the service works, check by check. Source: worlds 26."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from datetime import datetime
from time import monotonic
from typing import Annotated, Any, Final, Literal, LiteralString

import psycopg
from fastapi import Response
from pydantic import BaseModel, Field

from doors.fields import Timestamp
from doors.routes import Router
from functions.shared.system.settings import settings
from kernel.connections import address
from kernel.per_environment import per_environment

router = Router()

CHECK_SECONDS: Final = 1.0
"""For all checks together: each is one query on the same new connection."""

Result = Literal["ok", "failing"]

_CACHE: Final[LiteralString] = "SELECT count(*) FROM (SELECT FROM worlds.maps LIMIT 1) AS one"
_QUEUE: Final[LiteralString] = """
    SELECT NOT EXISTS (SELECT FROM events
                       WHERE next_attempt_at IS NOT NULL
                         AND greatest(next_attempt_at, created_at) < now() - interval '5 minutes') AS moves
"""
"""Whether what is due leaves: the relay takes it within seconds, and within two minutes if it was not woken."""
_LAST_EVENT: Final[LiteralString] = """
    SELECT greatest((SELECT max(occurred_at) FROM worlds.events), (SELECT max(created_at) FROM events)) AS last_event
"""


class Checks(BaseModel):
    """What was tried. `cache` is not required: what is not there is made again."""

    database: Result = "failing"
    cache: Result = "failing"
    queue: Result = "failing"

    @property
    def required_ones_pass(self) -> bool:
        return self.database == self.queue == "ok"


class HealthReport(BaseModel):
    """Whether the service works: degraded if a required check fails.

    `uptime` is how many seconds ago the environment that answers was asked this for the first time: environments come
    and go, and it says nothing about the others.
    """

    status: Literal["ok", "degraded"]
    uptime: Annotated[float, Field(ge=0)]
    version: str
    checks: Checks
    last_event: Timestamp | None = None


class Liveness(BaseModel):
    """Whether something answers, or is ready."""

    status: Literal["ok", "unavailable"]


@per_environment
def _first_asked() -> float:
    # Not the time of the import: with SnapStart, that is when the version was published.
    return monotonic()


@router.get("/health", response_model=HealthReport, responses={503: {"model": HealthReport}})
async def health() -> Response:
    """Whether the service works; 503 if the database does not answer within a second, or events do not leave."""
    began = _first_asked()
    checks, last_event = _checked()
    report = HealthReport(
        status="ok" if checks.required_ones_pass else "degraded",
        uptime=round(monotonic() - began, 1),
        version=settings.version,
        checks=checks,
        last_event=last_event,
    )
    return Response(report.model_dump_json(), _status(checks.required_ones_pass), media_type="application/json")


@router.get("/health/live", response_model=Liveness)
async def live() -> Liveness:
    """Whether the functions answer at all; nothing else is asked."""
    return Liveness(status="ok")


@router.get("/health/ready", response_model=Liveness, responses={503: {"model": Liveness}})
async def ready() -> Response:
    """Whether requests can be served: 503 unless the database answers within a second."""
    is_ready = _checked()[0].database == "ok"
    answer = Liveness(status="ok" if is_ready else "unavailable")
    return Response(answer.model_dump_json(), _status(is_ready), media_type="application/json")


def _status(passed: bool) -> int:
    return 200 if passed else 503


def _checked() -> tuple[Checks, datetime | None]:
    """Return what the checks have shown, and when the last event happened."""
    checks = Checks()
    last: list[datetime | None] = [None]
    with suppress(psycopg.Error, TimeoutError):  # what was not reached is failing
        asyncio.run(_check(checks, last))
    return checks, last[0]


async def _check(checks: Checks, last: list[datetime | None]) -> None:
    async with (
        asyncio.timeout(CHECK_SECONDS),
        # A new connection: the environment's may be old, so its failure would prove nothing.
        await psycopg.AsyncConnection.connect(address(), autocommit=True) as conn,
    ):
        await _ask(conn, "SELECT 1")
        checks.database = "ok"
        if await _ask(conn, _QUEUE):
            checks.queue = "ok"
        last[0] = await _ask(conn, _LAST_EVENT)
        await _ask(conn, _CACHE)
        checks.cache = "ok"


async def _ask(conn: psycopg.AsyncConnection[Any], query: LiteralString) -> Any:
    row = await (await conn.execute(query)).fetchone()
    assert row is not None
    return row[0]
