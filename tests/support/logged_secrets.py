"""Watches all that tests log for what no log may hold: the passwords of people in the tests. Source: worlds 26."""

from __future__ import annotations

import logging
import traceback
from typing import Final

PASSWORD: Final = "Passw0rdX"
"""What people in the tests sign up and log in with."""


class SecretWatch(logging.Handler):
    """Notes records that hold a password, in their message, their fields or their traceback.

    Attributes:
        found: where, since it was last emptied.
    """

    def __init__(self) -> None:
        super().__init__(logging.NOTSET)
        self.found: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        """Look at a record."""
        said = [record.getMessage(), *(f"{name}={value!r}" for name, value in record.__dict__.items())]
        if record.exc_info and record.exc_info[0]:
            said += traceback.format_exception(*record.exc_info)
        self.found += [f"{record.name}: {each}" for each in said if PASSWORD in each]
