"""Checking translations: the .po files of a folder, and a community's own wording in the folder below it."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Mapping
from pathlib import Path
from string import Formatter
from typing import Final

from kernel.content.errors import ContentError
from kernel.content.po_files import PoEntry, PoFile, parse
from kernel.content.problems import Problem, did_you_mean
from kernel.content.text_ids import WORDING, TextId

TEMPLATE: Final = "messages.pot"
"""All texts of the code, in the format of a translation; `make generated` writes it."""

NUMBER: Final = "n"
"""The field that a plural form may leave out: "one vote" needs no digit."""

Rule = Callable[[PoEntry, str], str]
"""A further rule for a translation; returns what is wrong with it, or ""."""


def problems(folder: Path, shown: str, content: Collection[TextId], rules: Collection[Rule]) -> Iterator[Problem]:
    """Find what is wrong with the translations of a folder.

    Args:
        shown: the folder's name for messages.
        content: the texts of the content files; those of the code are in the template.
        rules: what a translation must fulfil besides having the fields of its text.
    """
    template = parse((folder / TEMPLATE).read_text(encoding="utf-8"), f"{shown}/{TEMPLATE}")
    code = [TextId(entry.context, entry.text, entry.plural) for entry in template.entries]
    known = {(each.context, each.text): each for each in (*code, *content)}
    contexts = {each.context for each in content}
    languages: dict[str, PoFile] = {}
    for file in sorted(folder.glob("*.po")):
        parsed = languages[file.stem] = _read(file, f"{shown}/{file.name}")
        if "Plural-Forms:" not in parsed.header:
            yield Problem(f"{shown}/{file.name}", "Plural-Forms", "is missing in the header")
        # The content may have lost things whose names are translated; that does no harm.
        entries = [each for each in parsed.entries if each.context not in contexts or _id(each) in known]
        yield from _entry_problems(f"{shown}/{file.name}", entries, known, parsed.forms, rules)
    for file in sorted((folder / WORDING).glob("*.po")):
        name = f"{shown}/{WORDING}/{file.name}"
        parsed = _read(file, name)
        of_language = languages.get(file.stem, parsed)
        yield from _entry_problems(name, parsed.entries, known, of_language.forms, rules)


def fields(text: str) -> frozenset[str]:
    """Return the names of the {fields} in a text.

    Raises:
        ValueError: a brace has no partner.
    """
    return frozenset(re.split(r"[.\[]", name)[0] for _, name, _, _ in Formatter().parse(text) if name is not None)


def _read(file: Path, name: str) -> PoFile:
    try:
        return parse(file.read_text(encoding="utf-8-sig"), name)
    except UnicodeDecodeError as error:
        raise ContentError(name, f"byte {error.start}", "is not UTF-8") from None


def _id(entry: PoEntry) -> tuple[str, str]:
    return entry.context, entry.text


def _entry_problems(
    file: str,
    entries: Collection[PoEntry],
    known: Mapping[tuple[str, str], TextId],
    forms: int,
    rules: Collection[Rule],
) -> Iterator[Problem]:
    for entry in entries:
        place = f"line {entry.line}"
        found = known.get(_id(entry))
        if found is None:
            similar = did_you_mean(entry.text, [text for context, text in known if context == entry.context])
            of = f' with the context "{entry.context}"' if entry.context else ""
            yield Problem(file, place, f'the game has no text "{_short(entry.text)}"{of}{similar}')
            continue
        if not entry.is_translated:
            continue
        wanted = list(range(forms)) if found.plural else [0]
        if sorted(entry.translations) != wanted:
            yield Problem(file, place, f"needs {_lines(wanted, bool(found.plural))}")
            continue
        for translation in entry.translations.values():
            broken = (_field_problem(found, translation), *(rule(entry, translation) for rule in rules))
            for wrong in filter(None, broken):
                yield Problem(file, place, f'"{_short(translation)}" {wrong}')


def _field_problem(text: TextId, translation: str) -> str:
    try:
        given = fields(translation)
    except ValueError:
        return "has a brace without its partner"
    wanted = fields(text.plural or text.text)
    optional = {NUMBER} if text.plural else set[str]()
    if unknown := sorted(given - wanted):
        known = f"; known: {', '.join(f'{{{each}}}' for each in sorted(wanted))}" if wanted else ""
        return f"has the unknown field {{{unknown[0]}}}{known}"
    if missing := sorted(wanted - given - optional):
        return f"lacks the field {{{missing[0]}}}"
    return ""


def _lines(wanted: list[int], plural: bool) -> str:
    return ", ".join(f"msgstr[{form}]" for form in wanted) if plural else "one msgstr"


def _short(text: str) -> str:
    return text if len(text) <= 60 else f"{text[:57]}..."
