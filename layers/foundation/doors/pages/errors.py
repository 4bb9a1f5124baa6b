"""Pages in place of errors, for people in a browser. Programs get JSON, and so does everyone below /api."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

from doors.answers import query_of
from doors.pages.addresses import language_chosen, language_cookie, own_path, path_of, speak
from doors.pages.rendering import HTML, NEVER_KEPT, SECURITY_HEADERS, Renderer, about_pages
from kernel.texts import translate

if TYPE_CHECKING:
    from kernel.accounts.models import Identity

_STAYING: Final = frozenset({"allow", "retry-after"})
"""The headers of an error that its page has, too."""

_HICCUP_SECONDS: Final = 10
"""After how many seconds one may ask again, at most, when no one has turned anything off."""


def as_page(
    renderer: Renderer,
    event: Mapping[str, Any],
    headers: Mapping[str, str],
    answer: Mapping[str, Any],
    me: Identity | None = None,
) -> dict[str, Any]:
    """Return the page in place of an error's answer, in the reader's language.

    Args:
        renderer: whose `layout.html` the page is set in.
        headers: of the request, by their names in lower case.
        me: who is signed in.
    """
    sentence = json.loads(answer["body"]).get("error")
    if sentence is None:  # such as the answer of /readyz, which is no error of ours
        return dict(answer)
    path, chosen = _address(event)
    if chosen is not None:
        sent = {"location": path, "set-cookie": language_cookie(chosen), "cache-control": NEVER_KEPT}
        return {"statusCode": 303, "headers": sent, "body": "", "isBase64Encoded": False}
    speak(headers)
    status: int = answer["statusCode"]
    staying = {name.lower(): value for name, value in answer["headers"].items() if name.lower() in _STAYING}
    title, text = _words(status, sentence, is_paused=int(staying.get("retry-after", 0)) > _HICCUP_SECONDS)
    values: dict[str, Any] = {"active": "", "unread": None, "status": status, "title": title, "text": text}
    return {
        "statusCode": status,
        "headers": {"content-type": HTML, "cache-control": NEVER_KEPT, **SECURITY_HEADERS, **about_pages(), **staying},
        "body": renderer.render("error.html", me=me, path=path, **values),
        "isBase64Encoded": False,
    }


def _address(event: Mapping[str, Any]) -> tuple[str, str | None]:
    """Return where the page is, and the language that its address chooses."""
    try:
        query = query_of(event)
    except UnicodeError:
        query = []
    return own_path(path_of(event["path"], query, "parts", "language")), language_chosen(query)


def _words(status: int, sentence: str, *, is_paused: bool) -> tuple[str, str]:
    """Return a title, and what it means.

    Args:
        sentence: what a program is told.
        is_paused: whether an administrator has turned off what was asked for.
    """
    match status:
        case 404:
            title = translate("There is nothing here")
            return title, translate("The page may have been deleted, hidden, or never have been public.")
        case 405:
            return translate("That does not work here"), translate("This address only shows a page.")
        case 413:
            return translate("That is too much at once"), translate("Send less, or in several parts.")
        case 503:
            title = translate("We will be right back")
            if is_paused:
                return title, sentence
            return title, translate("The page cannot be shown just now. Try again in a moment.")
        case 500:
            title = translate("Something went wrong")
            return title, translate("It has been noted. Try again, or go back to the first page.")
        case _:
            return translate("That did not work"), sentence
