"""What this process remembers of texts that are in the table, too. Source: worlds 24, the first level."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from msgspec import Struct, field

MOST: Final = 1_000


class WrittenText(Struct, frozen=True):
    """A text that a model has written, and when it no longer counts."""

    text: str
    expires_at: datetime


class RememberedTexts(Struct):
    """Texts until they expire, as in the table; those that were remembered first are forgotten first."""

    most: int = MOST
    _texts: dict[str, WrittenText] = field(default_factory=dict)

    def find(self, key: str, now: datetime) -> WrittenText | None:
        """Return a text that still counts."""
        text = self._texts.get(key)
        return text if text is not None and text.expires_at > now else None

    def put(self, key: str, text: WrittenText) -> None:
        """Remember a text."""
        self._texts[key] = text
        while len(self._texts) > self.most:
            # Another thread may have forgotten the same one already.
            self._texts.pop(next(iter(self._texts)), None)

    def __len__(self) -> int:
        return len(self._texts)


texts: Final = RememberedTexts()
