"""The style sheet and the scripts of all pages, under addresses that change with their content.

The address has a hash of all files, so browsers keep them for a year, and a script finds its neighbours by relative
paths. After a deployment, an open page still asks for the old address: it gets the current file, which no one keeps.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Final

from fastapi import HTTPException, Response

from doors.routes import Router

STATIC: Final = Path(__file__).resolve().parent / "static"
TYPES: Final[Mapping[str, str]] = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
}
FOR_A_YEAR: Final = "public, max-age=31536000, immutable"
ALWAYS_FRESH: Final = "no-cache"

router = Router(include_in_schema=False)


@dataclass(frozen=True, slots=True)
class StaticFile:
    """A file as it is sent."""

    content: bytes
    media_type: str


@cache
def static_files() -> Mapping[str, StaticFile]:
    """Return all files by name."""
    return {
        file.name: StaticFile(file.read_bytes(), TYPES[file.suffix])
        for file in sorted(STATIC.iterdir())
        if file.suffix in TYPES
    }


@cache
def version() -> str:
    """Return the part of the files' addresses that changes with their content."""
    digest = sha256()
    for name, file in static_files().items():
        digest.update(name.encode() + b"\0" + file.content + b"\0")
    return digest.hexdigest()[:12]


def address(name: str) -> str:
    """Return the address of a file.

    Raises:
        KeyError: there is no such file.
    """
    _ = static_files()[name]
    return f"/static/{version()}/{name}"


@router.get("/static/{wanted}/{name}")
async def static_file(wanted: str, name: str) -> Response:
    """Return a file of the pages."""
    file = static_files().get(name)
    if file is None:
        raise HTTPException(404)
    caching = FOR_A_YEAR if wanted == version() else ALWAYS_FRESH
    return Response(file.content, media_type=file.media_type, headers={"Cache-Control": caching})
