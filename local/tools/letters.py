"""`make letters`: lists what was given up, shows one of them whole, sends it again, or drops it.

Works with the running game, or another one: BASE_URL and API_KEY. docs/operating.md says what to do when.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from datetime import datetime
from typing import Final

from local.demo.game import Game
from local.tools.asking import Refusal, ask, run

LETTERS: Final = "/api/v1/admin/letters"
KINDS: Final = ("event", "request", "message")


def main() -> int:
    options = _options()
    return run(lambda game: options.run(game, options))


def list_letters(game: Game, options: argparse.Namespace) -> None:
    """Print a line for each letter, newest first."""
    found = ask(game, "GET", LETTERS, {"limit": 200})
    for letter in found["letters"]:
        at = datetime.fromisoformat(letter["at"])
        print(f"{letter['id']}  {at:%Y-%m-%d %H:%M}  {letter['name'] or 'message'}, stopped in {letter['stopped_in']}")
        print(f"    {_after(letter.get('attempts'))}{letter['reason']}")
    shown = len(found["letters"])
    print("Nothing was given up." if not found["total"] else f"{shown} of {found['total']} dead letters.")


def show(game: Game, options: argparse.Namespace) -> None:
    """Print a letter whole."""
    _check([options.id])
    found = ask(game, "GET", LETTERS, {"id": options.id})
    print(json.dumps(found["letters"][0], indent=2, ensure_ascii=False))


def redrive(game: Game, options: argparse.Namespace) -> None:
    """Send letters again."""
    _check(options.ids)
    print(ask(game, "POST", f"{LETTERS}/redrive", {"ids": options.ids} if options.ids else {"all": True})["message"])


def drop(game: Game, options: argparse.Namespace) -> None:
    """Give letters up for good."""
    _check(options.ids)
    print(ask(game, "POST", f"{LETTERS}/drop", {"ids": options.ids})["message"])


def _after(attempts: int | None) -> str:
    """Say after how many attempts a letter was given up; no one counts those of a message."""
    if attempts is None:
        return ""
    return f"after {attempts} {'attempt' if attempts == 1 else 'attempts'}: "


def _check(ids: Sequence[str]) -> None:
    """Refuse what is no id, such as the first word of an empty list, before the game is asked.

    Raises:
        Refusal
    """
    for each in ids:
        if each.partition(":")[0] not in KINDS:
            raise Refusal(f"There is no dead letter called {each}: make letters lists them, each after its id.")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="make letters", description="What was given up: list it, look at one, send again, drop."
    )
    parser.set_defaults(run=list_letters)
    commands = parser.add_subparsers()
    one = commands.add_parser("show", help="print one whole")
    one.add_argument("id")
    one.set_defaults(run=show)
    again = commands.add_parser("redrive", help="send these again, or all")
    which = again.add_mutually_exclusive_group(required=True)
    which.add_argument("ids", nargs="*", default=[])
    which.add_argument("--all", action="store_true")
    again.set_defaults(run=redrive)
    away = commands.add_parser("drop", help="give these up for good")
    away.add_argument("ids", nargs="+")
    away.set_defaults(run=drop)
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
