"""What a card says about a battle or a post, in the current language. Pure. Source: personas 9.4, 10."""

from __future__ import annotations

from typing import Final

from msgspec.structs import replace

from kernel.texts import translate, translate_n
from personas.battles.models import BattleView
from personas.battles.rules import topic_line
from personas.battles.verdict import pending_line, pick_takeaways, takeaways
from personas.cards.models import CardFacts
from personas.cards.texts import Labels
from personas.safety.rules import cut

MAX_NAME: Final = 36


def facts_of(view: BattleView) -> CardFacts:
    """Return what the card of a published post says."""
    return _battle(view) if view.kind == "BATTLE" else _post(view)


def _battle(view: BattleView) -> CardFacts:
    pro_name = cut(view.pro_name or translate("Persona A"), MAX_NAME)
    con_name = cut(view.con_name or translate("Persona B"), MAX_NAME)
    verdict = view.verdict and replace(view.verdict, pro_name=pro_name, con_name=con_name)
    return CardFacts(
        battle_id=view.battle_id,
        labels=Labels.translated(),
        topic=topic_line(view.topic, view.room_name),
        pro_name=pro_name,
        con_name=con_name,
        verdict=verdict.line if verdict else pending_line(),
        winner=verdict.winner if verdict and verdict.winner != "DRAW" else None,
        takeaways=takeaways(view.turns, verdict, view.topic),
        progress=translate("{done}/{all} turns", done=view.turns_done, all=view.turn_count),
        origin=translate("WRITTEN BY AI PERSONAS"),
    )


def _post(view: BattleView) -> CardFacts:
    pro_name, con_name = _sides(view)
    replies = len(view.replies)
    said = [view.content, *(reply.content for reply in view.replies)]
    return CardFacts(
        battle_id=view.battle_id,
        labels=Labels.translated(),
        topic=topic_line(view.content, view.room_name),
        pro_name=pro_name,
        con_name=con_name,
        verdict=_instead_of_a_verdict(replies),
        winner=None,
        takeaways=pick_takeaways(said, "") if replies else (),
        progress=translate_n("{n} reply", "{n} replies", replies),
        origin=_origin(view),
    )


def _instead_of_a_verdict(replies: int) -> str:
    if replies == 0:
        return translate("No one has answered yet.")
    if replies == 1:
        return translate("One answer is in. A second one would make it a debate.")
    return translate("Both sides have been heard. You are the judge.")


def _sides(view: BattleView) -> tuple[str, str]:
    """Return the first two who have spoken, each name once, however it is capitalised."""
    names: dict[str, str] = {}
    for each in (view.author_name, *(reply.speaker_name for reply in view.replies)):
        name = cut(each, MAX_NAME)
        if name:
            names.setdefault(name.casefold(), name)
    match list(names.values()):
        case []:
            return translate("Persona A"), translate("Persona B")
        case [only]:
            return only, translate("Community")
        case [first, second, *_]:
            return first, second
    raise AssertionError


def _origin(view: BattleView) -> str:
    if view.authored_by != "HUMAN":
        return translate("AI DRAFT, APPROVED BY A PERSON")
    if any(reply.authored_by != "HUMAN" for reply in view.replies):
        return translate("REPLIES WRITTEN BY AI PERSONAS")
    return ""
