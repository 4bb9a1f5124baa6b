"""The first page of Personas: for strangers what it is, for people who are signed in all that they do there.

Parts of the page are asked for alone (`parts`), and only what they show is read.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from functools import partial
from typing import Any, Final

from fastapi import Response

from doors.call import Call
from doors.pages.door import View
from doors.routes import Router
from functions.personas.door import PUBLIC_READ
from functions.personas.pages import battle_views, digest_views, feed_views, post_views, views
from functions.personas.pages.door import door
from kernel.accounts.models import Identity
from kernel.database import Tx
from personas.notices import service as notices
from personas.people import service as people
from personas.people.models import Persona
from personas.profiles import service as profiles
from personas.rooms import service as rooms
from personas.showcase import service as showcase
from personas.templates import service as templates

router = Router(include_in_schema=False)

PARTS: Final = ("personas", "composer", "room", "feed", "notifications", "daily", "weekly")
MOST_NOTIFICATIONS: Final = 24
WELCOME_SECONDS: Final = 30

Asked = Mapping[str, str]
"""What the address chooses: `room`, `persona`, `template`, `thread`, `edit`, `all` posts."""


@router.get("/personas")
async def dashboard(call: Call) -> Response:
    """Return the page, or some of its parts."""
    asked = dict(call.query)
    parts = tuple(name for name in asked.get("parts", "").split(",") if name in PARTS)
    if parts:
        return door.show_own(call, partial(_read_parts, asked, parts))
    return door.show(call, partial(_read, asked), limit=PUBLIC_READ)


def _read(asked: Asked, tx: Tx, me: Identity | None) -> View:
    if me is None:
        return _welcome(asked, tx)
    values = _values(asked, PARTS, tx, me)
    return View("dashboard.html", {**values, "unread": values["notifications"]["unread_count"]})


def _welcome(asked: Asked, tx: Tx) -> View:
    """Return what Personas is, and what goes on: in all rooms, or in one."""
    room_id = views.as_id(asked.get("room"))
    shown = showcase.ask_public(tx, room_id)
    all_rooms = [views.room(each) for each in rooms.list_all(tx)]
    room = next((each for each in all_rooms if each["id"] == str(room_id)), None)
    found = shown()
    values = {
        "mode": "signup",
        "next": f"/personas/?room={room['id']}#room" if room else "/personas/",
        "rooms": all_rooms,
        "room": room,
        "latest": [battle_views.entry(each) for each in found.latest],
        "discussed": [battle_views.entry(each) for each in found.discussed],
    }
    return View("welcome.html", values, kept_seconds=WELCOME_SECONDS)


def _read_parts(asked: Asked, parts: tuple[str, ...], tx: Tx, me: Identity) -> View:
    return View("parts.html", {**_values(asked, parts, tx, me), "parts": parts})


def _values(asked: Asked, parts: Collection[str], tx: Tx, me: Identity) -> dict[str, Any]:
    chosen = _chosen(asked, tx, me)
    values: dict[str, Any] = dict(chosen)
    persona: Persona | None = values.pop("found_persona")
    readings: Mapping[str, Callable[[], Mapping[str, Any]]] = {
        "personas": lambda: _personas(tx, me, asked, persona),
        "composer": lambda: _composer(tx, me, asked),
        "room": lambda: post_views.in_room(tx, me, chosen["room"], asked.get("thread"), all_of_them="all" in asked),
        "feed": lambda: {"feed": feed_views.home(tx, me)},
        "notifications": lambda: {"notifications": _notifications(tx, me)},
        "daily": lambda: {"daily": digest_views.daily(tx, me, persona)},
        "weekly": lambda: {"weekly": digest_views.weekly(tx, me)},
    }
    for name in parts:
        values |= readings[name]()
    return values


def _chosen(asked: Asked, tx: Tx, me: Identity) -> dict[str, Any]:
    """Return the rooms and one's personas, and which of them the page is about."""
    all_rooms = [views.room(each) for each in rooms.list_all(tx)]
    own = people.list_own(tx, me.account_id)
    wanted = views.as_id(asked.get("persona"))
    found = next((each for each in own if each.persona_id == wanted), own[0] if own else None)
    room = next((each for each in all_rooms if each["id"] == asked.get("room")), all_rooms[0] if all_rooms else None)
    return {
        "rooms": all_rooms,
        "room": room,
        "personas": [views.persona(each) for each in own],
        "persona": views.persona(found) if found else None,
        "found_persona": found,
    }


def _personas(tx: Tx, me: Identity, asked: Asked, persona: Persona | None) -> dict[str, Any]:
    publication = profiles.publication_of(tx, me.account_id, persona.persona_id) if persona else None
    profile = {"is_public": False, "is_hidden": False, "slug": ""}
    if publication is not None:
        profile = {
            "is_public": publication.is_public,
            "is_hidden": publication.is_hidden,
            "slug": publication.slug,
        }
    return {
        "is_new": asked.get("edit") == "new",
        "is_editing": bool(asked.get("edit")),
        "profile": profile,
    }


def _composer(tx: Tx, me: Identity, asked: Asked) -> dict[str, Any]:
    offered = templates.list_offered(tx, me.account_id, views.as_id(asked.get("template")))
    found = [views.template(each) for each in offered]
    default = next((each["id"] for each in reversed(found) if each["turn_count"] == 6), "")
    return {"templates": found, "template_id": asked.get("template") or default}


def _notifications(tx: Tx, me: Identity) -> dict[str, Any]:
    found, unread = notices.list_of(tx, me.account_id, MOST_NOTIFICATIONS)
    return {"notifications": [views.notice(each) for each in found], "unread_count": unread}
