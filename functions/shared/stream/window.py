"""The newest part of the log, in memory, for all listeners."""

from __future__ import annotations

from bisect import bisect_right

from kernel.events.following import LogPosition, Page
from kernel.events.frames import Filter, Frame

MAX_FRAMES = 2000


class Window:
    """The frames of a range of the log, without gaps.

    Attributes:
        start, end: the range is after `start`, up to and including `end`.
    """

    def __init__(self, start: LogPosition) -> None:
        self.start = self.end = start
        self._positions: list[LogPosition] = []
        self._frames: list[Frame] = []
        self._texts: dict[tuple[LogPosition, Filter], bytes] = {}

    def extend(self, page: Page) -> None:
        """Add a page.

        Args:
            page: what was read after `end`.
        """
        self._texts.clear()
        self._positions += page.positions
        self._frames += page.frames
        self.end = page.position
        if len(self._frames) > MAX_FRAMES:
            surplus = len(self._frames) - MAX_FRAMES // 2
            self.start = self._positions[surplus - 1]
            del self._positions[:surplus], self._frames[:surplus]

    def text_after(self, position: LogPosition, wanted: Filter) -> bytes | None:
        """Return what a listener at a position receives up to `end`; None if the position is before `start`."""
        if position < self.start:
            return None
        if position >= self.end:
            return b""
        # Most listeners have the same position and the same filter.
        text = self._texts.get((position, wanted))
        if text is None:
            first = bisect_right(self._positions, position)
            text = self._texts[position, wanted] = wanted.text(self._frames[first:]).encode()
        return text
