"""`python -m local.tools.features`: says what is on; `gambles off` turns something off, `freeze on` freezes the game.

Works against the running game, or another one: BASE_URL and API_KEY, which is an administrator's key.
"""

from __future__ import annotations

import argparse
import sys
from typing import Any, Final

from local.demo.game import Game
from local.tools.asking import ask, minute, run

FEATURES: Final = "/api/v1/admin/features"


def main() -> int:
    options = _options()
    return run(lambda game: _turn(game, options) if options.name else _list(game))


def _turn(game: Game, options: argparse.Namespace) -> None:
    print(ask(game, "PUT", f"{FEATURES}/{options.name}", {"on": options.position == "on"})["message"])


def _list(game: Game) -> None:
    for feature in ask(game, "GET", FEATURES):
        print(_described(feature))


def _described(feature: dict[str, Any]) -> str:
    position = "on" if feature["on"] else "off"
    changed = ""
    if "changed_at" in feature:
        changed = f"  since {minute(feature['changed_at'])}, by {feature['changed_by']}"
    mark = " " if feature["on"] == feature["usual"] else "!"
    return f"{mark} {feature['name']:<18}{position:<4}{changed}".rstrip()


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make features", description="Says what is on, and turns it on and off.")
    parser.add_argument("name", nargs="?", help="of a feature; left out, all are listed")
    parser.add_argument("position", nargs="?", choices=("on", "off"))
    options = parser.parse_args()
    if options.name and not options.position:
        parser.error(f"{options.name} on, or {options.name} off?")
    return options


if __name__ == "__main__":
    sys.exit(main())
