"""Names that a reader could take for others: those that look alike, and those that sound like the house's. Pure."""

from __future__ import annotations

import re
import unicodedata
from typing import Final

from kernel.naming import key

_RESERVED: Final = re.compile(
    "|".join(
        rf"\b{' ?'.join(each)}\b"
        for each in ("housepro", "housecon", "brandish", "admin", "administrator", "moderator")
    )
)
"""What those are called who speak for the house, with blanks anywhere; of the `look_of` a name."""
# Cyrillic and Greek letters, and digits, that look like letters of these names, as small or as capital ones; and a
# small l, which looks like a capital i.
_LOOK_ALIKES: Final = str.maketrans("абвсԁеһімոнорѕтυοαεινρτ01345l", "abbcdehimnhopstuoaeinptoieasi")
_MARKS: Final = re.compile("[\u0300-\u036f]")


def look_of(name: str) -> str:
    """Return the key of a name as a reader sees it: without accents, and with one letter for those that look alike."""
    return _MARKS.sub("", unicodedata.normalize("NFD", key(name))).translate(_LOOK_ALIKES)


def sounds_like_ours(name: str) -> bool:
    """Return whether a reader could take what has this name for the house's."""
    return _RESERVED.search(look_of(name)) is not None
