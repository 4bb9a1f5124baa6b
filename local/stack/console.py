"""The terminal output of `make dev`, and the log file for the rest."""

from __future__ import annotations

import io
import logging
import sys
from contextlib import suppress
from pathlib import Path
from typing import Final

MAX_LOG_BYTES: Final = 5_000_000


class Console:
    """The terminal. The functions' own output goes to a file, because their JSON lines are hard to read."""

    def __init__(self, log: Path) -> None:
        self.log = log
        self._terminal = sys.stdout

    def say(self, line: str = "") -> None:
        with suppress(OSError):  # a terminal that was closed, or a file on a full disk
            print(line, file=self._terminal, flush=True)

    def access(self, method: str, path: str, status: int, milliseconds: float) -> None:
        hint = f"   see {self.log}" if status >= 500 else ""
        self.say(f"{method:<4} {path} {status} {milliseconds:.0f} ms{hint}")

    def divert_output(self) -> None:
        """Send what functions print or log to the file, and the stack's warnings to both places."""
        self.log.parent.mkdir(parents=True, exist_ok=True)
        if self.log.exists() and self.log.stat().st_size > MAX_LOG_BYTES:
            self.log.replace(self.log.with_suffix(".old.log"))
        sys.stdout = sys.stderr = Output(self.log.open("ab", buffering=0))
        in_file = logging.StreamHandler(sys.stdout)
        in_file.setFormatter(WithExtras("%(asctime)s %(levelname)s %(threadName)s: %(message)s"))
        on_terminal = logging.StreamHandler(self._terminal)
        on_terminal.setFormatter(_FirstLine("     %(message)s"))
        logging.basicConfig(level=logging.WARNING, handlers=[in_file])
        logging.getLogger("local").addHandler(on_terminal)


class Output(io.TextIOWrapper):
    """What functions print to. A full disk loses lines of it, and fails no function."""

    def __init__(self, file: io.RawIOBase | io.BufferedIOBase) -> None:
        super().__init__(file, encoding="utf-8", errors="backslashreplace", write_through=True)  # pyright: ignore[reportArgumentType]

    def write(self, text: str, /) -> int:
        with suppress(OSError):
            super().write(text)
        return len(text)

    def flush(self) -> None:
        with suppress(OSError):
            super().flush()


class WithExtras(logging.Formatter):
    """Appends what a call passes as `extra`, like Lambda's JSON format, but as plain text."""

    _usual = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}

    def format(self, record: logging.LogRecord) -> str:
        first, newline, rest = super().format(record).partition("\n")
        extras = "".join(f" {name}={value}" for name, value in vars(record).items() if name not in self._usual)
        return first + extras + newline + rest


class _FirstLine(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        return super().format(record).partition("\n")[0]
