"""What to look for in the log when a player is taken out of it."""

from __future__ import annotations

import re
from collections.abc import Sequence

from msgspec import Struct


class Mentions(Struct, frozen=True):
    """By what payloads, as texts, may mention a player: one that contains any of it is read.

    Attributes:
        anywhere: what every payload contains that contains any of the next two.
        declared: for events whose fields are declared.
        free: for broadcasts and private events, which may have any fields.
        in_text: a field with a text, and a regular expression of Postgres for a text with one of the names.
    """

    anywhere: Sequence[str]
    declared: Sequence[str]
    free: Sequence[str]
    in_text: tuple[str, str]


def containing(texts: Sequence[str]) -> list[str]:
    """Return patterns of LIKE for what contains one of the texts."""
    return ["%" + re.sub(r"([\\%_])", r"\\\1", text) + "%" for text in texts]
