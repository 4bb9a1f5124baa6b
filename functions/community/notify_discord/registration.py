"""Keeps Discord's list of commands the same as ours."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from typing import Any, Final

from msgspec import Struct

from doors.discord.api import DiscordApi, api
from doors.discord.settings import settings as discord_settings
from functions.community.notify_discord.settings import settings

log = logging.getLogger("brandish")

Command = Mapping[str, Any]

CHAT_INPUT: Final = 1
COMPARED: Final = (
    "name",
    "name_localizations",
    "description",
    "description_localizations",
    "options",
    "default_member_permissions",
    "nsfw",
)
GLOBAL_ONLY: Final = ("contexts", "integration_types")
"""Commands of a server have none. Where ours set none, Discord fills in the application's defaults."""

COMPARED_IN_OPTION: Final = (
    "type",
    "name",
    "name_localizations",
    "description",
    "description_localizations",
    "required",
    "choices",
    "options",
    "channel_types",
    "min_value",
    "max_value",
    "min_length",
    "max_length",
    "autocomplete",
)
COMPARED_IN_CHOICE: Final = ("name", "name_localizations", "value")


class Difference(Struct, frozen=True):
    """Names of commands, sorted."""

    added: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.added or self.changed or self.removed)

    def __str__(self) -> str:
        parts = [("added", self.added), ("changed", self.changed), ("removed", self.removed)]
        return "; ".join(f"{what}: {', '.join(names)}" for what, names in parts if names) or "nothing differs"


class Scope(Struct, frozen=True):
    """Where the commands are offered.

    Attributes:
        guild_id: one server; empty for all servers.
    """

    application_id: str
    guild_id: str = ""

    @property
    def path(self) -> str:
        guild = f"/guilds/{self.guild_id}" if self.guild_id else ""
        return f"/applications/{self.application_id}{guild}/commands"


def update(payload: Mapping[str, Any]) -> None:
    """Sync or remove commands, as an administrator requested.

    Raises:
        Unavailable, Rejected
    """
    scope = Scope(discord_settings.discord_application_id, discord_settings.discord_guild_id)
    if name := payload.get("remove"):
        found = remove(api(), scope, name)
        log.info("command removed" if found else "there was no such command", extra={"command": name})
    else:
        difference = sync(api(), scope, payload["commands"], force=settings.discord_force_command_update)
        log.info("commands compared: %s", difference)


def sync(api: DiscordApi, scope: Scope, commands: Sequence[Command], *, force: bool = False) -> Difference:
    """Make Discord offer exactly these commands. When nothing differs, nothing is sent.

    Args:
        force: send them even when nothing differs.

    Raises:
        Unavailable, Rejected

    Source: rules 19.
    """
    difference = compare(scope, existing(api, scope), commands)
    if difference or force:
        api.request("PUT", scope.path, list(commands))
    return difference


def remove(api: DiscordApi, scope: Scope, name: str) -> bool:
    """Remove a command; returns whether there was one of that name.

    Raises:
        Unavailable, Rejected
    """
    found = [command["id"] for command in existing(api, scope) if command["name"] == name]
    for command_id in found:
        api.request("DELETE", f"{scope.path}/{command_id}")
    return bool(found)


def existing(api: DiscordApi, scope: Scope) -> list[Command]:
    return api.request("GET", f"{scope.path}?with_localizations=true")


def compare(scope: Scope, theirs: Sequence[Command], ours: Sequence[Command]) -> Difference:
    before = {_name(command): command for command in theirs}
    after = {_name(command): command for command in ours}
    both = before.keys() & after.keys()
    return Difference(
        added=_names(after.keys() - before.keys()),
        changed=_names({name for name in both if _differ(scope, before[name], after[name])}),
        removed=_names(before.keys() - after.keys()),
    )


def _names(found: set[tuple[int, str]]) -> tuple[str, ...]:
    return tuple(sorted(name for _, name in found))


def _name(command: Command) -> tuple[int, str]:
    """The identity of a command: a name may be used once per type."""
    return command.get("type", CHAT_INPUT), command["name"]


def _differ(scope: Scope, theirs: Command, ours: Command) -> bool:
    if _normalised(theirs, COMPARED) != _normalised(ours, COMPARED):  # they are of the same type: see `_name`
        return True
    explicit = () if scope.guild_id else [key for key in GLOBAL_ONLY if ours.get(key) is not None]
    return any(sorted(theirs.get(key) or ()) != sorted(ours[key]) for key in explicit)


def _normalised(thing: Mapping[str, Any], keys: Sequence[str]) -> dict[str, Any]:
    """Without values that equal the default, because Discord omits some of them and fills in others."""
    kept = {key: thing[key] for key in keys if _is_set(thing.get(key))}
    if "options" in kept:
        kept["options"] = [_normalised(option, COMPARED_IN_OPTION) for option in kept["options"]]
    if "choices" in kept:
        kept["choices"] = [_normalised(choice, COMPARED_IN_CHOICE) for choice in kept["choices"]]
    return kept


def _is_set(value: object) -> bool:
    return value is not False and value not in (None, [], {}, "")
