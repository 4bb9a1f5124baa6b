"""The overlay of a stream: the hero whom the community follows, on the map of their world, and what they do.

It shows what the hero's player has agreed to show to everyone, so it asks for no key. With a ticket in its address,
after `#ticket=`, it hears of news at once; without one, it looks again every few seconds.
"""

from __future__ import annotations

import json
from hashlib import sha256
from typing import Final
from uuid import UUID

from fastapi import Response

from community.heroes.showing import on_overlay
from doors.caching import cached
from doors.call import Call
from doors.pages.door import View
from doors.routes import Router
from functions.worlds.pages.door import door
from kernel.accounts.models import Identity
from kernel.database import Tx
from worlds.ground import service as ground
from worlds.maps.picture import png_of
from worlds.world import queries as worlds_sql
from worlds.world.models import PUBLIC, World, WorldNotFound

router = Router(include_in_schema=False)

PAGE_KEPT_SECONDS: Final = 300
STATE_KEPT: Final = "public, max-age=0, s-maxage=2"
MAP_KEPT: Final = "public, max-age=0, s-maxage=300"


@router.get("/worlds/overlay")
async def overlay(call: Call) -> Response:
    """Return the page: the same for everyone."""
    return door.show(call, _page)


def _page(tx: Tx, me: Identity | None) -> View:
    return View("overlay.html", {}, kept_seconds=PAGE_KEPT_SECONDS)


@router.get("/worlds/overlay.json")
async def overlay_state(call: Call) -> Response:
    """Return how the hero was seen last, as listeners are told of it; an empty object if no one is to be shown."""
    body = json.dumps(call.read(on_overlay), ensure_ascii=False, separators=(",", ":")).encode()
    etag = sha256(body).hexdigest()[:24]
    return cached(call, etag, lambda: Response(body, media_type="application/json"), control=STATE_KEPT)


@router.get("/worlds/overlay/{world_id}.png")
async def overlay_map(world_id: UUID, call: Call) -> Response:
    """Return the map of a world that is public: a pixel for each cell."""
    picture = png_of(call.read(lambda tx: ground.map_of(tx, _public(tx, world_id))))
    etag = sha256(picture).hexdigest()[:24]
    return cached(call, etag, lambda: Response(picture, media_type="image/png"), control=MAP_KEPT)


def _public(tx: Tx, world_id: UUID) -> World:
    row = worlds_sql.find(tx, world_id).fetchone()
    world = worlds_sql.read(row) if row else None
    if world is None or world.privacy != PUBLIC:
        raise WorldNotFound
    return world
