"""The commands Discord offers to people, made the same as ours."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

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
"""A server's commands have none. Without a word from us, Discord fills in the application's own."""

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


@dataclass(frozen=True, slots=True)
class Difference:
    """Names of commands, sorted."""

    added: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.added or self.changed or self.removed)

    def __str__(self) -> str:
        parts = [("added", self.added), ("changed", self.changed), ("removed", self.removed)]
        return "; ".join(f"{what}: {', '.join(names)}" for what, names in parts if names) or "nothing differs"


@dataclass(frozen=True, slots=True)
class Place:
    """Where the commands are offered.

    Attributes:
        guild_id: one server; empty: everywhere.
    """

    application_id: str
    guild_id: str = ""

    @property
    def path(self) -> str:
        guild = f"/guilds/{self.guild_id}" if self.guild_id else ""
        return f"/applications/{self.application_id}{guild}/commands"


def act(payload: Mapping[str, Any]) -> None:
    """What an administrator has asked for.

    Raises:
        Unavailable, Rejected
    """
    place = Place(discord_settings.discord_application_id, discord_settings.discord_guild_id)
    if name := payload.get("remove"):
        found = remove(api(), place, name)
        log.info("command removed" if found else "there was no such command", extra={"command": name})
    else:
        difference = sync(api(), place, payload["commands"], force=settings.discord_force_command_update)
        log.info("commands compared: %s", difference)


def sync(api: DiscordApi, place: Place, commands: Sequence[Command], *, force: bool = False) -> Difference:
    """Offer exactly these commands. When nothing differs, nothing is sent.

    Args:
        force: send them all the same.

    Raises:
        Unavailable, Rejected

    Source: rules 19.
    """
    difference = compare(place, existing(api, place), commands)
    if difference or force:
        api.request("PUT", place.path, list(commands))
    return difference


def remove(api: DiscordApi, place: Place, name: str) -> bool:
    """Whether there was one of that name.

    Raises:
        Unavailable, Rejected
    """
    found = [command["id"] for command in existing(api, place) if command["name"] == name]
    for command_id in found:
        api.request("DELETE", f"{place.path}/{command_id}")
    return bool(found)


def existing(api: DiscordApi, place: Place) -> list[Command]:
    return api.request("GET", f"{place.path}?with_localizations=true")


def compare(place: Place, theirs: Sequence[Command], ours: Sequence[Command]) -> Difference:
    before = {_name(command): command for command in theirs}
    after = {_name(command): command for command in ours}
    both = before.keys() & after.keys()
    return Difference(
        added=_names(after.keys() - before.keys()),
        changed=_names({name for name in both if _differ(place, before[name], after[name])}),
        removed=_names(before.keys() - after.keys()),
    )


def _names(found: set[tuple[int, str]]) -> tuple[str, ...]:
    return tuple(sorted(name for _, name in found))


def _name(command: Command) -> tuple[int, str]:
    """A name may be used once for each type."""
    return command.get("type", CHAT_INPUT), command["name"]


def _differ(place: Place, theirs: Command, ours: Command) -> bool:
    if _told(theirs, COMPARED) != _told(ours, COMPARED):  # they are of the same type: see `_name`
        return True
    said = () if place.guild_id else [key for key in GLOBAL_ONLY if ours.get(key) is not None]
    return any(sorted(theirs.get(key) or ()) != sorted(ours[key]) for key in said)


def _told(thing: Mapping[str, Any], keys: Sequence[str]) -> dict[str, Any]:
    """Without what says the same as nothing: Discord leaves some of that out, and fills in other."""
    kept = {key: thing[key] for key in keys if _says(thing.get(key))}
    if "options" in kept:
        kept["options"] = [_told(option, COMPARED_IN_OPTION) for option in kept["options"]]
    if "choices" in kept:
        kept["choices"] = [_told(choice, COMPARED_IN_CHOICE) for choice in kept["choices"]]
    return kept


def _says(value: object) -> bool:
    return value is not False and value not in (None, [], {}, "")
