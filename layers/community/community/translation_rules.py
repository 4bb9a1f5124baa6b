"""What a translation must keep, besides the fields of its text."""

from __future__ import annotations

from typing import Final

from kernel.content.command_texts import limit_problem
from kernel.content.po_files import PoEntry

LITERAL: Final = {
    "LOCKED_NODES: {names}": "LOCKED_NODES: ",
    "Your {action} is on cooldown: {remaining} remaining.": "on cooldown: {remaining} remaining",
}
"""What the clients of the original look for in an error, in whatever language. Source: wire 1.3."""


def literal_problem(entry: PoEntry, translation: str) -> str:
    wanted = LITERAL.get(entry.text, "")
    return "" if wanted in translation else f'must hold "{wanted}", which clients look for'


RULES: Final = (limit_problem, literal_problem)
