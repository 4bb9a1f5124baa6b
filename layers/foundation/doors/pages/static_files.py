"""Style sheets and scripts, under addresses that change with their content.

The address has a hash of all files, so browsers keep them for a year, and a script finds its neighbours by relative
paths. After a deployment, an open page still asks for the old address: it gets the current file, which no one keeps.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from hashlib import sha256
from pathlib import Path
from typing import Final

from fastapi import HTTPException, Response
from msgspec import Struct

from doors.routes import Router

STATIC: Final = Path(__file__).resolve().parent / "static"
TYPES: Final[Mapping[str, str]] = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
}
FOR_A_YEAR: Final = "public, max-age=31536000, immutable"
ALWAYS_FRESH: Final = "no-cache"


class StaticFile(Struct, frozen=True):
    """A file as it is sent."""

    content: bytes
    media_type: str


class StaticFiles:
    """The files of some folders, below one path.

    A product with scripts of its own serves those of all pages beside them, since scripts import their neighbours.
    """

    def __init__(self, path: str, *folders: Path) -> None:
        self._path = path
        self._folders = folders

    @cached_property
    def files(self) -> Mapping[str, StaticFile]:
        """All files by name."""
        found = (file for folder in self._folders for file in folder.iterdir() if file.suffix in TYPES)
        return {
            file.name: StaticFile(file.read_bytes(), TYPES[file.suffix])
            for file in sorted(found, key=lambda file: file.name)
        }

    @cached_property
    def version(self) -> str:
        """The part of the files' addresses that changes with their content."""
        digest = sha256()
        for name, file in self.files.items():
            digest.update(name.encode() + b"\0" + file.content + b"\0")
        return digest.hexdigest()[:12]

    def address(self, name: str) -> str:
        """Return the address of a file.

        Raises:
            KeyError: there is no such file.
        """
        _ = self.files[name]
        return f"{self._path}/{self.version}/{name}"

    def router(self) -> Router:
        """Return the route of the files."""
        router = Router(include_in_schema=False)

        @router.get(self._path + "/{wanted}/{name}")
        async def static_file(wanted: str, name: str) -> Response:
            file = self.files.get(name)
            if file is None:
                raise HTTPException(404)
            caching = FOR_A_YEAR if wanted == self.version else ALWAYS_FRESH
            return Response(file.content, media_type=file.media_type, headers={"Cache-Control": caching})

        return router


shared: Final = StaticFiles("/static", STATIC)
"""What all pages share."""
