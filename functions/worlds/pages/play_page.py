"""The page on which one plays; for strangers, what Worlds is."""

from __future__ import annotations

from typing import Final

from fastapi import Response

from doors.call import Call
from doors.pages.door import View
from doors.routes import Router
from functions.worlds.pages.door import door
from kernel.accounts.models import Identity
from kernel.database import Tx

router = Router(include_in_schema=False)

KEPT_SECONDS: Final = 300


@router.get("/worlds")
async def play(call: Call) -> Response:
    """Return the page."""
    return door.show(call, _read)


def _read(tx: Tx, me: Identity | None) -> View:
    if me is None:
        return View("welcome.html", {}, kept_seconds=KEPT_SECONDS)
    return View("play.html", {})
