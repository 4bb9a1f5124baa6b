"""Messages about gambles."""

from __future__ import annotations

from collections.abc import Sequence

from community.catalog.english import plural
from community.gambles.models import Bet, Gamble


def started(gamble: Gamble, name: str) -> str:
    left = _duration(int((gamble.join_deadline - gamble.created_at).total_seconds()))
    return f"{name} starts a gamble with {boxes(gamble.bets)} each. {left} to join!"


def joined(gamble: Gamble, name: str) -> str:
    return f"{name} joins the gamble with {boxes(gamble.bets)}."


def boxes(bets: Sequence[Bet]) -> str:
    return ", ".join(f"{bet.quantity} × {plural(bet.item.public_name, bet.quantity)}" for bet in bets)


def _duration(seconds: int) -> str:
    number, unit = (seconds // 60, "minute") if seconds >= 60 else (seconds, "second")
    return f"{number} {plural(unit, number)}"
