"""The use cases of share cards."""

from __future__ import annotations

from typing import Final
from uuid import UUID

from kernel.database import Tx
from kernel.texts import languages, speaking
from personas.battles import service as battles
from personas.battles.models import BattleNotFound
from personas.cards import queries, rules
from personas.cards.models import CardFacts, CardVersion

RENDERER: Final = 2
"""The version of the drawing; a new one makes every card a new one."""


def find_version(tx: Tx, battle_id: UUID, wanted: str = "") -> CardVersion:
    """Return what names the present content of a card: one cheap look.

    Args:
        wanted: the tag of a language that there are texts in; for any other, the card is in the battle's language.

    Raises:
        BattleNotFound: there is no such post, it is a draft, or it was taken down.
    """
    row = queries.find_version(tx, battle_id).fetchone()
    if row is None:
        raise BattleNotFound
    language = wanted.lower() if wanted.lower() in languages() else row["language"]
    return CardVersion(f"{battle_id}-{row['changed']}-{row['parts']}-{language}-v{RENDERER}", language)


def read_card(tx: Tx, battle_id: UUID, language: str) -> CardFacts:
    """Return what a card says in a language. Read after its version, it is never older.

    Raises:
        BattleNotFound: there is no such post, it is a draft, or it was taken down.
    """
    with speaking(language):
        return rules.facts_of(battles.read_public(tx, battle_id))
