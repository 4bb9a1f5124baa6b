"""What translators are told about the texts of slash commands, and what Discord takes."""

from __future__ import annotations

import re
from typing import Final

from kernel.content.po_files import PoEntry

COMMAND_NAME: Final = "command name"
OPTION_NAME: Final = "option name"
DESCRIPTION: Final = "command description"
"""Also of an option."""
CHOICE: Final = "choice"

MOST_CHARACTERS: Final = {COMMAND_NAME: 32, OPTION_NAME: 32, DESCRIPTION: 100, CHOICE: 100}

_NAME = re.compile(r"[-_'\w]+")


def limit_problem(entry: PoEntry, translation: str) -> str:
    """Return what Discord would refuse about a translation; "" if nothing."""
    most = MOST_CHARACTERS.get(entry.context)
    if most is None:
        return ""
    if len(translation) > most:
        return f"is longer than the {most} characters that Discord takes"
    if entry.context in (COMMAND_NAME, OPTION_NAME) and (
        not _NAME.fullmatch(translation) or translation != translation.lower()
    ):
        return "must be one word in small letters: Discord takes no other name"
    return ""
