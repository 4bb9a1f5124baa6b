"""`python -m local.tools.reset`: empties the local game, which must be stopped; `--keep-players` begins a new season.

A season is begun by the running game, as from the panel: rounds, targets and unlocks go, and players keep what they
have and have learned.
"""

from __future__ import annotations

import argparse
import os
import shutil
import sys
from typing import Final

from local.demo.game import Game
from local.stack.postgres import Postgres, PostgresError, find_data
from local.stack.running import FOLDER, FolderInUse, Marker, find
from local.tools.asking import Refusal, ask, run

SEASON: Final = "/api/v1/progression/admin/reset"
DATABASE: Final = "brandish"


def main() -> int:
    options = _options()
    return run(lambda game: options.run(game, options), FolderInUse, PostgresError, OSError)


def empty_game(_: Game, options: argparse.Namespace) -> None:
    """Drop the database and what waits in queues; keys of tokens stay, so that no setting changes."""
    if os.environ.get("DATABASE_URL"):
        raise Refusal("DATABASE_URL names a database that is not the local game's: empty that with its own tools.")
    if not (find_data(FOLDER / "postgres") / "PG_VERSION").exists():
        raise Refusal(f"There is no game in {FOLDER} to empty.")
    if game := find(FOLDER):
        raise Refusal(f"{game}. Stop it first with Ctrl-C: this deletes its database.")
    marker = Marker.set(FOLDER)
    try:
        _confirm(options, f"Delete everything in the game in {FOLDER}, players and accounts included?")
        with Postgres.start(FOLDER / "postgres", durable=True) as server:
            server.drop_database(DATABASE)
        for file in (FOLDER / "queues").glob("own.*"):
            shutil.rmtree(file) if file.is_dir() else file.unlink()
    finally:
        marker.remove()
    print("The game is empty. make dev begins a new one.")


def begin_season(game: Game, options: argparse.Namespace) -> None:
    """Reset the tree of the running game."""
    game.check()
    _confirm(options, f"Reset the tree of the game at {game.url}? Players keep what they have.")
    wanted = {"reset_by": "make reset", "reason": "a new season", "preserve_user_progression": True}
    print(ask(game, "POST", SEASON, wanted)["message"])


def _confirm(options: argparse.Namespace, question: str) -> None:
    """Ask, unless --yes has answered.

    Raises:
        Refusal
    """
    if options.yes:
        return
    if not sys.stdin.isatty():
        raise Refusal(f"{question} Nothing has happened: add --yes.")
    if input(f"{question} Type yes: ").strip().lower() != "yes":
        raise Refusal("Nothing has happened.")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make reset", description="Empties the local game, or begins a new season.")
    parser.add_argument("--yes", action="store_true", help="do not ask")
    parser.add_argument(
        "--keep-players",
        dest="run",
        action="store_const",
        const=begin_season,
        default=empty_game,
        help="reset only the tree, of the running game or the one at BASE_URL",
    )
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
