"""`python -m local.demo [options]`: plays an evening against the running game. `--help` lists the options."""

from __future__ import annotations

import argparse
import os
import sys
from contextlib import nullcontext
from random import Random
from typing import Final

from kernel.texts import ENGLISH, languages, speak, spoken, translate
from local.demo import words as words  # the texts of the demo
from local.demo.cast import FEWEST, MOST, invite
from local.demo.chat import Chat
from local.demo.evening import Evening
from local.demo.game import Game, GameUnavailable
from local.demo.scenes import SCENES
from local.demo.stream_listener import StreamListener
from local.demo.summary import report
from local.personas.client import Refused
from local.personas.demo import play as play_personas
from local.stack.running import api_key, game_url
from local.worlds.demo import play as play_worlds

PAUSE_SECONDS: Final = 0.25  # after each line; an evening with 50 viewers takes a bit less than a minute


def main() -> int:
    options = _options()
    speak(options.language)
    sys.stdout.reconfigure(errors="replace")  # pyright: ignore[reportAttributeAccessIssue]
    try:
        return 0 if _play(options) else 1
    except (GameUnavailable, Refused) as error:
        print(error, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print(translate("\nThe evening ends early."), file=sys.stderr)
        return 130
    except BrokenPipeError:
        # The reader is gone, as in `make demo | head`; otherwise Python would complain when it flushes at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1


def _play(options: argparse.Namespace) -> bool:
    """Play an evening; returns whether all went as planned."""
    chat = Chat(sys.stdout, 0 if options.fast else PAUSE_SECONDS)
    if options.personas:
        return play_personas(game_url(), chat)
    if options.worlds:
        return play_worlds(game_url(), chat)
    with (
        Game(game_url(), api_key(), spoken()) as game,
        Evening(game, chat, invite(options.viewers), Random(options.seed)) as evening,
    ):
        game.check()
        chat.report(translate("A chat evening with {n} viewers at {url}", n=options.viewers, url=game.url))
        with StreamListener(game, chat.event) if options.watch else nullcontext() as watch:
            for scene in SCENES:
                scene(evening)
            return report(evening, watch)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="make demo", description="Plays a chat evening against the running game and prints it."
    )
    parser.add_argument("--fast", action="store_true", help="without pauses")
    parser.add_argument("--watch", action="store_true", help="show the live events beside the chat")
    products = parser.add_mutually_exclusive_group()
    products.add_argument("--personas", action="store_true", help="two people use Personas, instead of the evening")
    products.add_argument("--worlds", action="store_true", help="three people meet in Worlds, instead of the evening")
    parser.add_argument("--seed", type=int, metavar="N", help="make the same choices every time; random when left out")
    parser.add_argument("--viewers", type=int, default=50, metavar="N", help=f"{FEWEST} to {MOST}; 50 when left out")
    parser.add_argument("--language", choices=languages(), default=ENGLISH, help="English when left out")
    options = parser.parse_args()
    if not FEWEST <= options.viewers <= MOST:
        parser.error(f"--viewers takes {FEWEST} to {MOST}")
    return options


if __name__ == "__main__":
    sys.exit(main())
