"""The names and descriptions of commands in other languages, for translators and for Discord."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from doors.discord.commands import Command
from kernel.content.command_texts import CHOICE, COMMAND_NAME, DESCRIPTION, OPTION_NAME
from kernel.content.text_ids import TextId
from kernel.texts import ENGLISH, translations

LOCALES: Final = (
    *("id", "da", "de", "en-GB", "en-US", "es-ES", "es-419", "fr", "hr", "it", "lt", "hu", "nl", "no", "pl", "pt-BR"),
    *("ro", "fi", "sv-SE", "vi", "tr", "cs", "el", "bg", "ru", "uk", "hi", "th", "zh-CN", "ja", "zh-TW", "ko"),
)
"""The languages of Discord's clients. Source: its documentation, Reference, Locales."""


def command_texts(command: Command) -> Iterator[TextId]:
    """Return everything of a command that can be translated."""
    yield TextId(COMMAND_NAME, command.name)
    yield TextId(DESCRIPTION, command.description)
    for option in command.options:
        yield TextId(OPTION_NAME, option.name)
        yield TextId(DESCRIPTION, option.description)
        yield from (TextId(CHOICE, choice.name) for choice in option.choices)


def localised(context: str, text: str) -> dict[str, str]:
    """Return a text as {Discord's locale: translation}, without those that are the same as the English text."""
    found: dict[str, str] = {}
    for tag, translation in translations(context, text).items():
        if tag != ENGLISH or translation != text:
            found |= dict.fromkeys(_locales_of(tag), translation)
    return found


def _locales_of(tag: str) -> list[str]:
    return [locale for locale in LOCALES if locale == tag or locale.partition("-")[0] == tag]
