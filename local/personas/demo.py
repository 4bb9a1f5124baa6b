"""Two people use Personas: a persona, drafts, an approval, a battle, its remix, and what the week brought."""

from __future__ import annotations

import textwrap
import time
from typing import Any, Final
from uuid import uuid4

from local.demo.chat import Chat
from local.personas.client import Person

_WIDTH: Final = 96
_PATIENCE_SECONDS: Final = 120

CALIBRATIONS: Final[tuple[dict[str, Any], ...]] = (
    {
        "name": "Ada",
        "bio": "Ships small changes and measures what they do.",
        "tone": "practical",
        "writing_samples": [
            "Release on Tuesday, read the graphs on Wednesday.",
            "A rollback that takes an hour is a release process with a bug.",
            "If no one would notice, do not build it.",
        ],
        "do_not_say": ["synergy"],
        "catchphrases": ["Ship it"],
        "preferred_language": "en",
        "formality": 1,
    },
    {
        "name": "Grace",
        "bio": "Asks what it costs, and who pays.",
        "tone": "sceptical",
        "writing_samples": [
            "Every release is a promise to be awake for it.",
            "Show me the week after, not the day of.",
            "Fewer moving parts, more sleep.",
        ],
        "do_not_say": ["game changer"],
        "catchphrases": ["Show me the numbers"],
        "preferred_language": "en",
        "formality": 2,
    },
)


def play(url: str, chat: Chat) -> bool:
    """Play the demo against a running installation and print it; return whether all went as planned.

    Raises:
        Refused, GameUnavailable
    """
    mark = uuid4().hex[:6]
    ann, bob = Person(url, f"ann-{mark}"), Person(url, f"bob-{mark}")
    ann.arrive()
    bob.arrive()
    chat.report(f"Ann and Bob have signed up at {url}.")
    room = ann.get("/rooms")["rooms"][0]

    chat.heading("A persona, and its voice")
    ada = ann.post("/personas", CALIBRATIONS[0])
    grace = ann.post("/personas", CALIBRATIONS[1])
    for draft in ann.post(f"/personas/{ada['id']}/preview?room_id={room['id']}")["drafts"]:
        _say(chat, draft["label"], draft["content"])

    chat.heading(f"A draft for {room['name']}, which Ann edits and approves")
    post = ann.post(f"/rooms/{room['id']}/posts/draft", {"persona_id": ada["id"]})
    _say(chat, "AI draft", post["content"])
    edited = f"{post['content'].split('. ')[0]}. Who has tried it?"
    post = ann.post(f"/posts/{post['id']}/approve", {"content": edited})
    _say(chat, post["authored_by"], post["content"])
    profile = ann.post(f"/personas/{ada['id']}/publish-profile", {})
    chat.report(f"Ada is public: {profile['share_url']}")
    bob.post(f"/p/{profile['slug']}/follow")

    chat.heading("A battle of six turns")
    battle = ann.post(
        f"/rooms/{room['id']}/battles",
        {
            "topic": "Should we ship weekly?",
            "pro_persona_id": ada["id"],
            "con_persona_id": grace["id"],
        },
    )
    finished = _watch(chat, bob, battle["battle_id"])

    chat.heading("Bob remixes it")
    intent = bob.post(f"/battles/{battle['battle_id']}/remix-intent")
    remix = bob.post(
        f"/rooms/{intent['room_id']}/battles",
        {"remix_token": intent["remix_token"], "con_style": "friendly, but unconvinced"},
    )
    finished = _watch(chat, bob, remix["battle_id"]) and finished
    for notice in ann.get("/notifications")["notifications"]:
        _say(chat, notice["title"], notice["body"])

    chat.heading("What the day and the week brought")
    finished = _show_digests(chat, ann, bob, ada["id"]) and finished
    chat.report(f"The battle: {url}/b/{battle['battle_id']}   its card: {url}/b/{battle['battle_id']}/card.png")
    return finished


def _watch(chat: Chat, reader: Person, battle_id: str) -> bool:
    """Print the turns of a battle as they come, and the verdict; return whether it was completed."""
    shown, began = 0, time.monotonic()
    while True:
        status = reader.get(f"/battles/{battle_id}/status")
        if status["turns_done"] > shown:
            transcript = reader.get(f"/battles/{battle_id}/turns")
            for turn in transcript["turns"][shown:]:
                _say(chat, f"{turn['side']} {turn['speaker_name']} ({turn['phase'].lower()})", turn["content"])
            shown = len(transcript["turns"])
        if status["status"] in ("COMPLETED", "HALTED", "FAILED"):
            break
        if time.monotonic() - began > _PATIENCE_SECONDS:
            chat.report(f"The battle did not end within {_PATIENCE_SECONDS} s.")
            return False
        time.sleep(0.3)
    verdict = reader.get(f"/battles/{battle_id}/turns").get("verdict")
    chat.report(f"{status['status'].lower()} after {time.monotonic() - began:.1f} s: {(verdict or {}).get('line', '')}")
    return status["status"] == "COMPLETED"


def _show_digests(chat: Chat, writer: Person, reader: Person, persona_id: str) -> bool:
    """Print a persona's day and a reader's week once the clock has written them."""
    until = time.monotonic() + _PATIENCE_SECONDS
    while time.monotonic() < until:
        daily = writer.get(f"/personas/{persona_id}/digest/today")
        weekly = reader.get("/digest/weekly")
        if daily["exists"] and daily["digest"]["has_activity"] and weekly["exists"]:
            _say(chat, "Ada's day", daily["digest"]["summary"])
            for item in weekly["digest"]["items"]:
                _say(chat, f"The week in {item['room_name']}", f"{item['topic']}: {item['summary']}")
            return True
        time.sleep(1)
    chat.report("The clock, which runs once a minute, has written no digest yet.")
    return False


def _say(chat: Chat, who: str, text: str) -> None:
    chat.report(textwrap.fill(f"{who}: {text}", _WIDTH, subsequent_indent="    "))
