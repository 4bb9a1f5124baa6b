"""Names and descriptions of commands in other languages: one file per language, <Discord's locale>.json."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from pydantic import BaseModel, ConfigDict


class OptionTexts(BaseModel):
    """The texts of an option.

    Attributes:
        choices: {English name: name}; choices without an entry keep the English name.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)

    name: str
    description: str
    choices: dict[str, str] = {}


class CommandTexts(BaseModel):
    """The texts of a command and its options."""

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)

    name: str
    description: str
    options: dict[str, OptionTexts] = {}


class LocaleFile(BaseModel):
    """A file with the texts of all commands."""

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)

    commands: dict[str, CommandTexts]


Locales = Mapping[str, Mapping[str, CommandTexts]]
"""The texts as {locale: {English name of a command: its texts}}."""


def read_locales(folder: Path) -> Locales:
    """Read all locale files of a folder."""
    files = sorted(folder.glob("*.json"))
    return {file.stem: LocaleFile.model_validate_json(file.read_bytes()).commands for file in files}
