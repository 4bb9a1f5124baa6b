"""Pages for people: the API's description, the web panel, an icon.

Their links are relative, because on AWS the path begins with the stage's name.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib.util import find_spec
from pathlib import Path

from fastapi import HTTPException, Request, Response

from doors.call import Call
from doors.pages.static_files import STATIC
from doors.routes import Router

router = Router(include_in_schema=False)

HERE = Path(__file__).resolve().parent
PANEL = HERE / "panel"
STYLE = STATIC / "style.css"
TYPES = {
    ".css": "text/css",
    ".html": "text/html",
    ".js": "text/javascript",
    ".json": "application/json",
    ".svg": "image/svg+xml",
}
ALWAYS_FRESH = "no-cache"
FOR_A_WHILE = "public, max-age=300"
FOR_A_DAY = "public, max-age=86400"
CONTENT_SECURITY = (
    "default-src 'none'; script-src 'self'; style-src 'self'{styles}; connect-src 'self'; img-src 'self'{images};"
    " base-uri 'none'; form-action 'none'; frame-ancestors 'self'"
)
PANEL_HEADERS = {"Content-Security-Policy": CONTENT_SECURITY.format(styles="", images="")}
SWAGGER_HEADERS = {  # Swagger UI writes styles into its elements, and has icons in its style sheet
    "Content-Security-Policy": CONTENT_SECURITY.format(styles=" 'unsafe-inline'", images=" data:")
}
FROM_FASTAPI_OFFLINE = ("swagger-ui-bundle.js", "swagger-ui.css")


@router.get("/")
async def root(call: Call) -> Response:
    """Return the first page of the installation."""
    from functions.shared.system.root import page  # templates take time to import, and only this page needs them

    return page.show(call)


@router.get("/swagger")
@router.get("/admin")
async def add_slash(request: Request) -> Response:
    """Redirect to the address with a trailing slash."""
    return Response(status_code=301, headers={"Location": _address(request) + "/"})


@router.get("/swagger/{name:path}")
async def swagger(name: str) -> Response:
    """Return a file of the API's description."""
    if name in ("", "index.html"):
        return _page(HERE / "swagger.html", ALWAYS_FRESH, SWAGGER_HEADERS)
    if name == "swagger.js":
        return _page(HERE / name, FOR_A_WHILE)
    if name == "openapi.json":
        return _page(_description(), ALWAYS_FRESH)
    if name in FROM_FASTAPI_OFFLINE:
        return _page(_swagger_assets() / name, FOR_A_DAY)
    raise HTTPException(404)


@router.get("/admin/{name:path}")
async def panel(name: str) -> Response:
    """Return a file of the panel, from any folder in the path; the index page for any other name."""
    last = name.rpartition("/")[2]
    if last == "style.css":
        return _page(STYLE, FOR_A_WHILE)
    if last in _panel_files() and last != "index.html":
        return _page(PANEL / last, FOR_A_WHILE)
    return _page(PANEL / "index.html", ALWAYS_FRESH, PANEL_HEADERS)


@router.get("/favicon.ico")
async def favicon() -> Response:
    """Return the icon."""
    return _page(HERE / "favicon.svg", FOR_A_DAY)


def _page(file: Path, caching: str, headers: Mapping[str, str] | None = None) -> Response:
    kind = TYPES[file.suffix]
    charset = "; charset=utf-8" if kind.startswith("text/") else ""
    common = {"Content-Type": kind + charset, "Cache-Control": caching}
    return Response(file.read_bytes(), headers={**common, **(headers or {})})


def _address(request: Request) -> str:
    """Return the path as the caller wrote it, including the stage's name if it is part of the URL."""
    return request.scope["aws.event"]["requestContext"]["path"]


@cache
def _panel_files() -> frozenset[str]:
    return frozenset(file.name for file in PANEL.iterdir() if file.suffix in TYPES)


@cache
def _description() -> Path:
    """Return docs/openapi.json, which is in the function's package in Lambda and at the top of a checkout."""
    places = [parent / "docs" / "openapi.json" for parent in HERE.parents]
    return next(place for place in places if place.is_file())


@cache
def _swagger_assets() -> Path:
    # Find the package without importing it: the import would load parts of FastAPI that nothing here needs.
    package = find_spec("fastapi_offline")
    assert package is not None
    assert package.origin is not None
    return Path(package.origin).parent / "static"
