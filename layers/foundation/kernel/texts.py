"""What the game says, in the reader's language.

The English sentence in the code is its own identifier: `translate("You found nothing.")`. Translations are gettext's
.po files in a folder of the product's content (`use`), one per language; files of the same names in its folder
`wording` hold a community's own words for any of them, English included (ADR 31).

A door says at the start of each request whose language is spoken; without that, it is the community's.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from typing import Final

from msgspec import Struct

from kernel.content.compiled_texts import read_texts
from kernel.content.text_ids import WORDING, english, key_of
from kernel.settings import SettingsError, settings

ENGLISH: Final = "en"

_MOST_LANGUAGES = 8
"""How many of a caller's languages are tried; a header may name any number."""


class Language(Struct, frozen=True):
    """A language: its translations and its plural rule.

    Attributes:
        tag: as in the name of its file.
        texts: {key of a text: translation}; for a text with a plural, the form for one.
        forms: {key of a text with a plural: the translations, by plural form}.
        choose: returns the plural form for a number.
    """

    tag: str
    texts: Mapping[str, str]
    forms: Mapping[str, Sequence[str]]
    choose: Callable[[int], int] = english


class _Environment(threading.local):
    """The language of the request that this environment serves; None for the community's."""

    language: Language | None = None


_environment = _Environment()
_folders: list[Path] = []


def use(folder: Path, *, announces: bool = True) -> None:
    """Use the translations of a folder.

    Args:
        announces: its texts are also said to everyone, in the community's language. Those of pages are not: whose
            language is missing reads English there.

    Raises:
        SettingsError: none of them is in the community's language.
    """
    _folders.append(folder)
    forget()
    if announces and settings.community_language not in languages():
        known = ", ".join(languages())
        raise SettingsError(f"COMMUNITY_LANGUAGE: there are no texts in {settings.community_language!r}, only {known}")


def forget() -> None:
    """Forget what has been read of the files, which have changed."""
    _load.cache_clear()
    _spoken_by.cache_clear()


def languages() -> tuple[str, ...]:
    """Return the languages that there are texts in: English first, the others by name."""
    found = {file.stem for folder in _folders for file in folder.glob("*.po")}
    return (ENGLISH, *sorted(found - {ENGLISH}))


def load() -> None:
    """Read the community's texts, so that the first request need not."""
    _load(settings.community_language)


def load_all() -> None:
    """Read the texts in every language: what people type may be in any of them."""
    for tag in languages():
        _load(tag)


def speak(wanted: str = "") -> None:
    """Speak the caller's language from now on, or the community's if there are no texts in it.

    Args:
        wanted: language tags, best first, as in Accept-Language; "" for the community's.
    """
    _environment.language = _spoken_by(wanted) if wanted else None


@contextmanager
def speaking(wanted: str = "") -> Generator[None]:
    """Speak another language inside: the community's, where what one person does is announced to everyone."""
    before = _environment.language
    speak(wanted)
    try:
        yield
    finally:
        _environment.language = before


def spoken() -> str:
    """Return the tag of the language that is spoken."""
    return _language().tag


def to_translate(text: str, context: str = "", /) -> str:
    """Mark a text that is translated where it is used: in a table, say, that is built before anyone speaks."""
    return text


def listed(words: Sequence[str]) -> str:
    """Return a, b and c."""
    if len(words) < 2:
        return "".join(words)
    return translate("{words} and {last}", words=", ".join(words[:-1]), last=words[-1])


def alternatives(words: Sequence[str]) -> str:
    """Return a, b or c."""
    if len(words) < 2:
        return "".join(words)
    return translate("{words} or {last}", words=", ".join(words[:-1]), last=words[-1])


def translate(text: str, /, **fields: object) -> str:
    """Return a text in the current language, with its {fields} filled in.

    Args:
        text: the English text; a literal, or one that was marked with `to_translate`.
    """
    found = _language().texts.get(text, text)
    return found.format(**fields) if fields else found


def translate_n(one: str, many: str, n: int, /, **fields: object) -> str:
    """Return the text for a number of things: `{n}` and the other {fields} are filled in.

    Args:
        n: the number; a field `n` says how it is written.
    """
    return _form(one, one, many, n).format(**{"n": n, **fields})


def term(context: str, text: str, /) -> str:
    """Return the name or the description of a thing from the content.

    Args:
        context: the kind of thing: the same word may need two translations.
    """
    return _language().texts.get(f"{context}\x04{text}", text)


def term_n(context: str, one: str, many: str, n: int, /) -> str:
    """Return the name of a number of things, without the number."""
    return _form(key_of(context, one), one, many, n)


def every_term(context: str, text: str, /) -> set[str]:
    """Return a name in all languages and all plural forms: what people may type for it."""
    key = key_of(context, text)
    forms = (_load(tag).forms.get(key, ()) for tag in languages())
    return {text, *translations(context, text).values()}.union(*forms)


def every_word(context: str, listed_words: str, /) -> list[str]:
    """Return the words of a list such as "all, everything, max" in all languages: the list's own first."""
    lists = [listed_words, *sorted(every_term(context, listed_words) - {listed_words})]
    return [word.strip() for words in lists for word in words.split(",") if word.strip()]


def translations(context: str, text: str, /) -> dict[str, str]:
    """Return a name or a description as {language: translation}, without the languages that have none."""
    key = key_of(context, text)
    return {tag: found.texts[key] for tag in languages() if key in (found := _load(tag)).texts}


def number(value: int, /) -> str:
    """Write a large number as the current language does: 1,000 or 1.000."""
    return f"{value:,}".replace(",", term("number", ","))


def decimal(value: float, digits: int = 1, /) -> str:
    """Write a number with decimals as the current language does: 0.5 or 0,5."""
    return f"{value:.{digits}f}".replace(".", term("number", "."))


def _language() -> Language:
    return _environment.language or _load(settings.community_language)


def _form(key: str, one: str, many: str, n: int) -> str:
    language = _language()
    forms = language.forms.get(key)
    if forms is None:
        return many if english(n) else one
    return forms[language.choose(n)]


@lru_cache(256)
def _spoken_by(wanted: str) -> Language:
    known = {each.lower().replace("_", "-"): each for each in languages()}
    weights = _weights(wanted)
    for tag in sorted(weights, key=lambda each: -weights[each]):
        if tag == "*" or not weights[tag]:
            break
        while tag and tag not in known:  # de-AT is read as de
            tag = tag.rpartition("-")[0]
        if tag:
            return _load(known[tag])
    others = sorted(known.values(), key=lambda each: each != settings.community_language)
    return _load(next((each for each in others if weights.get(each.lower()) != 0), others[0]))


def _weights(wanted: str) -> dict[str, float]:
    """Return {tag: weight} of an Accept-Language header, in its order; `de_DE` is taken for `de-de`.

    A tag without a weight that is a number has 1; one of weight 0 is not wanted.
    """
    weights: dict[str, float] = {}
    for each in wanted[:200].lower().split(",", _MOST_LANGUAGES)[:_MOST_LANGUAGES]:
        tag, _, parameters = each.partition(";")
        told = re.search(r"\bq\s*=\s*(\d*\.?\d+)", parameters)
        weights.setdefault(tag.strip().replace("_", "-"), float(told[1]) if told else 1.0)
    return weights


@lru_cache(64)
def _load(tag: str) -> Language:
    """Read the files of a language; later ones win, and a community's own wording wins over all."""
    files = [folder / f"{tag}.po" for folder in _folders]
    files += [folder / WORDING / f"{tag}.po" for folder in _folders]
    texts: dict[str, str] = {}
    forms: dict[str, Sequence[str]] = {}
    choose = english
    for file in files:
        if file.is_file():
            read = read_texts(file)
            texts |= read.texts
            forms |= read.forms
            choose = read.choose or choose
    return Language(tag, texts, forms, choose)
