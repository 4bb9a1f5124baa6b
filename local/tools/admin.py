"""`python -m local.tools.admin ann@example.org`: makes an account an administrator's; `--revoke` ends that.

Works against the running game, or another one: BASE_URL and API_KEY, which is an administrator's key.
"""

from __future__ import annotations

import argparse
import sys
from typing import Any, Final

from local.demo.game import Game
from local.tools.asking import ask, run

ACCOUNTS: Final = "/api/v1/admin/accounts"


def main() -> int:
    options = _options()
    return run(lambda game: _give_role(game, options) if options.email else _list(game))


def _give_role(game: Game, options: argparse.Namespace) -> None:
    wanted = {"email": options.email, "granted": not options.revoke}
    print(_described(ask(game, "POST", f"{ACCOUNTS}/role", wanted)))


def _list(game: Game) -> None:
    for account in ask(game, "GET", f"{ACCOUNTS}/administrators"):
        print(_described(account))


def _described(account: dict[str, Any]) -> str:
    """Say enough about an account to tell its owner from someone who has taken their address first."""
    named = f" ({account['username']})" if account.get("username") else ""
    role = "is an administrator" if "admin" in account["roles"] else "is no administrator"
    last = f", last logged in {account['last_login'][:16]}" if account.get("last_login") else ""
    return f"{account['email']}{named} {role}. Signed up {account['created_at'][:16]}{last}."


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="admin", description="Says who administers the installation.")
    parser.add_argument("email", nargs="?", help="whose account; left out, the administrators are listed")
    parser.add_argument("--revoke", action="store_true", help="end it")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
