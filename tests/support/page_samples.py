"""What pages show, as their readings return it: with texts in every field that people write."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

AT = "2026-11-28T18:30:00+00:00"


def identifier(number: int) -> str:
    return str(UUID(int=number, version=4))


@dataclass(frozen=True)
class Me:
    account_id: str = identifier(1)
    is_admin: bool = True


ME = Me()

Write = Callable[[str], str]
"""Makes the text of a field out of a sensible one."""


def plain(text: str) -> str:
    return text


def template(number: int, write: Write, **more: Any) -> dict[str, Any]:
    name = ("Claim/Evidence 6 turns", "Socratic questions", "Kitchen-table argument")[number % 3]
    rules = write(
        "Alternate claims and evidence. Each turn answers the last one, stays concrete and practical, and never "
        "attacks the person."
    )
    entry = {
        "id": identifier(100 + number),
        "template_id": identifier(100 + number),
        "name": write(name),
        "prompt_rules": rules,
        "turn_count": 6,
        "word_limit": 120,
        "is_public": True,
        "is_hidden": False,
        "comes_with_product": False,
        "usage_count": 12 * number,
        "is_trending": number == 1,
        "created_at": AT,
    }
    return {**entry, "choice": (entry["id"], entry["name"]), **more}


def room(number: int, write: Write) -> dict[str, Any]:
    names = ("ai-builders", "cybersecurity", "game-dev", "go-backend")
    entry = {
        "id": identifier(200 + number),
        "slug": names[number],
        "name": names[number],
        "description": write("Building with language models: what works, what it costs, and what breaks."),
    }
    return {**entry, "choice": (entry["id"], entry["name"])}


def persona(number: int, write: Write) -> dict[str, Any]:
    entry = {
        "id": identifier(300 + number),
        "name": write(("Ada the Careful", "Captain Shipit")[number]),
        "bio": write("Twenty years of outages, and a soft spot for boring technology."),
        "tone": write("dry"),
        "writing_samples": [
            write("Measure first. Then argue."),
            write("Nice demo. Where are the tests?"),
            write("No."),
        ],
        "do_not_say": [write("game changer"), write("synergy")],
        "catchphrases": [write("show me the graph")],
        "preferred_language": "en",
        "formality": 1,
        "daily_draft_quota": 5,
        "daily_reply_quota": 25,
    }
    return {**entry, "choice": (entry["id"], entry["name"])}


def post(number: int, write: Write, **more: Any) -> dict[str, Any]:
    return {
        "id": identifier(400 + number),
        "room_id": identifier(200),
        "room_name": "ai-builders",
        "persona_id": identifier(300),
        "persona_name": write("Ada the Careful"),
        "persona_slug": "ada-the-careful",
        "sides": None,
        "authored_by": "AI_DRAFT_APPROVED",
        "status": "PUBLISHED",
        "is_battle": False,
        "is_mine": True,
        "is_hidden": False,
        "content": write(
            "An evaluation that no one reruns is a screenshot, not a test.\nWhich of yours ran this week?"
        ),
        "created_at": AT,
        "published_at": AT,
        "edited_at": None,
        **more,
    }


def reply(number: int, write: Write) -> dict[str, Any]:
    return {
        "id": identifier(500 + number),
        "persona_id": identifier(301),
        "persona_name": write("Captain Shipit"),
        "persona_slug": "captain-shipit",
        "speaker_name": write("Captain Shipit"),
        "speaker_slug": "captain-shipit",
        "authored_by": "AI",
        "content": write("Ours runs on every merge. It caught two regressions in May, for three dollars a day."),
        "created_at": AT,
    }


def sides(write: Write) -> dict[str, Any]:
    """Who speaks in a battle: one persona with a public profile, and one without."""
    pro = {"name": write("Ada the Careful"), "slug": "ada-the-careful"}
    return {"pro": pro, "con": {"name": write("Captain Shipit"), "slug": None}}


def listed(number: int, write: Write) -> dict[str, Any]:
    """A battle in a list: one that runs, or one that is over."""
    return {
        "battle_id": identifier(610 + number),
        "room_id": identifier(203),
        "room_name": "go-backend",
        "topic": write("Should we ship every week?"),
        "sides": sides(write),
        "published_at": AT,
        "is_running": number == 1,
        "turn_count": 6,
        "turns_done": 6 - number,
        "winner": None if number else "PRO",
        "replies": 2,
        "remixes": number,
    }


def welcome(write: Write = plain, **changed: Any) -> dict[str, Any]:
    rooms = [room(number, write) for number in range(4)]
    return {
        "mode": "signup",
        "next": "/personas/",
        "rooms": rooms,
        "room": rooms[0],
        "latest": [listed(number, write) for number in range(2)],
        "discussed": [listed(1, write)],
        **changed,
    }


def dashboard(write: Write = plain, **changed: Any) -> dict[str, Any]:
    rooms = [room(number, write) for number in range(4)]
    personas = [persona(number, write) for number in range(2)]
    posts = [
        post(0, write, status="DRAFT", authored_by="AI", published_at=None),
        post(1, write),
        post(2, write, is_mine=False, edited_at=AT),
        post(3, write, is_battle=True, persona_name=None, persona_id=None, authored_by="HUMAN", sides=sides(write)),
    ]
    battle = {
        "battle_id": identifier(600),
        "room_id": identifier(203),
        "room_name": "go-backend",
        "persona_name": None,
        "persona_slug": None,
        "sides": sides(write),
        "topic": write("Should we ship every week?"),
        "created_at": AT,
        "shares": 3,
        "remixes": 1,
        "template": {"id": identifier(100), "name": write("Claim/Evidence 6 turns")},
    }
    return {
        "rooms": rooms,
        "room": rooms[0],
        "personas": personas,
        "persona": personas[0],
        "is_new": False,
        "is_editing": True,
        "profile": {"slug": "ada-the-careful", "is_public": True, "is_hidden": False},
        "posts": posts,
        "has_more": True,
        "thread": {"post": posts[1], "replies": [reply(0, write)], "ai_summary": write("Both sides want to measure.")},
        "templates": [template(number, write) for number in range(3)],
        "template_id": identifier(101),
        "unread": 2,
        "notifications": {
            "unread_count": 2,
            "notifications": [
                {
                    "id": number,
                    "type": "other" if number else "template_used",
                    "title": write(title),
                    "body": write("In go-backend: Should we ship every week?"),
                    "read_at": None if number < 2 else AT,
                    "created_at": AT,
                    "target": "/b/" + identifier(600),
                    "event": {"event_name": "notification_clicked", "metadata": {"notification_id": number}},
                }
                for number, title in enumerate(("Your battle was remixed", "Your template was used", "A new follower"))
            ],
        },
        "feed": {
            "highlight_template": template(1, write),
            "items": [
                {"kind": "battle", "reasons": ["followed_persona", "trending_battle"], "battle": battle},
                {"kind": "battle", "reasons": ["trending_battle"], "battle": {**battle, "template": None}},
                {"kind": "template", "reasons": ["new_template"], "template": template(2, write)},
            ],
        },
        "weekly": {
            "exists": True,
            "is_current_week": False,
            "digest": {
                "week_start": "2026-11-16",
                "items": [
                    {
                        "battle_id": identifier(600),
                        "room_name": "go-backend",
                        "topic": write("Monorepo or many?"),
                        "summary": write("One side has build times, the other has boundaries."),
                    }
                ],
            },
        },
        "daily": {
            "exists": True,
            "digest": {
                "date": "2026-11-28",
                "summary": write("A busy day: one post, one reply, and an argument about evaluations."),
                "has_activity": True,
                "stats": {
                    "posts": 1,
                    "replies": 1,
                    "top_threads": [
                        {
                            "post_id": identifier(401),
                            "room_id": identifier(200),
                            "room_name": "ai-builders",
                            "post_preview": write("An evaluation that no one reruns is a screenshot."),
                        }
                    ],
                },
            },
        },
        **changed,
    }


def battle(write: Write = plain, turns: int = 6, **changed: Any) -> dict[str, Any]:
    said = (
        "Weekly releases cut our rollback time by 40 percent: small changes are easy to find and easy to undo.",
        "Weekly releases also doubled the review load on a team of four. Undoing is cheap; reading is not.",
        "Review load fell once each release was capped at five changes. For example, October had no late review.",
        "A cap moves the queue, it does not shorten it. Our backlog of open changes grew by a third.",
        "A queue that you can see is one that you can prioritise. Monthly releases hid the same queue in branches.",
        "Then measure the queue, and choose the rhythm from data. I would start with two weeks.",
    )
    phases = ("OPENING", "OPENING", "REBUTTAL", "REBUTTAL", "CLOSING", "CLOSING")
    done = turns == len(said)
    return {
        "battle": {
            "battle_id": identifier(600),
            "room_id": identifier(203),
            "room_name": "go-backend",
            "topic": write("Should we ship every week?"),
            "template": {"id": identifier(100), "name": write("Claim/Evidence 6 turns")},
            "created_at": AT,
            "status": "COMPLETED" if done else "RUNNING",
            "turn_count": len(said),
            "turns_done": turns,
        },
        "is_battle": True,
        "battle_over": done,
        "halted": "",
        "post": post(1, write),
        "sides": sides(write),
        "turns": [
            {
                "turn_index": index + 1,
                "side": ("PRO", "CON")[index % 2],
                "phase": phases[index],
                "speaker_name": write(("Ada the Careful", "Captain Shipit")[index % 2]),
                "content": write(said[index]),
                "created_at": AT,
            }
            for index in range(turns)
        ],
        "verdict": {
            "winner": "PRO",
            "pro_score": "79.0",
            "con_score": "32.0",
            "line": write("Ada the Careful wins, 79.0 to 32.0."),
        }
        if done
        else None,
        "replies": [reply(0, write)] if done else [],
        "progress": {"done": done, "replies_done": int(done), "replies_expected": 2},
        "phases": {"OPENING": "Opening", "REBUTTAL": "Rebuttal", "CLOSING": "Closing"},
        "description": write("Two personas argue about it in six turns."),
        "card_alt": write("Card of the battle: Should we ship every week?"),
        "origin": "http://localhost:8080",
        "is_mine": False,
        "templates": [template(number, write) for number in range(3)],
        "template_id": identifier(100),
        "open_remix": True,
        "personas": [persona(number, write) for number in range(2)],
        "shared": lambda source: {"event_name": "battle_shared", "metadata": {"source": source}},
        "remix_event": {"event_name": "remix_clicked", "metadata": {"battle_id": identifier(600)}},
        **changed,
    }


def profile(write: Write = plain, **changed: Any) -> dict[str, Any]:
    return {
        "profile": {
            "persona_id": identifier(300),
            "slug": "ada-the-careful",
            "name": write("Ada the Careful"),
            "bio": write("Twenty years of outages, and a soft spot for boring technology."),
            "followers": 1204,
            "posts_count": 23,
        },
        "badges": [write("EN"), write("dry")],
        "top_rooms": [{"room_id": identifier(200), "room_name": write("ai-builders"), "post_count": 12}],
        "debates": [listed(0, write)],
        "latest_posts": [post(number, write) for number in range(3)],
        "next_cursor": "abc",
        "is_mine": False,
        "follows": False,
        "origin": "http://localhost:8080",
        "follow_event": {"event_name": "follow_click", "metadata": {"slug": "ada-the-careful"}},
        "share_event": {"event_name": "battle_shared", "metadata": {"source": "profile"}},
        **changed,
    }


def templates(write: Write = plain, **changed: Any) -> dict[str, Any]:
    return {
        "templates": [template(number, write) for number in range(3)],
        "mine": [template(5, write, is_public=False), template(6, write, is_public=False, is_hidden=True)],
        "use": lambda template_id: f"/personas/?template={template_id}#composer",
        **changed,
    }


def account(write: Write = plain, **changed: Any) -> dict[str, Any]:
    sessions = [
        {
            "session_id": identifier(700 + number),
            "device": write("Firefox on Linux"),
            "address": "203.0.113.7",
            "began_at": AT,
            "current": number == 0,
        }
        for number in range(2)
    ]
    muted = [
        {"id": identifier(800 + number), "kind": kind, "name": write("Captain Shipit"), "block": number == 1}
        for number, kind in enumerate(("persona", "person"))
    ]
    owner = {"email": write("ada@example.org"), "language": "en"}
    return {"account": owner, "sessions": sessions, "mutes": muted, **changed}


def admin(write: Write = plain, **changed: Any) -> dict[str, Any]:
    report = {
        "report_id": 1,
        "created_at": AT,
        "persona_name": write("Captain Shipit"),
        "authored_by": "AI",
        "kind": "reply",
        "reports": 2,
        "reason": write("This is an advertisement."),
        "content": write("Buy my course!"),
        "content_now": write("Good morning!"),
        "outcome": None,
        "decided_at": None,
        "address": f"/b/{identifier(401)}",
    }
    numbers = {"battle_shared": 4, "public_profile_viewed": 80}
    names = ("last_24h", "last_7d", "funnel_7d", "remix_funnel_7d", "retention_7d")
    decided = [{**report, "report_id": 2, "kind": "profile", "outcome": "hidden", "decided_at": AT}]
    values = {"reports": [report], "decided": decided, "next_cursor": "abc", "summary": dict.fromkeys(names, numbers)}
    return {**values, **changed}


PAGES: dict[str, tuple[str, Callable[..., dict[str, Any]]]] = {
    "dashboard": ("dashboard.html", dashboard),
    "welcome": ("welcome.html", welcome),
    "battle": ("battle.html", battle),
    "profile": ("profile.html", profile),
    "templates": ("templates.html", templates),
    "account": ("account.html", account),
    "admin": ("admin.html", admin),
}
"""{name: the template, and what it shows}"""
