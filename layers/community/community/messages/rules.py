"""Finding configured words in messages. Source: rules 5."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence

from community.messages.content import ChatString, chat_strings
from community.messages.models import Match
from community.players.models import Player
from community.timeouts.texts import in_words
from community.traps.models import Trap
from kernel import naming
from kernel.texts import translate


def find_strings(text: str) -> tuple[Match, ...]:
    """Find whole words as people type them, in the order of the text; only those of the highest priority there is."""
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
        # The group's number identifies the word: the matched text may have other blanks or hyphens in it.
        words = "|".join(f"({_pattern(string.word)})" for string in self._strings)
        self._pattern = re.compile(rf"(?<!\w)(?:{words})(?!\w)") if words else None

    def search(self, text: str) -> tuple[Match, ...]:
        if self._pattern is None:
            return ()
        folded = naming.folded(text)
        found = [(self._strings[(match.lastindex or 1) - 1], match) for match in self._pattern.finditer(folded)]
        if not found:
            return ()
        highest = max(string.priority for string, _ in found)
        places = None if text.isascii() else _places(text, folded)
        return tuple(
            Match(string.code, _as_typed(text, match, places)) for string, match in found if string.priority == highest
        )


def _pattern(word: str) -> str:
    """Return the pattern of a word or a phrase in a folded text.

    Blanks, hyphens and underscores are equal in it, and apostrophes may be left out.
    """
    parts = re.split(r"[\s_-]+", naming.folded(word).strip())
    letters = ((re.escape(each) for each in re.split(naming.QUOTES, part)) for part in parts)
    return r"[\s_-]+".join(f"{naming.QUOTES}?".join(part) for part in letters)


def _as_typed(text: str, match: re.Match[str], places: Sequence[int] | None) -> str:
    if places is None:
        return text[match.start() : match.end()]
    if not places:
        return match[0]
    return naming.visible(text[places[match.start()] : places[match.end()]])


def _places(text: str, folded: str) -> Sequence[int]:
    """Return where each letter of a folded text begins in the text, and the text's end; empty if that is undecided."""
    places: list[int] = []
    start = 0
    for end in range(1, len(text) + 1):
        # What combines with the letter before it is folded together with it.
        if end == len(text) or not unicodedata.combining(text[end]):
            places += [start] * len(naming.folded(text[start:end]))
            start = end
    return [*places, len(text)] if len(places) == len(folded) else ()


_SHIPPED = Finder(chat_strings.all)
