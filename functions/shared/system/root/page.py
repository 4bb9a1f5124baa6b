"""Rendering the first page, and the pages of errors.

Imported when one is first asked for: the other routes of this group need no templates.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from pathlib import Path
from typing import Final

import psycopg
from fastapi import Response

from community.progression.content import tree
from doors import app as house
from doors.call import Call
from doors.pages.addresses import address_of, language_chosen, language_cookie, speak
from doors.pages.errors import as_page
from doors.pages.rendering import SECURITY_HEADERS, Renderer, kept_response
from functions.shared.system.queries import CommunityStanding, read_standing
from kernel import texts
from kernel.errors import TryAgain
from kernel.texts import number, translate

log = logging.getLogger("brandish")

HERE: Final = Path(__file__).resolve().parent
KEPT_SECONDS: Final = 30

texts.use(HERE / "texts", announces=False)
_renderer = Renderer(HERE)


def show(call: Call) -> Response:
    """Return the page: what lives here, and how the community is doing."""
    if (chosen := language_chosen(call.query)) is not None:
        headers = {"Location": "/", "Set-Cookie": language_cookie(chosen), "Cache-Control": "no-store"}
        return Response(status_code=303, headers=headers)
    speak(call.sent_headers)
    text = _renderer.render("root.html", state=_state(call), me=None, path=address_of(call, "language"))
    return kept_response(call, text, KEPT_SECONDS, SECURITY_HEADERS)


def show_error(event: house.Event, headers: Mapping[str, str], answer: house.Answer) -> house.Answer:
    """Return the page in place of an error, for addresses that belong to no group."""
    return as_page(_renderer, event, headers, answer)


def _state(call: Call) -> str:
    try:
        return _sentence(call.read(read_standing))
    except (psycopg.OperationalError, TryAgain) as error:
        log.warning("database unavailable", extra={"error": str(error)})
        return translate("The community cannot be reached just now. Try again in a moment.")


def _sentence(standing: CommunityStanding) -> str:
    """Return how the community is doing, in a sentence."""
    nodes = tree.nodes  # hidden and removed ones stay in the database
    levels = sum(min(level, nodes[key].max_level) for key, level in standing.levels.items() if key in nodes)
    all_levels = sum(node.max_level for node in nodes.values())
    if levels >= all_levels:
        return translate("The community has unlocked all there is: {all} levels.", all=number(all_levels))
    if not levels:
        return translate("The community is just getting started: {all} levels are waiting.", all=number(all_levels))
    done = {"levels": number(levels), "all": number(all_levels)}
    if standing.is_voting:
        return translate("The community has unlocked {levels} of {all} levels, and is voting on the next one.", **done)
    return translate("The community has unlocked {levels} of {all} levels, and is collecting points.", **done)
