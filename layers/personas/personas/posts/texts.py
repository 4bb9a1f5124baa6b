"""Who speaks in a post, in the reader's language."""

from __future__ import annotations

from typing import Final

from kernel.texts import term

SPEAKER: Final = "speaker"


def speaker_name(name: str) -> str:
    """Return the name of a speaker, as it is stored, in the current language: those of the house have one in each."""
    return term(SPEAKER, name)
