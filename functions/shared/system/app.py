"""Routes that belong to no feature: health, version, metrics, documents; and 404 for paths that no group serves."""

from __future__ import annotations

from doors.start_http import ready  # first: see there

import asyncio
from collections.abc import Mapping
from typing import Annotated

import psycopg
from fastapi import Depends, Query, Response
from fastapi.responses import PlainTextResponse
from pydantic import BaseModel, StringConstraints

from community.info import service as info
from doors.app import Answer, Event, create_app, create_handler
from doors.call import Call
from functions.shared.system import documents, health, play, realtime
from functions.shared.system.access import require_key
from functions.shared.system.exposition import exposition
from functions.shared.system.queries import read_metrics
from functions.shared.system.settings import settings
from kernel.connections import address

PING_SECONDS = 2


app = create_app("System", documents.router, play.router, realtime.router, health.router)


class Health(BaseModel):
    """Whether the service works."""

    status: str
    message: str | None = None


class Version(BaseModel):
    """The version that runs here."""

    version: str
    go_version: str
    build_time: str | None = None
    git_commit: str | None = None


class Info(BaseModel):
    """A text about a feature or a topic."""

    platform: str
    feature: str | None = None
    topic: str | None = None
    description: str
    link: str


ShortName = Annotated[str, StringConstraints(max_length=50)]


@app.get("/healthz", response_model=Health, response_model_exclude_none=True)
async def healthz() -> Health:
    """Whether the functions answer at all."""
    return Health(status="ok")


@app.get("/readyz", response_model=Health, response_model_exclude_none=True, responses={503: {"model": Health}})
async def readyz(response: Response) -> Health:
    """Whether the game is available: 503 unless a login to the database succeeds within two seconds."""
    try:
        asyncio.run(_ping())
    except (psycopg.OperationalError, TimeoutError):
        response.status_code = 503
        return Health(status="unavailable", message="The database does not answer.")
    return Health(status="ok")


@app.get("/version", response_model=Version, response_model_exclude_none=True)
async def version() -> Version:
    """What is running here. `go_version` is the runtime's; clients know it under that name."""
    return Version(
        version=settings.version,
        go_version=settings.runtime,
        build_time=settings.build_time or None,
        git_commit=settings.git_commit or None,
    )


@app.get("/metrics", response_class=PlainTextResponse)
async def prometheus(call: Call) -> Response:
    """The metrics of all functions, in Prometheus's text format."""
    text = exposition(call.read(read_metrics))
    return Response(text, media_type="text/plain; version=0.0.4; charset=utf-8")


@app.get("/api/v1/info", response_model=Info, dependencies=[Depends(require_key)])
async def describe(
    platform: Annotated[str, StringConstraints(min_length=1, max_length=20), Query()],
    feature: Annotated[ShortName, Query()] = "",
    topic: Annotated[ShortName, Query()] = "",
) -> Response:
    """A text for players about a feature or a topic: one line for Twitch, more for Discord."""
    answer = Info(
        platform=platform,
        feature=feature or None,
        topic=topic or None,
        description=info.describe(platform, feature, topic),
        link="",
    )
    return Response(answer.model_dump_json(exclude_none=True), media_type="application/json")


async def _ping() -> None:
    """Query the database on a new connection: the environment's may be old, so its failure would prove nothing."""
    async with asyncio.timeout(PING_SECONDS), await psycopg.AsyncConnection.connect(address()) as conn:
        await conn.execute("SELECT 1")


def _error_page(event: Event, headers: Mapping[str, str], answer: Answer) -> Answer:
    from functions.shared.system.root import page  # as for the first page

    return page.show_error(event, headers, answer)


handler = create_handler(app, public=True, error_page=_error_page)
ready()
