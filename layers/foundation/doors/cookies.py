"""Reading cookies. Ours need no quotes, which `http.cookies` reads in quadratic time before Python 3.11.10."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

SESSION_COOKIE: Final = "brandish_session"
"""The cookie with the token of who is signed in."""


def read_cookie(headers: Mapping[str, str], name: str) -> str:
    """Return a cookie's value; "" without it.

    Args:
        headers: of the request, by their names in lower case.
    """
    for pair in headers.get("cookie", "").split(";"):
        key, _, value = pair.partition("=")
        if key.strip() == name:
            return value.strip()
    return ""
