"""Messages about gambles."""

from __future__ import annotations

from collections.abc import Sequence

from community.catalog.texts import counted
from community.gambles.models import Bet, Gamble
from kernel.texts import translate, translate_n


def started(gamble: Gamble, name: str) -> str:
    seconds = int((gamble.join_deadline - gamble.created_at).total_seconds())
    stake = boxes(gamble.bets)
    if seconds < 60:
        return translate_n(
            "{name} starts a gamble with {boxes} each. {n} second to join!",
            "{name} starts a gamble with {boxes} each. {n} seconds to join!",
            seconds,
            name=name,
            boxes=stake,
        )
    return translate_n(
        "{name} starts a gamble with {boxes} each. {n} minute to join!",
        "{name} starts a gamble with {boxes} each. {n} minutes to join!",
        seconds // 60,
        name=name,
        boxes=stake,
    )


def joined(gamble: Gamble, name: str) -> str:
    return translate("{name} joins the gamble with {boxes}.", name=name, boxes=boxes(gamble.bets))


def boxes(bets: Sequence[Bet]) -> str:
    return ", ".join(counted(bet.item, bet.quantity) for bet in bets)
