"""Finding configured words in messages. Source: rules 5."""

from __future__ import annotations

import re
from collections.abc import Iterable

from community.messages.content import ChatString, chat_strings
from community.messages.models import Match
from community.players.models import Player
from community.timeouts.texts import in_words
from community.traps.models import Trap
from kernel.texts import translate


def find_strings(text: str) -> tuple[Match, ...]:
    """Find whole words in any case, in the order of the text; only those of the highest priority that occurs."""
    return _SHIPPED.search(text)


def trap_match(trap: Trap, victim: Player, username: str) -> Match:
    """Build the match that reports a triggered trap."""
    time = in_words(trap.time)
    if trap.setter_id == victim.id:
        text = translate("{name} steps into their own trap: {time} of silence.", name=username, time=time)
    else:
        text = translate(
            "{name} steps into a trap of {setter}'s: {time} of silence.",
            name=username,
            setter=trap.setter_username,
            time=time,
        )
    return Match("trap_triggered", text)


class Finder:
    """Searches texts for the words of one table."""

    def __init__(self, strings: Iterable[ChatString]) -> None:
        # Longest first: of two words with the same beginning, the longer one matches.
        self._strings = sorted(strings, key=lambda string: -len(string.word))
        # The group's number identifies the word. The matched text cannot: IGNORECASE also matches a long s.
        words = "|".join(f"({re.escape(string.word)})" for string in self._strings)
        self._pattern = re.compile(rf"(?<!\w)(?:{words})(?!\w)", re.IGNORECASE) if words else None

    def search(self, text: str) -> tuple[Match, ...]:
        if self._pattern is None:
            return ()
        found = [(self._strings[(match.lastindex or 1) - 1], match[0]) for match in self._pattern.finditer(text)]
        highest = max((string.priority for string, _ in found), default=0)
        return tuple(Match(string.code, value) for string, value in found if string.priority == highest)


_SHIPPED = Finder(chat_strings.all)
