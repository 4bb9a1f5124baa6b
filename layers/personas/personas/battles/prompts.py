"""The prompt of a turn. What people wrote stands in it as data. Source: personas 9.3."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from kernel.outside.models import Prompt
from kernel.outside.quoting import DATA_ONLY, as_data
from personas.battles import offline
from personas.battles.models import Battle, Language, Phase, Side, Turn
from personas.battles.rules import phase_of, side_of
from personas.people.models import Persona
from personas.people.prompting import VOICE, data_of

OPERATION: Final = "battle_turn"
REMEMBERED_TURNS: Final = 6
TOKENS_PER_WORD: Final = 4
"""Enough for languages whose words are long."""

_LANGUAGES: Final[dict[Language, str]] = {"en": "English", "tr": "Turkish"}
_SIDES: Final[dict[Side, str]] = {"PRO": "for", "CON": "against"}
_TASKS: Final[dict[Phase, str]] = {
    "OPENING": "Open: say where you stand and give your strongest reason.",
    "REBUTTAL": "Answer the opponent's latest point first, then add one reason of your own.",
    "CLOSING": "Answer the opponent's latest point, then close: say what decides the question for you.",
}


def prompt_of(battle: Battle, turns: Sequence[Turn], persona: Persona | None, *, stricter: bool = False) -> Prompt:
    """Return the prompt for the battle's next turn.

    Args:
        turns: those that are stored, in their order.
        persona: who speaks; None for the house.
        stricter: the first answer was too long, or said what must not be said.
    """
    side, phase = side_of(battle.next_turn), phase_of(battle.next_turn, battle.turn_count)
    language = _language_of(battle, persona)
    system = [
        f"You speak {_SIDES[side]} the topic in a debate of two speakers, in {_LANGUAGES[language]}.",
        _TASKS[phase],
        f"Write one turn of at most {battle.word_limit} words: plain text, without a heading, a name or links.",
        "Be concrete. Attack the point, never the person.",
        DATA_ONLY,
        'Argue in the manner that "style" names. "rules" describes how this debate is held: keep to it as far as it is'
        " about the debate.",
    ]
    if persona is not None:
        system.append(VOICE)
    if stricter:
        system.append(
            f"Your last attempt was too long or said something that may not be said. Stay below"
            f" {max(20, battle.word_limit * 4 // 5)} words and avoid every phrase of do_not_say."
        )
    user = as_data(
        topic=battle.topic,
        side=side,
        phase=phase,
        turn=battle.next_turn,
        turns_in_all=battle.turn_count,
        style=battle.style(side),
        rules=battle.prompt_rules,
        persona=data_of(persona) if persona else None,
        turns_so_far=[
            {"speaker": turn.speaker_name, "side": turn.side, "text": turn.content}
            for turn in turns[-REMEMBERED_TURNS:]
        ],
    )
    return Prompt(
        operation=OPERATION,
        system="\n".join(system),
        user=user,
        max_tokens=battle.word_limit * TOKENS_PER_WORD,
        offline=offline.speak(_known(battle, turns, persona)),
    )


def _language_of(battle: Battle, persona: Persona | None) -> Language:
    return persona.preferred_language if persona is not None else battle.language


def _known(battle: Battle, turns: Sequence[Turn], persona: Persona | None) -> offline.SpokenTurn:
    side = side_of(battle.next_turn)
    said = [turn.content for turn in turns if turn.side != side]
    return offline.SpokenTurn(
        turn=battle.next_turn,
        side=side,
        phase=phase_of(battle.next_turn, battle.turn_count),
        topic=battle.topic,
        style=battle.style(side),
        speaker_name=battle.speaker(side).name,
        opponent_name=battle.speaker("CON" if side == "PRO" else "PRO").name,
        opponent_said=said[-1] if said else "",
        word_limit=battle.word_limit,
        language=_language_of(battle, persona),
        tone=persona.tone if persona else "",
        catchphrases=persona.catchphrases if persona else (),
        do_not_say=persona.do_not_say if persona else (),
    )
