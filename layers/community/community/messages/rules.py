"""Finding configured words. Source: rules 5."""

from __future__ import annotations

import re
from collections.abc import Iterable

from community.messages.content import ChatString, chat_strings
from community.messages.models import Match
from community.players.models import Player
from community.timeouts.rules import in_words
from community.traps.models import Trap


def find_strings(text: str) -> tuple[Match, ...]:
    """Whole words in any case, in the order of the text; only those of the highest priority that occurs."""
    return _SHIPPED.search(text)


def trap_match(trap: Trap, victim: Player, username: str) -> Match:
    """What there is to tell of a line that set off a trap."""
    whose = "their own trap" if trap.setter_id == victim.id else f"a trap of {trap.setter_username}'s"
    return Match("trap_triggered", f"{username} steps into {whose}: {in_words(trap.time)} of silence.")


class Finder:
    """Words of one table, prepared for looking many texts through."""

    def __init__(self, strings: Iterable[ChatString]) -> None:
        # Longest first: of two words that begin alike, the longer one is meant.
        self._strings = sorted(strings, key=lambda string: -len(string.word))
        # A group for each word tells which one it was. The text itself cannot: an S may be typed as a long one.
        words = "|".join(f"({re.escape(string.word)})" for string in self._strings)
        self._pattern = re.compile(rf"(?<!\w)(?:{words})(?!\w)", re.IGNORECASE) if words else None

    def search(self, text: str) -> tuple[Match, ...]:
        if self._pattern is None:
            return ()
        found = [(self._strings[(match.lastindex or 1) - 1], match[0]) for match in self._pattern.finditer(text)]
        highest = max((string.priority for string, _ in found), default=0)
        return tuple(Match(string.code, value) for string, value in found if string.priority == highest)


_SHIPPED = Finder(chat_strings.all)
