"""Addresses within our own pages."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Final
from urllib.parse import quote, urlencode
from uuid import UUID

from doors.call import Call
from doors.cookies import read_cookie
from kernel import texts

LANGUAGES: Final[Mapping[str, str]] = {"en": "English", "de": "Deutsch", "tr": "Türkçe"}
"""The languages of the pages, each by its own name."""

LANGUAGE_COOKIE: Final = "brandish_language"
LANGUAGE_SECONDS: Final = 365 * 86400
READER_COOKIE: Final = "brandish_reader"
"""Whose account has asked for which language, so that a page need not ask before it reads anything."""

_FOLDERS: Final = ("/personas", "/worlds")
"""Pages whose address ends in a slash, which the gateway leaves out."""
_AS_THEY_ARE: Final = "/?#&=%+:;,@!$'()*[]~"
# Browsers take "//" and "/\" for the begin of another host's address, and leave out tabs and line breaks.
_OWN: Final = re.compile(r"/(?![/\\])[^\\\x00-\x20\x7f]*")


def own_path(wanted: str | None, default: str = "/") -> str:
    """Return where someone wants to go next, if it is a page of ours."""
    if not wanted:
        return default
    # Encoded: a header takes no letters beyond Latin-1.
    return quote(wanted, safe=_AS_THEY_ARE) if _OWN.fullmatch(wanted) else "/"


def path_of(path: str, query: Iterable[tuple[str, str]], *without: str) -> str:
    """Return the path and the query of a request.

    Args:
        path: encoded or not.
        without: parameters of the query that are left out.
    """
    path = f"{path}/" if path in _FOLDERS else quote(path, safe="/%")
    kept = urlencode([(name, value) for name, value in query if name not in without])
    return f"{path}?{kept}" if kept else path


def address_of(call: Call, *without: str) -> str:
    """Return the path and the query of a request to a page, without some parameters."""
    return path_of(call.scope["path"], call.query, *without)


def known_language(headers: Mapping[str, str], account_id: UUID) -> str | None:
    """Return the language that a reader has chosen, or that of their account; None if the browser does not know it."""
    chosen = read_cookie(headers, LANGUAGE_COOKIE)
    owner, _, tag = read_cookie(headers, READER_COOKIE).partition(".")
    return chosen if chosen in LANGUAGES else tag if owner == str(account_id) and tag in LANGUAGES else None


def reader_cookie(account_id: UUID) -> str:
    """Return the Set-Cookie header for the language that is spoken to someone, until they close their browser."""
    return f"{READER_COOKIE}={account_id}.{texts.spoken()}; Path=/; HttpOnly; SameSite=Lax"


def speak(headers: Mapping[str, str], account_language: str | None = None) -> None:
    """Speak the language that was chosen on a page, else the account's, else one that the browser asks for."""
    chosen = read_cookie(headers, LANGUAGE_COOKIE)
    asked = headers.get("accept-language", "")
    texts.speak(next((tag for tag in (chosen, account_language) if tag in LANGUAGES), asked))
    if texts.spoken() not in LANGUAGES:  # one that only the chat speaks
        texts.speak(texts.ENGLISH)


def language_chosen(query: Iterable[tuple[str, str]]) -> str | None:
    """Return the language that the address chooses; None if it chooses none."""
    chosen = dict(query).get("language")
    return chosen if chosen in LANGUAGES else None


def language_cookie(tag: str) -> str:
    """Return the Set-Cookie header for the language that someone has chosen."""
    return f"{LANGUAGE_COOKIE}={tag}; Path=/; Max-Age={LANGUAGE_SECONDS}; HttpOnly; SameSite=Lax"
