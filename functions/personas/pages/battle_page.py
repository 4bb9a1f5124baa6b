"""The page of a battle, or of any other published post: what was said, the card, and a remix of it."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any, Final
from uuid import UUID

from fastapi import HTTPException, Response

from doors.call import Call
from doors.pages.door import View
from doors.routes import Router
from functions.personas.door import FOLLOWING, PUBLIC_READ
from functions.personas.pages import views
from functions.personas.pages.battle_views import sides
from functions.personas.pages.door import door
from kernel.accounts.models import Identity
from kernel.database import Tx
from kernel.texts import decimal, translate, translate_n
from personas.battles import rules
from personas.battles import service as battles
from personas.battles.models import OPEN, BattleView, HaltReason
from personas.people import service as people
from personas.safety.rules import cut_at_word, first_sentence
from personas.templates import service as templates

router = Router(include_in_schema=False)

OPEN_SECONDS: Final = 1
"""How long the front may show a debate that goes on."""
DONE_SECONDS: Final = 60
MOST_PERSONAS: Final = 100
"""Personas of one's own that a remix offers."""
TITLE_LENGTH: Final = 90
DESCRIPTION_LENGTH: Final = 180


@router.get("/b/{battle_id}")
async def battle(battle_id: str, call: Call) -> Response:
    """Return the page."""
    found = views.as_id(battle_id)
    if found is None:
        raise HTTPException(404)
    asked = dict(call.query)
    looked_at = FOLLOWING if "parts" in asked else PUBLIC_READ  # who is looking already has been noted
    return door.show(call, partial(_read, found, call.public_url, asked), limit=looked_at)


def _read(battle_id: UUID, origin: str, asked: Mapping[str, str], tx: Tx, me: Identity | None) -> View:
    about = {"battle_id": str(battle_id)}
    if "parts" in asked:  # someone who is looking already
        found = battles.read_public(tx, battle_id)
    else:
        found = battles.view_public(tx, battle_id, me.account_id if me else None)
    personas = people.ask_oldest(tx, me.account_id, MOST_PERSONAS) if me else None
    wanted = views.as_id(asked.get("template")) or found.template_id
    choices = templates.list_offered(tx, me.account_id, wanted) if me else []
    done = _is_done(found, tx)
    values = {
        "progress": {
            "done": done,
            "replies_done": len(found.replies),
            "replies_expected": found.replies_expected,
        },
        "origin": origin,
        "is_mine": me is not None and found.account_id == me.account_id,
        "templates": [views.template(each) for each in choices],
        "template_id": str(wanted or ""),
        "personas": [views.persona(each) for each in personas()] if personas else [],
        "open_remix": "remix" in asked,
        "shared": lambda source: {"event_name": "battle_shared", "metadata": {**about, "source": source}},
        "remix_event": {"event_name": "remix_clicked", "metadata": {**about, "source": "battle"}},
    }
    return View(
        "battle.html",
        {**shown(found), **values},
        active="",
        kept_seconds=DONE_SECONDS if done else OPEN_SECONDS,
    )


def _is_done(found: BattleView, tx: Tx) -> bool:
    if found.status is None:
        return True
    return rules.is_over(found.status, len(found.replies), found.replies_expected, found.changed_at, tx.now)


def shown(found: BattleView) -> dict[str, Any]:
    """Return what the page says about a battle."""
    is_battle = found.status is not None
    template = {"id": str(found.template_id), "name": found.template_name} if found.template_id else None
    verdict = found.verdict and {
        "line": found.verdict.line,
        "pro_score": decimal(found.verdict.pro_score),
        "con_score": decimal(found.verdict.con_score),
    }
    return {
        "battle": {
            "battle_id": str(found.battle_id),
            "room_id": str(found.room_id),
            "room_name": found.room_name,
            "topic": found.topic if is_battle else cut_at_word(first_sentence(found.content), TITLE_LENGTH),
            "template": template,
            "created_at": found.created_at,
            "status": found.status,
            "turn_count": found.turn_count,
            "turns_done": found.turns_done,
        },
        "is_battle": is_battle,
        "battle_over": is_battle and found.status not in OPEN,
        "halted": _halted(found.halt_reason),
        "post": {
            "persona_name": found.author_name,
            "persona_slug": found.author_slug,
            "authored_by": found.authored_by,
            "content": found.content,
            "created_at": found.created_at,
        },
        "sides": sides(found.sides),
        "turns": found.turns,
        "phases": {
            "OPENING": translate("Opening"),
            "REBUTTAL": translate("Rebuttal"),
            "CLOSING": translate("Closing"),
        },
        "verdict": verdict,
        "replies": found.replies,
        "description": _description(found),
        "card_alt": _card_alt(found),
    }


def _halted(reason: HaltReason | None) -> str:
    match reason:
        case "quota":
            return translate("The debate stopped early: one of the personas has no replies left today.")
        case "provider":
            return translate("The debate stopped early: the AI did not answer.")
        case "deadline":
            return translate("The debate stopped early: it took too long.")
        case "safety":
            return translate("The debate stopped early: a turn could not be shown.")
        case _:
            return translate("The debate stopped early.")


def _description(found: BattleView) -> str:
    if found.status is None or found.turn_count is None:
        return cut_at_word(found.content, DESCRIPTION_LENGTH)
    if found.verdict is not None:
        return found.verdict.line
    return translate_n(
        "{pro} and {con} debate in {n} turn. Written by AI personas.",
        "{pro} and {con} debate in {n} turns. Written by AI personas.",
        found.turn_count,
        pro=found.pro_name,
        con=found.con_name,
    )


def _card_alt(found: BattleView) -> str:
    if found.status is None:
        return translate("Card of a post: {topic}", topic=found.topic)
    parts = [
        translate(
            "Card of the debate “{topic}”: {pro} in favour, {con} against.",
            topic=found.topic,
            pro=found.pro_name,
            con=found.con_name,
        )
    ]
    if found.verdict is not None:
        parts.append(found.verdict.line)
    return " ".join(parts)
