"""Prints the chat to a terminal, a pipe or a test."""

from __future__ import annotations

import os
import threading
import time
from typing import Final, TextIO
from zlib import crc32

from local.demo.cast import Viewer

# Readable on dark and on light backgrounds.
_NAME_COLOURS: Final = (31, 37, 64, 71, 99, 130, 133, 136, 161, 166, 168, 172)
_PLATFORM_COLOURS: Final = {"twitch": 98, "youtube": 160, "discord": 62}
_GREEN: Final = 34
_AMBER: Final = 172
_RED: Final = 160
_CYAN: Final = 37
_INDENT: Final = " " * 16  # where the names begin
_MARGIN: Final = " " * 40  # where the live events are, beside the chat


class Chat:
    def __init__(self, out: TextIO, pause_seconds: float) -> None:
        self._out = out
        self._pause = pause_seconds
        self._writing = threading.Lock()
        self._colours = out.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"

    def heading(self, text: str) -> None:
        self._rest(2)
        self._write()
        self._write(self._bold(text))
        self._rest()

    def line(self, speaker: Viewer, text: str, *answers: str, refused: bool = False) -> None:
        """Print a chat line and the answers to it."""
        clock = time.strftime("%H:%M")
        platform = self._painted(f"[{speaker.platform}]", _PLATFORM_COLOURS[speaker.platform])
        gap = " " * (8 - len(speaker.platform))
        name = self._painted(speaker.name, _NAME_COLOURS[crc32(speaker.name.encode()) % len(_NAME_COLOURS)])
        self._write(f"{clock} {platform}{gap}{self._bold(name)}: {_printable(text)}")
        for answer in answers:
            arrow = self._painted("->", _AMBER if refused else _GREEN)
            self._write(f"{_INDENT}{arrow} {_printable(answer)}")
        self._rest()

    def aside(self, text: str) -> None:
        """Print something that happens without being said."""
        self._write(f"{_INDENT}{self._dim(_printable(text))}")
        self._rest()

    def event(self, kind: str, facts: str) -> None:
        """Print a live event. Called from another thread, so without a pause."""
        self._write(f"{_MARGIN}{self._painted('~ ' + kind, _CYAN)} {self._dim(_printable(facts))}")

    def report(self, text: str = "", *, bad: bool = False) -> None:
        self._write(self._painted(text, _RED) if bad else text)

    def _write(self, text: str = "") -> None:
        with self._writing:
            print(text, file=self._out, flush=True)

    def _rest(self, times: float = 1) -> None:
        time.sleep(self._pause * times)

    def _painted(self, text: str, colour: int) -> str:
        return f"\x1b[38;5;{colour}m{text}\x1b[39m" if self._colours else text

    def _bold(self, text: str) -> str:
        return f"\x1b[1m{text}\x1b[22m" if self._colours else text

    def _dim(self, text: str) -> str:
        return f"\x1b[2m{text}\x1b[22m" if self._colours else text


def _printable(text: str) -> str:
    """Replace control characters: names come from other people and must not control the terminal."""
    return "".join(letter if letter.isprintable() else "\ufffd" for letter in text)
