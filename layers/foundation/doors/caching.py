"""Answers that caches keep, and asking whether they have changed."""

from __future__ import annotations

from collections.abc import Callable

from fastapi import Response

from doors.call import Call

PUBLIC = "public, max-age=300"
"""For five minutes, in a browser and in the front alike."""


def cached(call: Call, etag: str, make: Callable[[], Response], *, control: str = PUBLIC) -> Response:
    """Return what `make` returns under its ETag; for a caller who has it already, 304 and nothing else.

    Nothing in it may depend on who asks: the front gives it to others.

    Args:
        etag: without quotation marks; names this very content.
        control: the Cache-Control header. `s-maxage` is what the front keeps, such as "public, max-age=0, s-maxage=1".
    """
    headers = {"ETag": f'"{etag}"', "Cache-Control": control}
    if is_known(call, etag):
        return Response(status_code=304, headers=headers)
    response = make()
    response.headers.update(headers)
    return response


def is_known(call: Call, etag: str) -> bool:
    """Tell whether the caller has the content with this ETag: If-None-Match names it, or anything (RFC 9110, 13.1.2).

    What was compressed on its way has a weak ETag, which counts as the same.
    """
    known = call.sent_headers.get("if-none-match", "")
    named = (each.strip().removeprefix("W/") for each in known.split(","))
    return known.strip() == "*" or f'"{etag}"' in named
