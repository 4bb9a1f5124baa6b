"""The commands in the format in which they are registered with Discord."""

from __future__ import annotations

from typing import Any

from doors.discord.commands import COMMANDS, INTEGER, TEXT, Command, CommandOption
from doors.discord.localisation import localised
from kernel.content.command_texts import CHOICE, COMMAND_NAME, DESCRIPTION, OPTION_NAME

_ADMINISTRATOR = "8"
_SERVERS, _PRIVATE = 0, 1
"""Where a command may be used."""


def payload(*, guild: bool = False) -> list[dict[str, Any]]:
    """Return all declared commands in all languages, sorted by name.

    Args:
        guild: True to register for one server; the places where a command may be used are then left out.
    """
    return [_command(COMMANDS[name], guild=guild) for name in sorted(COMMANDS)]


def _command(command: Command, *, guild: bool) -> dict[str, Any]:
    body: dict[str, Any] = {
        "type": 1,
        "name": command.name,
        "name_localizations": localised(COMMAND_NAME, command.name),
        "description": command.description,
        "description_localizations": localised(DESCRIPTION, command.description),
        "options": [_option(option) for option in command.options],
        "default_member_permissions": _ADMINISTRATOR if command.admin else None,
    }
    if not guild:
        body["integration_types"] = [_SERVERS]
        body["contexts"] = [_SERVERS] if command.admin else [_SERVERS, _PRIVATE]
    return body


def _option(option: CommandOption) -> dict[str, Any]:
    body: dict[str, Any] = {
        "type": option.type,
        "name": option.name,
        "name_localizations": localised(OPTION_NAME, option.name),
        "description": option.description,
        "description_localizations": localised(DESCRIPTION, option.description),
        "required": option.required,
    }
    if option.choices:
        body["choices"] = [
            {"name": choice.name, "name_localizations": localised(CHOICE, choice.name), "value": choice.value}
            for choice in option.choices
        ]
    elif option.suggest:
        body["autocomplete"] = True
    if option.type == INTEGER:
        body |= {"min_value": option.least or 0} | ({"max_value": option.most} if option.most is not None else {})
    if option.type == TEXT and not option.choices:
        body["max_length"] = option.most
    return body
