"""Names that a reader could take for others: those that look alike, and those that sound like the house's. Pure."""

from __future__ import annotations

import re
import unicodedata
from typing import Final

from kernel.naming import key

_RESERVED: Final = re.compile(
    "|".join(
        rf"\b{' ?'.join(each)}s?\b"
        for each in ("housepro", "housecon", "brandish", "admin", "administrator", "moderator")
    )
)
"""What those are called who speak for the house, with blanks anywhere; of the `look_of` a name."""
_PAIRS: Final = (
    # Before case is folded, because capitals look different: Cyrillic,
    "АA ВB ЕE ЅS ІI ЈJ КK МM НH ОO РP СC ТT УY ХX ҺH ԌG ԚQ ԜW ЬB ӀI "
    "аa бb вb еe ѕs іi јj кk мm нh оo рp сc тt уy хx һh ԁd ӏl ԍg ԛq ԝw ьb "
    # Greek,
    "ΑA ΒB ΕE ΖZ ΗH ΙI ΚK ΜM ΝN ΟO ΡP ΤT ΥY ΧX αa βb γy εe ηn ιi κk μm νv οo ρp τt υu χx ωw ϲc ϳj "
    # Armenian, and phonetic letters.
    "ՕO ՍU ԼL օo սu հh ոn ցg զq ɑa ɡg ɢg ɩi ɪi ɴn ʀr ʏy ʙb ʜh ʟl ꜰf ꜱs "
    "ᴀa ᴄc ᴅd ᴇe ᴊj ᴋk ᴍm ᴏo ᴘp ᴛt ᴜu ᴠv ᴡw ᴢz"
)
_TWINS: Final = str.maketrans({pair[0]: pair[1] for pair in _PAIRS.split()})
"""{letter: the Latin one that looks like it}"""
_DIGITS: Final = str.maketrans("013457l", "oieasti")
"""Digits for the letters that they look like; and a small l, which looks like a capital i."""
_ACCENTS: Final = 200
"""The least combining class of marks above and below a letter. Lower ones are vowels and signs of other scripts, and
different names would be the same without them; but for those that strike a letter through."""
_STRUCK: Final = 1
_EAST_ASIAN: Final = frozenset({"BOPOMOFO", "CJK", "HANGUL", "HIRAGANA", "IDEOGRAPHIC", "KATAKANA"})
_SCRIPTS: Final = re.compile(
    "ARABIC|ARMENIAN|BENGALI|CJK|CYRILLIC|DEVANAGARI|ETHIOPIC|GEORGIAN|GREEK|GUJARATI|GURMUKHI|HEBREW|KANNADA|KHMER|LAO"
    "|LATIN|MALAYALAM|MYANMAR|ORIYA|SINHALA|TAMIL|TELUGU|THAANA|THAI|TIBETAN"
)
"""What names are written in today (UAX 31, table 5), as the Unicode names of letters begin."""
_LAST_PLAIN_LATIN: Final = "\u024f"
"""What follows are phonetic letters, many of which look like plain ones."""


def look_of(name: str) -> str:
    """Return the key of a name as a reader sees it: without accents and points, and with one letter for those that look
    alike."""
    plain = unicodedata.normalize("NFKD", name).translate(_TWINS)
    folded = unicodedata.normalize("NFD", key(plain)).translate(_DIGITS)
    seen = "".join(each for each in folded if not _is_accent(each))
    words = "".join(each for each in seen if each == " " or unicodedata.category(each)[0] in "LNM").split()
    return " ".join(words) or seen


def _is_accent(sign: str) -> bool:
    """Return whether a sign is only added to a letter, or encloses it, or joins others."""
    placed = unicodedata.combining(sign)
    return placed == _STRUCK or placed >= _ACCENTS or unicodedata.category(sign) in ("Me", "Cf")


def is_of_one_script(name: str) -> bool:
    """Return whether all letters of a name belong to one script that people write in.

    Letters of several scripts side by side are there to make a name look like another one.
    """
    found: set[str] = set()
    for each in unicodedata.normalize("NFKD", name):
        if not unicodedata.category(each).startswith("L"):
            continue
        script = unicodedata.name(each, "").partition(" ")[0].partition("-")[0]
        if script == "LATIN" and each > _LAST_PLAIN_LATIN:
            return False
        found.add("CJK" if script in _EAST_ASIAN else script)
    return len(found) <= 1 and all(map(_SCRIPTS.fullmatch, found))


def sounds_like_ours(name: str) -> bool:
    """Return whether a reader could take what has this name for the house's."""
    return _RESERVED.search(look_of(name)) is not None
