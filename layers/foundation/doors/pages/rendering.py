"""Rendering pages from templates: everything that people have written reaches a page as text, never as markup."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote, urlencode
from zlib import crc32

from fastapi import Response
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

from doors.caching import cached
from doors.call import Call
from doors.pages.addresses import LANGUAGES
from doors.pages.static_files import StaticFiles, shared
from kernel import texts
from kernel.texts import translate, translate_n

TEMPLATES: Final = Path(__file__).resolve().parent / "templates"

SECURITY_HEADERS: Final[Mapping[str, str]] = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self';"
        " form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "Permissions-Policy": "geolocation=(), microphone=(), camera=()",
}

NEVER_KEPT: Final = "no-store"
"""For what only one person may see."""

HTML: Final = "text/html; charset=utf-8"

HUES: Final = 6
"""How many colours the avatars have."""


class Renderer:
    """The templates of a product's pages, which stand on those that all products share.

    Args:
        static: where pages find their scripts.
    """

    def __init__(self, *folders: Path, static: StaticFiles = shared) -> None:
        self._environment = Environment(
            loader=FileSystemLoader([*folders, TEMPLATES]),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            auto_reload=False,
        )
        self._environment.globals.update(
            t=translate, tn=translate_n, static=static.address, languages=LANGUAGES, number=texts.number
        )
        self._environment.filters.update(
            when=when, hue=hue, initials=initials, paragraphs=paragraphs, query=query, attribute=attribute, day=day
        )

    def render(self, name: str, /, **values: Any) -> str:
        """Return the text of a page, whose template is compiled when it is first needed."""
        return self._environment.get_template(name).render(lang=texts.spoken(), **values)


def html_response(text: str, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    """Return a page that no cache keeps."""
    sent = {"Cache-Control": NEVER_KEPT, **about_pages(), **(headers or {})}
    return Response(text, status, media_type=HTML, headers=sent)


def kept_response(call: Call, text: str, seconds: int, headers: Mapping[str, str] | None = None) -> Response:
    """Return a page that everyone sees the same: browsers ask each time, the front only now and then.

    Args:
        seconds: how long the front may show it.
    """
    sent = {**about_pages(), **(headers or {})}
    etag = sha256(text.encode()).hexdigest()[:24]
    control = f"public, max-age=0, s-maxage={seconds}"
    response = cached(call, etag, lambda: Response(text, media_type=HTML), control=control)
    response.headers.update(sent)
    return response


def about_pages() -> dict[str, str]:
    """Return the headers that caches need to know of a page."""
    return {"content-language": texts.spoken(), "vary": "Cookie, Accept-Language"}


def when(at: datetime | str) -> Markup:
    """Return a time as an element; a script writes it in the reader's time zone."""
    moment = datetime.fromisoformat(at) if isinstance(at, str) else at
    exact = moment.strftime("%Y-%m-%dT%H:%M:%SZ")
    return Markup('<time datetime="{}">{}</time>').format(exact, moment.strftime("%Y-%m-%d %H:%M UTC"))


def day(date: Any) -> Markup:
    """Return a day as an element."""
    return Markup('<time datetime="{0}" data-day>{0}</time>').format(str(date)[:10])


def hue(name: str | None) -> int:
    """Return the number of a name's colour."""
    return crc32((name or "").encode()) % HUES


def initials(name: str | None) -> str:
    """Return up to two letters that stand for a name."""
    words = [word for word in (name or "").split() if word[0].isalnum()]
    return "".join(word[0] for word in (*words[:1], *words[1:][-1:])).upper() or "?"


def paragraphs(text: str | None) -> Markup:
    """Return a text with its line breaks."""
    parts = [part.strip() for part in (text or "").split("\n\n")]
    lines = [Markup("<br>").join(escape(line) for line in part.split("\n")) for part in parts if part]
    return Markup("").join(Markup("<p>{}</p>").format(each) for each in lines)


def query(values: Mapping[str, Any]) -> str:
    """Return a query, "?" included, of the values that are set; "" if none is."""
    found = urlencode({name: value for name, value in values.items() if value}, quote_via=quote)
    return f"?{found}" if found else ""


def attribute(value: Any) -> str:
    """Return a value as JSON, for an attribute that a script reads."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
