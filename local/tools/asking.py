"""What tools that ask the running game have in common."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any

from local.demo.game import Game, GameUnavailable, Request
from local.stack.running import api_key, game_url


class Refusal(Exception):
    """What was asked for was not done; the text says why."""


def run(work: Callable[[Game], object], *refusals: type[Exception]) -> int:
    """Do something with the game at BASE_URL, else the running one, and return the exit code.

    Args:
        refusals: further exceptions whose text is enough for a person.
    """
    try:
        with Game(game_url(), api_key()) as game:
            work(game)
    except (GameUnavailable, Refusal, *refusals) as error:
        print(error, file=sys.stderr)
        return 1
    return 0


def ask(game: Game, method: str, path: str, values: dict[str, Any] | None = None) -> Any:
    """Return the body of the game's answer.

    Raises:
        GameUnavailable: no answer, or it does not take our key.
        Refusal: the game has refused the request.
    """
    answer = game.ask(Request(method, path, values or {}))
    game.require_key(answer)
    if not answer.ok:
        raise Refusal(answer.text)
    return answer.body


def minute(moment: str) -> str:
    """Return a time of the game's answers as people read it."""
    return moment[:16].replace("T", " ")
