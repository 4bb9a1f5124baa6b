"""The page of a public persona."""

from __future__ import annotations

from functools import partial
from typing import Any, Final

from fastapi import Response

from doors.call import Call
from doors.pages.door import View
from doors.routes import Router
from functions.personas.door import PUBLIC_READ
from functions.personas.pages import battle_views
from functions.personas.pages.door import door
from kernel.accounts.models import Identity
from kernel.database import Tx
from kernel.texts import translate
from personas.profiles import rules
from personas.profiles import service as profiles
from personas.profiles.models import PostsPage, ProfileBundle, PublicProfile
from personas.showcase import service as showcase

router = Router(include_in_schema=False)

KEPT_SECONDS: Final = 30


@router.get("/p/{slug}")
async def profile(slug: str, call: Call) -> Response:
    """Return the page."""
    reading = partial(_read, slug, call.public_url, dict(call.query).get("cursor", ""))
    return door.show(call, reading, limit=PUBLIC_READ)


def _read(slug: str, origin: str, cursor: str, tx: Tx, me: Identity | None) -> View:
    relation = profiles.ask_relation(tx, slug, me.account_id) if me else None
    page = profiles.list_posts(tx, slug, cursor) if cursor else None
    debates = showcase.ask_of_persona(tx, rules.slug_of(slug))
    bundle = profiles.look_at(tx, slug, me.account_id if me else None)
    follows, is_mine = relation() if relation else (False, False)
    values = {
        "origin": origin,
        "follows": follows,
        "is_mine": is_mine,
        "debates": [battle_views.entry(each) for each in debates()],
    }
    return View("profile.html", {**shown(bundle, page or bundle.page), **values}, active="", kept_seconds=KEPT_SECONDS)


def shown(bundle: ProfileBundle, page: PostsPage) -> dict[str, Any]:
    """Return what the page says about a persona: what anyone may know."""
    profile = bundle.profile
    about = {"slug": profile.slug, "source": "profile"}
    return {
        "profile": {
            "persona_id": str(profile.persona_id),
            "slug": profile.slug,
            "name": profile.name,
            "bio": profile.bio,
            "followers": profile.followers,
            "posts_count": profile.posts_count,
        },
        "badges": _badges(profile),
        "top_rooms": bundle.top_rooms,
        "latest_posts": page.posts,
        "next_cursor": page.next_cursor,
        "follow_event": {"event_name": "follow_click", "metadata": about},
        "share_event": {
            "event_name": "battle_shared",
            "metadata": {"persona_id": str(profile.persona_id), "source": "profile"},
        },
    }


def _badges(profile: PublicProfile) -> list[str]:
    """Return what a persona is like; that it is one stands before them."""
    language = translate("Turkish") if profile.preferred_language == "tr" else translate("English")
    manner = translate("formal") if profile.formality >= rules.FORMAL else translate("conversational")
    return [each for each in (language, profile.tone, manner) if each]
