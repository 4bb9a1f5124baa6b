"""The HTTP door of Worlds: errors are objects with a code in capitals (doors.error_objects). Source: worlds 2."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any, Final
from uuid import UUID

from fastapi import FastAPI, Query
from msgspec.structs import replace

from doors import app as house
from doors.errors import HOUSE
from doors.people import check_demand
from doors.routes import Router

MAX_BODY = 64 * 1024
"""Bytes of a request."""
MAX_FILE: Final = 1024 * 1024
"""Bytes of a request that brings a world as a file."""
IMPORT: Final = "/api/game/worlds/import"

MOST = 100
"""How many a page of a list has at most, and where no one asks for less."""
PageSize = Annotated[int, Query(ge=1, le=MOST, description="How many, at most.")]
PageAfter = Annotated[UUID | None, Query(description="The id of the last one of the page before.")]


def create_app(title: str, *routers: Router) -> FastAPI:
    """Return a FastAPI app whose routes ask themselves who is signed in."""
    return house.create_app(title, *routers, dialect=replace(HOUSE, before_invalid=check_demand))


def create_handler(app: FastAPI) -> Callable[[house.Event, Any], house.Answer]:
    """Return the Lambda handler of an HTTP group of Worlds."""
    return house.create_handler(app, public=True, max_body=MAX_BODY, larger={IMPORT: MAX_FILE})
