"""What Discord is told about the commands, within its limits and in every language."""

from __future__ import annotations

import re
from typing import Any

import pytest

from doors.discord.commands import COMMANDS, COMPONENTS
from doors.discord.registration import payload
from functions.shared.discord import catalogue as catalogue  # declares every command

LOCALES = ("de", "es-ES", "es-419")
REGISTERED = {each["name"]: each for each in payload()}
NAME = re.compile(r"[-_'\w]{1,32}")
"""In lower case, where the script has one."""


def named(each: dict[str, Any]) -> list[str]:
    return [each["name"], *each["name_localizations"].values()]


def described(each: dict[str, Any]) -> list[str]:
    return [each["description"], *each["description_localizations"].values()]


def test_there_are_not_more_commands_than_discord_takes():
    assert 1 <= len(REGISTERED) <= 100


@pytest.mark.parametrize("name", sorted(COMMANDS))
def test_names_and_descriptions_are_of_the_kind_that_discord_takes(name: str):
    command = REGISTERED[name]
    size = 0
    for each in (command, *command["options"]):
        for text in named(each):
            assert NAME.fullmatch(text)
            assert text == text.lower()
        for text in described(each):
            assert 1 <= len(text) <= 100
        size += len(each["name"]) + len(each["description"])
        for choice in each.get("choices", ()):
            size += len(choice["name"]) + len(str(choice["value"]))
            assert all(1 <= len(text) <= 100 for text in named(choice))
    assert size <= 8000


@pytest.mark.parametrize("name", sorted(COMMANDS))
def test_options_come_as_discord_wants_them(name: str):
    options = REGISTERED[name]["options"]
    required = [option["required"] for option in options]

    assert len(options) <= 25
    assert required == sorted(required, reverse=True)
    for option in options:
        assert not ("choices" in option and "autocomplete" in option)
        assert len(option.get("choices", ())) <= 25
    for locale in LOCALES:
        translated = [option["name_localizations"][locale] for option in options]
        assert len(translated) == len(set(translated))


def test_no_two_commands_have_one_name():
    for locale in LOCALES:
        names = [each["name_localizations"][locale] for each in REGISTERED.values()]
        assert len(names) == len(set(names))


def test_administrators_commands_need_the_permission_and_a_server():
    for name, command in COMMANDS.items():
        told = REGISTERED[name]
        assert told["default_member_permissions"] == ("8" if command.admin else None)
        assert told["contexts"] == ([0] if command.admin else [0, 1])


def test_for_one_server_it_is_no_question_where_a_command_may_be_used():
    assert all("contexts" not in each and "integration_types" not in each for each in payload(guild=True))


@pytest.mark.parametrize("name", sorted(COMMANDS))
def test_every_language_has_every_name_and_description(name: str):
    command = REGISTERED[name]

    for each in (command, *command["options"]):
        assert each["name_localizations"].keys() >= set(LOCALES)
        assert each["description_localizations"].keys() >= set(LOCALES)


def test_a_component_is_called_by_one_word_or_two():
    assert all(1 <= len(name.split(":")) <= 2 for name in COMPONENTS)
