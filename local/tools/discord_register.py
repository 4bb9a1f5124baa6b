"""`make discord-register`: updates the list of commands that Discord offers."""

from __future__ import annotations

import argparse
import re
import sys
from typing import Final

from doors.discord.api import TokenRefused, api, retry_until
from doors.discord.registration import payload
from doors.discord.settings import settings as discord_settings
from doors.outbound import Rejected, Unavailable
from functions.community.notify_discord.registration import Difference, Scope, compare, existing, sync
from functions.community.notify_discord.settings import settings
from functions.shared.discord import catalogue as catalogue  # declares every command

PATIENCE_SECONDS: Final = 30
ID: Final = re.compile(r"[0-9]{1,20}")
WHERE: Final = "the page of your application at https://discord.com/developers/applications"


def main() -> int:
    options = _options()
    missing = [
        f"{name} is not set: copy it from {WHERE}, {page}."
        for name, value, page in (
            ("DISCORD_APPLICATION_ID", discord_settings.discord_application_id, "General Information"),
            ("DISCORD_BOT_TOKEN", discord_settings.discord_bot_token, "Bot"),
        )
        if not value
    ]
    if missing:
        print("\n".join(missing), file=sys.stderr)
        return 1
    guild_id = "" if options.everywhere else options.guild or discord_settings.discord_guild_id
    wrong = [
        f"{name} is not a number, as Discord's ids are: {value!r}."
        for name, value in (
            ("DISCORD_APPLICATION_ID", discord_settings.discord_application_id),
            ("--guild" if options.guild else "DISCORD_GUILD_ID", guild_id),
        )
        if value and not ID.fullmatch(value)
    ]
    if wrong:
        print("\n".join(wrong), file=sys.stderr)
        return 1
    scope = Scope(discord_settings.discord_application_id, guild_id)
    where = f"on server {guild_id}" if guild_id else "on all servers"
    try:
        difference = retry_until(lambda: _register(scope, options), PATIENCE_SECONDS)
    except (Rejected, TokenRefused) as error:
        print(f"Discord refuses: {error}", file=sys.stderr)
        return 1
    except Unavailable as error:
        print(f"Discord cannot be reached just now ({error}). Nothing is lost: try again.", file=sys.stderr)
        return 1
    print(_outcome(difference, where, options))
    return 0


def _register(scope: Scope, options: argparse.Namespace) -> Difference:
    commands = payload(guild=bool(scope.guild_id))
    if options.dry_run:
        return compare(scope, existing(api(), scope), commands)
    return sync(api(), scope, commands, force=options.force)


def _outcome(difference: Difference, where: str, options: argparse.Namespace) -> str:
    if options.dry_run:
        return f"Commands {where}: {difference}. Nothing was sent."
    if difference or options.force:
        return f"Commands {where} are up to date now: {difference}."
    return f"Commands {where} are up to date: {difference}, and nothing was sent."


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make discord-register", description=__doc__)
    where = parser.add_mutually_exclusive_group()
    where.add_argument("--guild", metavar="ID", help="one server, at once; as DISCORD_GUILD_ID")
    where.add_argument(
        "--global", dest="everywhere", action="store_true", help="all servers, whatever DISCORD_GUILD_ID says"
    )
    parser.add_argument(
        "--force",
        action="store_true",
        default=settings.discord_force_command_update,
        help="send them even where nothing differs; as DISCORD_FORCE_COMMAND_UPDATE",
    )
    parser.add_argument("--dry-run", action="store_true", help="only show what differs")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
