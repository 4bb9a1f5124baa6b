"""The words that the engine recognises in chat."""

from __future__ import annotations

from collections.abc import Iterator

from community.configs import shipped
from kernel.content.base import Document, Frozen, Text
from kernel.content.library import FileSection
from kernel.content.problems import Problem, repeated
from kernel.naming import key


class ChatString(Frozen):
    word: Text
    """The word that is found in the chat."""
    code: Text
    """What the bot is told."""
    priority: int = 0
    """Of several words in a line, only those with the highest one are told."""


class ChatStringsFile(Document):
    strings: tuple[ChatString, ...] = ()
    """Words to find in the chat."""


class ChatStringsSection(FileSection[ChatStringsFile]):
    file = "chat_strings.json"
    model = ChatStringsFile

    @property
    def all(self) -> tuple[ChatString, ...]:
        return self.document.strings

    def problems(self) -> Iterator[Problem]:
        return repeated(self.file, "strings", "word", (key(string.word) for string in self.all))


chat_strings = shipped[ChatStringsSection]
