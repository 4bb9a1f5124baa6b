"""Parsing translations: gettext's .po files, which are read as they are where nothing has been built."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from kernel.content.errors import ContentError
from kernel.content.text_ids import ENGLISH_PLURAL, chooser, key_of

PLURAL_RULE: Final = re.compile(r"nplurals\s*=\s*([1-9])\s*;\s*plural\s*=\s*([^;]+);?\s*$")

_LINE = re.compile(r'(?:(msgctxt|msgid_plural|msgid|msgstr)(?:\[(\d)\])?\s+)?"((?:[^"\\]|\\.)*)"\s*')
_KEYWORDS = {
    **{word: (word, 0) for word in ("msgctxt", "msgid", "msgid_plural", "msgstr")},
    **{f"msgstr[{form}]": ("msgstr", form) for form in range(10)},
}
_ESCAPE = re.compile(r"\\(.)")
_ESCAPED = {"n": "\n", "t": "\t", "r": "\r"}


@dataclass(slots=True)
class PoEntry:
    """A text and its translation.

    Attributes:
        line: where its identifier stands.
        context: what kind of thing the text names; "" for a sentence.
        text: the English text, which identifies the entry together with the context.
        plural: the English text for several; "" for a text without a plural.
        translations: one, or one per plural form; empty strings are not translated yet.
    """

    line: int
    context: str = ""
    text: str = ""
    plural: str = ""
    translations: dict[int, str] = field(default_factory=dict[int, str])

    @property
    def key(self) -> str:
        return key_of(self.context, self.text)

    @property
    def is_translated(self) -> bool:
        return bool(self.translations) and all(self.translations.values())


@dataclass(frozen=True, slots=True)
class PoFile:
    """The entries of a file.

    Attributes:
        header: the header as it stands in the file.
        forms: the number of the language's plural forms.
        plural_rule: which of them a number has, as an expression in C.
    """

    header: str
    forms: int
    plural_rule: str
    entries: tuple[PoEntry, ...]


def parse(text: str, name: str) -> PoFile:
    """Parse a file.

    Args:
        name: the file's name for messages.

    Raises:
        ContentError: a line is no line of such a file, or the header has no plural rule that can be used.
    """
    header, forms, plural_rule, entries = "", 2, ENGLISH_PLURAL, list[PoEntry]()
    for entry in _entries(text, name):
        if entry.key:
            entries.append(entry)
            continue
        header = entry.translations.get(0, "")
        rule = next((line for line in header.split("\n") if line.startswith("Plural-Forms:")), "")
        if rule:
            forms, plural_rule = _plural_rule(rule, name)
    return PoFile(header, forms, plural_rule, tuple(entries))


def _entries(text: str, name: str) -> Iterator[PoEntry]:
    entry: PoEntry | None = None
    keyword, form = "", 0
    announced_fuzzy = is_fuzzy = False
    for number, line in enumerate(text.splitlines(), 1):
        if not line or line[0] == "#":
            # A fuzzy translation is a guess that no one has confirmed yet; gettext leaves it out as well.
            announced_fuzzy = announced_fuzzy or (line[:2] == "#," and "fuzzy" in line)
            continue
        found, in_brackets, value = _parsed(line, number, name)
        if found == "msgctxt" or (found == "msgid" and keyword != "msgctxt"):
            if entry is not None:
                yield entry
            entry, is_fuzzy, announced_fuzzy = PoEntry(number), announced_fuzzy, False
        if entry is None:
            raise ContentError(name, f"line {number}", "stands before the first msgid")
        if found:
            keyword, form = found, in_brackets
        if keyword == "msgstr":
            entry.translations[form] = entry.translations.get(form, "") + ("" if is_fuzzy else value)
        elif keyword == "msgid":
            entry.text += value
        elif keyword == "msgctxt":
            entry.context += value
        else:
            entry.plural += value
    if entry is not None:
        yield entry


def _parsed(line: str, number: int, name: str) -> tuple[str, int, str]:
    """Return a line's keyword ("" if it goes on with the one before), its number in brackets, and its text."""
    keyword, _, quoted = line.partition(" ")
    if keyword in _KEYWORDS and "\\" not in quoted and quoted[:1] == quoted[-1:] == '"' and quoted.count('"') == 2:
        return *_KEYWORDS[keyword], quoted[1:-1]  # nearly all lines, without a regular expression
    match = _LINE.fullmatch(line)
    if match is None:
        raise ContentError(name, f"line {number}", "is no line of a .po file")
    found, index, quoted = match.groups()
    return found or "", int(index or 0), _ESCAPE.sub(_unescaped, quoted)


def _unescaped(match: re.Match[str]) -> str:
    return _ESCAPED.get(match[1], match[1])


def _plural_rule(rule: str, name: str) -> tuple[int, str]:
    match = PLURAL_RULE.search(rule)
    try:
        if match is None:
            raise ValueError
        chooser(match[2])
        return int(match[1]), match[2]
    except ValueError:
        raise ContentError(name, "Plural-Forms", f'"{rule}" is no plural rule') from None
