"""`make administer`: what administrators do with worlds and accounts. Each is in the log of Worlds, with who did it.

Works with the running game, or another one at BASE_URL. It asks who you are, because an API key names no one: an
account that `make admin` has made an administrator's. ADMIN_EMAIL and ADMIN_PASSWORD answer that.
"""

from __future__ import annotations

import argparse
import getpass
import json
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote

from local.stack.running import game_url
from local.tools.asking import Refusal, minute
from local.tools.play.door import Door, Refused, Unreachable

WORLDS: Final = "/api/game/admin/worlds"
USERS: Final = "/api/auth/users"
PER_PAGE: Final = 100
Shown = dict[str, Any]
Tables = dict[str, dict[str, list[Any]]]


def main() -> int:
    """Sign in, do what the command line says, and sign out."""
    door = Door(game_url())
    try:
        door.log_in(*_credentials())
        try:
            run(door, sys.argv[1:])
        finally:
            door.ask("POST", "/api/auth/logout")
    except (Refused, Refusal, Unreachable, OSError) as error:
        print(error, file=sys.stderr)
        return 1
    except (EOFError, KeyboardInterrupt):
        print("Nothing has happened.", file=sys.stderr)
        return 1
    return 0


def run(door: Door, arguments: Sequence[str]) -> None:
    """Do what a command line says, as who has signed in.

    Raises:
        Refused, Refusal, Unreachable, OSError, EOFError
    """
    options = _options(arguments)
    options.run(door, options)


def list_worlds(door: Door, _: argparse.Namespace) -> None:
    """Print a line for each world, newest first."""
    for world in _all(door, WORLDS, "worlds", "id"):
        state = "paused" if world["paused"] else world["status"]
        print(f"{world['id']}  {world['name']}: {world['privacy']}, {state}, {world['players']} there now")


def pause(door: Door, options: argparse.Namespace) -> None:
    """Let the time of a world stand still."""
    world = _world(door, options.world)
    door.ask("POST", f"{WORLDS}/{world['id']}/pause")
    print(f"Time stands still in {world['name']}.")


def resume(door: Door, options: argparse.Namespace) -> None:
    """Let the time of a world go on."""
    world = _world(door, options.world)
    door.ask("POST", f"{WORLDS}/{world['id']}/resume")
    print(f"Time goes on in {world['name']}.")


def wipe(door: Door, options: argparse.Namespace) -> None:
    """Empty a world."""
    world = _world(door, options.world)
    lost = "All characters there and what they brought are gone for good."
    _confirm(options, f"Wipe {world['name']}? {lost} Type its name: ", world["name"])
    door.ask("POST", f"{WORLDS}/{world['id']}/wipe")
    print(f"{world['name']} is as it was when it was made.")


def list_users(door: Door, _: argparse.Namespace) -> None:
    """Print a line for each account, newest first."""
    for user in _all(door, USERS, "users", "user_id"):
        name = f" ({user['username']})" if user["username"] else ""
        last = f", last logged in {minute(user['last_login'])}" if user["last_login"] else ""
        roles = f", {', '.join(user['roles'])}" if user["roles"] else ""
        print(f"{user['user_id']}  {user['email']}{name}, signed up {minute(user['created_at'])}{last}{roles}")


def export(door: Door, options: argparse.Namespace) -> None:
    """Write everything that is stored about someone as JSON."""
    user = _user(door, options.user)
    text = json.dumps(_exported(door, user["user_id"]), indent=2, ensure_ascii=False)
    if options.to:
        Path(options.to).write_text(f"{text}\n", encoding="utf-8")
        print(f"All about {user['email']} is in {options.to}.")
    else:
        print(text)


def delete(door: Door, options: argparse.Namespace) -> None:
    """Delete someone's account."""
    user = _user(door, options.user)
    lost = "All that is stored for it goes with it, and does not come back."
    _confirm(options, f"Delete the account {user['email']}? {lost} Type its address: ", user["email"])
    door.ask("DELETE", f"{USERS}/{user['user_id']}")
    print(f"The account {user['email']} is deleted.")


def _credentials() -> tuple[str, str]:
    """Return the e-mail address and the password to sign in with.

    Raises:
        Refusal
    """
    email, password = os.environ.get("ADMIN_EMAIL"), os.environ.get("ADMIN_PASSWORD")
    if not sys.stdin.isatty() and not (email and password):
        raise Refusal("Who are you? Set ADMIN_EMAIL and ADMIN_PASSWORD, or run this in a terminal.")
    return email or input("E-mail address: ").strip(), password or getpass.getpass("Password: ")


def _all(door: Door, path: str, name: str, key: str) -> Iterator[Shown]:
    """Yield what all pages of a list have."""
    page = door.ask("GET", f"{path}?limit={PER_PAGE}")[name]
    while page:
        yield from page
        page = door.ask("GET", f"{path}?limit={PER_PAGE}&after={page[-1][key]}")[name] if len(page) == PER_PAGE else []


def _world(door: Door, typed: str) -> Shown:
    return _only(_all(door, WORLDS, "worlds", "id"), typed, ("id", "name"), "world", "worlds")


def _user(door: Door, typed: str) -> Shown:
    return _only(_all(door, USERS, "users", "user_id"), typed, ("user_id", "email"), "account", "users")


def _only(rows: Iterator[Shown], typed: str, keys: tuple[str, str], kind: str, command: str) -> Shown:
    """Return what is called so.

    Raises:
        Refusal: nothing is.
    """
    wanted = typed.strip().lower()
    for row in rows:
        if wanted in (row[keys[0]], row[keys[1]].lower()):
            return row
    raise Refusal(f"There is no {kind} {typed}: make administer ARGS={command} lists them.")


def _exported(door: Door, user_id: str) -> Tables:
    """Return {product: {table: rows}}, with the rows that do not fit into one answer."""
    answer = door.ask("POST", f"{USERS}/{user_id}/export")
    data: Tables = answer["data"]
    for table, after in answer["more"].items():
        more: str | None = after
        while more is not None:
            query = f"table={quote(table)}&after={quote(more)}"
            part = door.ask("POST", f"{USERS}/{user_id}/export?{query}")
            for product, tables in part["data"].items():
                for name, rows in tables.items():
                    data[product].setdefault(name, []).extend(rows)
            more = part["more"].get(table)
    return data


def _confirm(options: argparse.Namespace, question: str, name: str) -> None:
    """Ask for the name of what is about to be lost, unless --yes has answered.

    Raises:
        Refusal
    """
    if options.yes:
        return
    if not sys.stdin.isatty():
        raise Refusal("This destroys something, and there is no one to ask. Nothing has happened: add --yes.")
    if input(question).strip().lower() != name.lower():
        raise Refusal("Nothing has happened.")


def _options(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="make administer", description="What administrators do with worlds and accounts."
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    def command(name: str, text: str, run: Callable[[Door, argparse.Namespace], None], *names: str) -> Any:
        added = commands.add_parser(name, help=text)
        added.set_defaults(run=run)
        for each in names:
            added.add_argument(each, help="its id, or its name" if each == "world" else "their id, or e-mail address")
        return added

    command("worlds", "list all worlds, newest first", list_worlds)
    command("pause", "let the time of a world stand still", pause, "world")
    command("resume", "let it go on", resume, "world")
    emptied = command("wipe", "empty a world of characters and what they brought", wipe, "world")
    command("users", "list all accounts, newest first", list_users)
    command("export", "write everything that is stored about someone", export, "user").add_argument(
        "--to", help="a file; else it is printed"
    )
    deleted = command("delete", "delete an account for good", delete, "user")
    for each in (emptied, deleted):
        each.add_argument("--yes", action="store_true", help="do not ask")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main())
