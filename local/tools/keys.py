"""`python -m local.tools.keys`: lists, makes, revokes and replaces API keys, and replaces all other secrets.

Works against the running game, or another one: BASE_URL and API_KEY. docs/secrets.md says what happens to whom.
"""

from __future__ import annotations

import argparse
import json
import sys
from datetime import UTC, datetime
from getpass import getpass
from secrets import token_urlsafe
from typing import Any, Final, get_args

from kernel.keys.models import Role
from local.demo.game import Game
from local.stack.running import FOLDER, account_keys, account_keys_file
from local.tools.asking import Refusal, ask, minute, run

KEYS: Final = "/api/v1/admin/keys"
DESTINATIONS: Final = ("discord_bot_token", "streamerbot_password", "llm_api_key")


def main() -> int:
    options = _options()
    return run(lambda game: options.run(game, options))


def list_keys(game: Game, options: argparse.Namespace) -> None:
    """Print the names and roles of all API keys."""
    for key in ask(game, "GET", KEYS, {}):
        print(f"{key['name']:<30} {key['role']:<7} made {minute(key['created_at'])}{_end(key.get('revoked_at'))}")


def _end(revoked_at: str | None) -> str:
    """Say until when a key works, or since when it is revoked."""
    if not revoked_at:
        return ""
    is_over = datetime.fromisoformat(revoked_at) <= datetime.now(UTC)
    return f", {'revoked' if is_over else 'works until'} {minute(revoked_at)}"


def make_key(game: Game, options: argparse.Namespace) -> None:
    """Make an API key under a name that no key has."""
    if _current(game, options.name):
        raise Refusal(f'{options.name} has a key already. To replace it: make keys ARGS="rotate key {options.name}"')
    made = ask(game, "POST", KEYS, {"name": options.name, "role": options.role})
    print(f"The key of {made['name']}, which is shown only now: {made['api_key']}")


def revoke_key(game: Game, options: argparse.Namespace) -> None:
    """Revoke an API key."""
    print(ask(game, "POST", f"{KEYS}/revoke", {"name": options.name})["message"])
    print("It stops working within ten minutes.")


def _current(game: Game, name: str) -> dict[str, Any] | None:
    """Return the key of this name that has no end; names are compared without case."""
    keys = [key for key in ask(game, "GET", KEYS, {}) if key["name"].lower() == name.lower()]
    return next((key for key in keys if not key.get("revoked_at")), None)


def rotate_key(game: Game, options: argparse.Namespace) -> None:
    """Replace an API key by a new one with the same name and role."""
    known = _current(game, options.name)
    if known is None:
        raise Refusal(f"There is no key called {options.name}.")
    wanted = {"name": known["name"], "role": known["role"], "old_key_hours": options.old_hours}
    made = ask(game, "POST", KEYS, wanted)
    if options.secret:
        _secrets().put_secret_value(SecretId=options.secret, SecretString=made["api_key"])
    until = f"works for another {options.old_hours} h" if options.old_hours else "stops working within ten minutes"
    print(f"The new key of {made['name']}, which is shown only now: {made['api_key']}")
    print(f"The old one {until}.")


def rotate_tickets(game: Game, options: argparse.Namespace) -> None:
    """Sign tickets with a new key."""
    print(ask(game, "POST", f"{KEYS}/rotate-tickets", {"leaked": options.leaked})["message"])


def rotate_tokens(game: Game, options: argparse.Namespace) -> None:
    """Put a new key for the tokens of people who are signed in before the earlier ones, or in their place."""
    if options.secret:
        before = _secrets().get_secret_value(SecretId=options.secret)["SecretString"]
        stored = _secrets().put_secret_value(
            SecretId=options.secret, SecretString=_with_new_key(before, options.leaked)
        )
        print("The new key is stored. To use it, write this under parameter_overrides in samconfig.toml, and deploy:")
        print(f'AccountKeysVersion = "{stored["VersionId"]}"')
    else:
        file = account_keys_file(FOLDER)
        file.write_text(f"{_with_new_key(account_keys(FOLDER), options.leaked)}\n", encoding="utf-8")
        print(f"The new key is stored in {file}. It is used from the next start on.")
    if options.leaked:
        print("Then everyone must log in again.")
    else:
        print("Everyone stays signed in. The key before it works on; a day later it has no more tokens to check.")


def _with_new_key(before: str, leaked: bool) -> str:
    """Return the keys as they are stored: the new one first. An earlier one than the last is of no use any more."""
    new = token_urlsafe(48)
    return new if leaked else f"{new} {before.split()[0]}"


def rotate_accounts(game: Game, options: argparse.Namespace) -> None:
    """Put a new key for the hashes of forgotten accounts before the earlier ones."""
    before = _secrets().get_secret_value(SecretId=options.secret)["SecretString"]
    stored = _secrets().put_secret_value(SecretId=options.secret, SecretString=f"{token_urlsafe(30)} {before}")
    print("The new key is stored in front of the earlier ones.")
    print("To use it, write this under parameter_overrides in samconfig.toml, and deploy:")
    print(f'AccountHashKeyVersion = "{stored["VersionId"]}"')


def rotate_destination(game: Game, options: argparse.Namespace) -> None:
    """Store what Discord or Streamer.bot have given us; the secret's other entries stay."""
    given = (getpass(f"{options.name}: ") if sys.stdin.isatty() else sys.stdin.readline()).strip()
    entries = json.loads(_secrets().get_secret_value(SecretId=options.secret)["SecretString"])
    stored = json.dumps(entries | {options.name: given})
    _secrets().put_secret_value(SecretId=options.secret, SecretString=stored)
    print(f"{options.name} is stored. It is used within five minutes; messages wait until it works.")


def _secrets() -> Any:
    import boto3  # takes long to import

    return boto3.client("secretsmanager")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make keys", description="All that has to do with keys: docs/secrets.md.")
    parser.set_defaults(run=list_keys)
    actions = parser.add_subparsers(title="commands; without one, the API keys are listed")
    actions.add_parser("list", help="list the API keys").set_defaults(run=list_keys)
    making = actions.add_parser("make", help="make an API key")
    making.set_defaults(run=make_key)
    making.add_argument("name")
    making.add_argument("role", choices=get_args(Role))
    revoking = actions.add_parser("revoke", help="revoke an API key")
    revoking.set_defaults(run=revoke_key)
    revoking.add_argument("name")
    rotating = actions.add_parser("rotate", help="replace a secret")
    commands = rotating.add_subparsers(required=True)
    key = commands.add_parser("key", help="an API key, by its name")
    key.set_defaults(run=rotate_key)
    key.add_argument("name")
    key.add_argument("--old-hours", type=int, default=24, help="how long the old key still works: 0 to 168; 24")
    key.add_argument("--secret", help="also store it in this secret of AWS, such as the output FirstAdminKey")
    tickets = commands.add_parser("tickets", help="the key that signs tickets")
    tickets.set_defaults(run=rotate_tickets)
    tickets.add_argument("--leaked", action="store_true", help="refuse the tickets that were issued before")
    tokens = commands.add_parser("tokens", help="the key of the tokens of people who are signed in")
    tokens.set_defaults(run=rotate_tokens)
    tokens.add_argument("--secret", help="on AWS: the output AccountKeys")
    tokens.add_argument("--leaked", action="store_true", help="refuse the tokens that were issued before")
    accounts = commands.add_parser("accounts", help="the key of the hashes of forgotten accounts, on AWS")
    accounts.set_defaults(run=rotate_accounts)
    accounts.add_argument("--secret", required=True, help="the output AccountHashKey")
    destination = commands.add_parser("destination", help="Discord's token or Streamer.bot's password, on AWS")
    destination.set_defaults(run=rotate_destination)
    destination.add_argument("name", choices=DESTINATIONS)
    destination.add_argument("--secret", required=True, help="the output DestinationSecrets")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
