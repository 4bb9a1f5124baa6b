"""Share cards: what is drawn on the picture of a battle or a post."""

from __future__ import annotations

from uuid import UUID

from msgspec import Struct

from personas.battles.models import Side
from personas.cards.texts import Labels


class CardVersion(Struct, frozen=True):
    """What names the present content of a card.

    Attributes:
        key: differs as soon as anything on the card does.
        language: the one that the card is in.
    """

    key: str
    language: str


class CardFacts(Struct, frozen=True):
    """What a card says.

    Attributes:
        topic: with the room in brackets behind it.
        pro_name: who speaks for it; of a post that is no battle, its author.
        verdict: in a sentence.
        winner: None for a draw, and while there is no verdict.
        takeaways: the most important sentences; none before anything has been said.
        progress: how much of it has been said, such as 4/6 turns.
        origin: who wrote it, if that was a machine; "" if it was a person.
    """

    battle_id: UUID
    labels: Labels
    topic: str
    pro_name: str
    con_name: str
    verdict: str
    winner: Side | None
    takeaways: tuple[str, ...]
    progress: str
    origin: str
