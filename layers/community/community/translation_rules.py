"""What a translation must keep, besides the fields of its text."""

from __future__ import annotations

import re
from typing import Final

from community.info.content import LONGEST_LINE
from community.text_contexts import SHORT_INFO
from kernel.content.command_texts import limit_problem
from kernel.content.po_files import PoEntry

LITERAL: Final = {
    "LOCKED_NODES: {names}": re.compile(r"LOCKED_NODES: .*"),
    "Your {action} is on cooldown: {remaining} remaining": re.compile(r".*on cooldown: \{remaining\} remaining"),
}
"""What the clients of the original look for in an error, in whatever language. Source: wire 1.3."""


def literal_problem(entry: PoEntry, translation: str) -> str:
    pattern = LITERAL.get(entry.text)
    if pattern is None or pattern.fullmatch(translation):
        return ""
    return f'must be like "{entry.text}", which clients look for'


def line_problem(entry: PoEntry, translation: str) -> str:
    if entry.context != SHORT_INFO or (len(translation) <= LONGEST_LINE and "\n" not in translation):
        return ""
    return f"must be one line of at most {LONGEST_LINE} characters, for chat"


RULES: Final = (limit_problem, literal_problem, line_problem)
