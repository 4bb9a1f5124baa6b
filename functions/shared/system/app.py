"""What belongs to no game feature: health, version, metrics, documents; and 404 for whatever no group serves."""

from __future__ import annotations

from doors.start_http import ready  # first: see there

import asyncio
from typing import Annotated

import psycopg
from fastapi import APIRouter, Depends, HTTPException, Query, Request, Response
from fastapi.responses import PlainTextResponse
from psycopg.conninfo import make_conninfo
from pydantic import BaseModel, StringConstraints

from community.info import service as info
from doors.app import create_app, create_handler
from doors.call import Call
from functions.shared.system import documents, realtime
from functions.shared.system.exposition import exposition
from functions.shared.system.queries import read_metrics
from functions.shared.system.settings import settings
from kernel import log_fields
from kernel.connections import password
from kernel.settings import settings as kernel_settings

PING_SECONDS = 2


async def note_route(request: Request) -> None:
    """Routes without a call are counted under their own names, too."""
    log_fields.set_route(request.scope["route"].path)


async def require_key(request: Request) -> None:
    """The handler lets everybody in, so a route that is not public asks for the authorizer's word here."""
    authorizer = request.scope["aws.event"]["requestContext"].get("authorizer")
    if not authorizer or not authorizer.get("role"):
        raise HTTPException(401)


app = create_app("System")
public = APIRouter(dependencies=[Depends(note_route)])


class Health(BaseModel):
    status: str
    message: str | None = None


class Version(BaseModel):
    version: str
    go_version: str
    build_time: str | None = None
    git_commit: str | None = None


class Info(BaseModel):
    platform: str
    feature: str | None = None
    topic: str | None = None
    description: str
    link: str


ShortName = Annotated[str, StringConstraints(max_length=50)]


@public.get("/healthz", response_model=Health, response_model_exclude_none=True)
async def healthz() -> Health:
    """Whether the functions answer at all."""
    return Health(status="ok")


@public.get("/readyz", response_model=Health, response_model_exclude_none=True, responses={503: {"model": Health}})
async def readyz(response: Response) -> Health:
    """Whether the game can be played: 503 unless somebody can log in to the database within two seconds."""
    try:
        async with asyncio.timeout(PING_SECONDS):
            await _ping()
    except (psycopg.OperationalError, TimeoutError):
        response.status_code = 503
        return Health(status="unavailable", message="The database does not answer.")
    return Health(status="ok")


@public.get("/version", response_model=Version, response_model_exclude_none=True)
async def version() -> Version:
    """What is running here. `go_version` is the runtime's; clients know it under that name."""
    return Version(
        version=settings.version,
        go_version=settings.runtime,
        build_time=settings.build_time or None,
        git_commit=settings.git_commit or None,
    )


@public.get("/metrics", response_class=PlainTextResponse)
async def prometheus(call: Call) -> Response:
    """What all functions together have counted, as Prometheus reads it."""
    text = exposition(call.read(read_metrics))
    return Response(text, media_type="text/plain; version=0.0.4; charset=utf-8")


@app.get("/api/v1/info", response_model=Info, dependencies=[Depends(require_key), Depends(note_route)])
async def describe(
    platform: Annotated[str, StringConstraints(min_length=1, max_length=20), Query()],
    feature: Annotated[ShortName, Query()] = "",
    topic: Annotated[ShortName, Query()] = "",
) -> Response:
    """What players may want to know about a feature or a topic: a line for Twitch, more for Discord."""
    answer = Info(
        platform=platform,
        feature=feature or None,
        topic=topic or None,
        description=info.describe(platform, feature, topic),
        link="",
    )
    return Response(answer.model_dump_json(exclude_none=True), media_type="application/json")


async def _ping() -> None:
    """On a connection of its own: that of the environment may be old, and then its failure tells nothing."""
    address = make_conninfo(kernel_settings.database_url, password=password())
    async with await psycopg.AsyncConnection.connect(address) as conn:
        await conn.execute("SELECT 1")


public.include_router(documents.router)
app.include_router(public)
app.include_router(realtime.router, dependencies=[Depends(require_key)])
handler = create_handler(app, public=True)
ready()
