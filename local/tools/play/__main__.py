"""`make play`: play Worlds in a terminal, against the running game or any other.

A screen reader and a pipe can follow it: everything is a line of plain text. Lines are commands; /notifications reads
what one was notified of, and /quit ends it.
"""

from __future__ import annotations

import argparse
import asyncio
import getpass
import os
import sys
from collections.abc import Callable

from local.stack.running import game_url
from local.tools.play.door import Door, Refused, Unreachable
from local.tools.play.terminal import PROMPT, ReadLine, Terminal, completions

try:
    import readline
except ImportError:  # Windows
    readline = None


def main() -> int:
    """Sign in, and play."""
    options = _options()
    door = Door(options.url or game_url())
    try:
        _sign_in(door, options)
    except (Refused, Unreachable) as error:
        print(error, file=sys.stderr)
        return 1
    except (EOFError, KeyboardInterrupt):
        print()
        return 1
    _prepare_completion()
    read, write = _lines()
    try:
        return asyncio.run(Terminal(door, read, write, waits=not sys.stdin.isatty()).play())
    except KeyboardInterrupt:
        print()
        return 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make play", description="Play Worlds in a terminal.")
    parser.add_argument("--url", help="of the game; default: the one that runs here")
    parser.add_argument("--user", help="an e-mail address; a name alone stands for NAME@example.org")
    parser.add_argument("--new", action="store_true", help="sign up, without asking whether you have an account")
    parser.add_argument("--password", default=os.environ.get("PLAY_PASSWORD"), help="else you are asked for it")
    return parser.parse_args()


def _sign_in(door: Door, options: argparse.Namespace) -> None:
    """Log in, or sign up.

    Raises:
        Refused, Unreachable, EOFError
    """
    is_new = options.new or (options.user is None and not _yes("Do you have an account? [yes/no] "))
    user = options.user or _ask("E-mail address: ")
    email = user if "@" in user else f"{user}@example.org"
    password = options.password or _ask_password()
    if not is_new:
        try:
            door.log_in(email, password)
            return
        except Refused as error:
            if error.code != "AUTH_INVALID_CREDENTIALS" or not sys.stdin.isatty() or not _yes("No. Sign up? [yes/no] "):
                raise
    name = user if "@" not in user else _ask("User name: ")
    door.sign_up(email, name, password)


def _ask(question: str) -> str:
    """Ask until there is an answer.

    Raises:
        EOFError
    """
    answer = ""
    while not answer:
        answer = input(question).strip()
    return answer


def _ask_password() -> str:
    return getpass.getpass("Password: ") if sys.stdin.isatty() else _ask("Password: ")


def _yes(question: str) -> bool:
    return _ask(question).lower().startswith("y")


def _lines() -> tuple[ReadLine, Callable[[str], None]]:
    """Return how lines are read and shown; in a terminal, what is shown leaves alone what is being typed."""
    if not sys.stdin.isatty():
        return (lambda: sys.stdin.readline() or None), lambda text: print(text, flush=True)

    def read() -> str | None:
        try:
            return input(PROMPT)
        except EOFError:
            return None

    def write(text: str) -> None:
        typed = readline.get_line_buffer() if readline else ""
        sys.stdout.write(f"\r\033[K{text}\n{PROMPT}{typed}")
        sys.stdout.flush()

    return read, write


def _prepare_completion() -> None:
    if readline is None or not sys.stdin.isatty():
        return
    readline.set_completer(lambda text, number: dict(enumerate(completions(text))).get(number))
    readline.set_completer_delims("")
    readline.parse_and_bind("tab: complete")


if __name__ == "__main__":
    sys.exit(main())
