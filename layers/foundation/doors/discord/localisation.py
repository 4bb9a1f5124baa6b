"""Names and descriptions of the commands in other languages: one file for each, <Discord's locale>.json."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from pydantic import BaseModel, ConfigDict


class OptionTexts(BaseModel):
    """
    Attributes:
        choices: {the name in English: the name}; choices without one are called the same in both.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)

    name: str
    description: str
    choices: dict[str, str] = {}


class CommandTexts(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)

    name: str
    description: str
    options: dict[str, OptionTexts] = {}


class LocaleFile(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)

    commands: dict[str, CommandTexts]


Locales = Mapping[str, Mapping[str, CommandTexts]]
"""{locale: {command in English: its texts}}"""


def read_locales(folder: Path) -> Locales:
    files = sorted(folder.glob("*.json"))
    return {file.stem: LocaleFile.model_validate_json(file.read_bytes()).commands for file in files}
