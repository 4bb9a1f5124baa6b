"""The route of the guide, what the page knows without asking the game."""

from __future__ import annotations

import json
from hashlib import sha256
from typing import Final

from fastapi import Response

from doors.caching import cached
from doors.call import Call
from doors.pages.addresses import speak
from doors.routes import Router

router = Router(include_in_schema=False)

KEPT: Final = "public, max-age=0, s-maxage=300"


@router.get("/worlds/guide.json")
async def read_guide(call: Call) -> Response:
    """Return the guide, in the language of the page."""
    from functions.worlds.pages.guide_contents import guide  # slow to import, and caches keep the guide

    speak(call.sent_headers)
    body = json.dumps(guide(), ensure_ascii=False, separators=(",", ":")).encode()
    vary = {"Vary": "Cookie, Accept-Language"}
    return cached(
        call,
        sha256(body).hexdigest()[:24],
        lambda: Response(body, media_type="application/json", headers=vary),
        control=KEPT,
    )
