"""Speaking the reader's language: the catalogue, its plurals, a community's own wording, and what the check refuses."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from kernel import texts
from kernel.content.compiled_texts import compile_texts
from kernel.content.errors import ContentError
from kernel.content.po_files import parse
from kernel.content.text_ids import TextId
from kernel.content.translations import problems
from kernel.errors import Refused
from kernel.texts import spoken, term, term_n, translate, translate_n

HEADER = 'msgid ""\nmsgstr ""\n"Plural-Forms: nplurals=2; plural=(n != 1);\\n"\n'
POLISH = (
    'msgid ""\nmsgstr ""\n"Plural-Forms: nplurals=3; plural=(n==1 ? 0 : n%10>=2 && n%10<=4 && '
    '(n%100<10 || n%100>=20) ? 1 : 2);\\n"\n'
)
TEMPLATE = (
    'msgid "Hello, {name}."\nmsgstr ""\n\nmsgid "{n} vote"\nmsgid_plural "{n} votes"\nmsgstr[0] ""\nmsgstr[1] ""\n\n'
    'msgctxt "item"\nmsgid "spade"\nmsgid_plural "spades"\nmsgstr[0] ""\nmsgstr[1] ""\n'
)


class Unwelcome(Refused):
    code = "unwelcome"
    message = "Hello, {name}."


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder of translations that replaces the shipped one."""
    (tmp_path / "messages.pot").write_text(TEMPLATE)
    (tmp_path / "wording").mkdir()
    monkeypatch.setattr(texts, "_folders", [])
    texts.speak()
    texts.use(tmp_path)
    yield tmp_path
    texts.forget()
    texts.speak()


def write(file: Path, *blocks: str, header: str = HEADER) -> None:
    file.write_text("\n".join((header, *blocks)), encoding="utf-8")


def hello(text: str) -> str:
    return f'msgid "Hello, {{name}}."\nmsgstr "{text}"\n'


def votes(*forms: str) -> str:
    lines = "\n".join(f'msgstr[{form}] "{text}"' for form, text in enumerate(forms))
    return f'msgid "{{n}} vote"\nmsgid_plural "{{n}} votes"\n{lines}\n'


def found(folder: Path, *content: TextId) -> list[str]:
    return [f"{each.file}: {each.field}: {each.text}" for each in problems(folder, "texts", content, ())]


def test_without_a_translation_the_text_is_english():
    assert translate("Nothing here has {what}.", what="this") == "Nothing here has this."
    assert translate("Nothing {here}.") == "Nothing {here}."
    assert [translate_n("{n} egg", "{n} eggs", n) for n in (0, 1, 2)] == ["0 eggs", "1 egg", "2 eggs"]
    assert term_n("food", "egg", "eggs", 3) == "eggs"


def test_the_reader_s_language_is_spoken_and_otherwise_the_community_s(folder: Path):
    write(folder / "de.po", hello("Hallo, {name}."))

    heard: list[str] = []
    for wanted in ("de", "de-AT", "DE-de, en;q=0.9", "fr, de", "en-GB", "fr", ""):
        texts.speak(wanted)
        heard.append(f"{spoken()} {translate('Hello, {name}.', name='Ann')}")

    assert heard == ["de Hallo, Ann."] * 4 + ["en Hello, Ann."] * 3


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        ("en;q=0.3, de;q=0.9", "de"),
        ("en;q=0.9, de;q=0.9", "en"),
        ("de;q=0.5, fr", "de"),
        ("de ; q = 0.2, en;q=.1", "de"),
        ("de_DE", "de"),
        ("DE_at;q=0.7,en;q=0.1", "de"),
        ("de-Latn-DE-1996", "de"),
        ("de;q=0, en", "en"),
        ("en;q=0, *", "de"),
        ("de;q=0.5, *;q=0.1", "de"),
        ("*", "en"),
        ("*, de;q=0.5", "en"),
        ("de;q=many", "de"),
        (";;,,=", "en"),
    ],
)
def test_the_best_language_of_a_header_is_spoken(folder: Path, wanted: str, expected: str):
    write(folder / "de.po", hello("Hallo, {name}."))

    texts.speak(wanted)

    assert spoken() == expected


def test_a_refusal_speaks_the_reader_s_language(folder: Path):
    write(folder / "de.po", hello("Hallo, {name}."))

    with texts.speaking("de"):
        assert str(Unwelcome(name="Ann")) == "Hallo, Ann."
    assert str(Unwelcome(name="Ann")) == "Hello, Ann."


@pytest.mark.parametrize("built", [False, True])
def test_a_language_counts_by_its_own_rule(folder: Path, built: bool):
    write(folder / "pl.po", votes("{n} głos", "{n} głosy", "{n} głosów"), header=POLISH)
    if built:
        compile_texts(folder)
        (folder / "pl.po").write_text("from here on it only says that there is such a language")
    texts.speak("pl")

    assert [translate_n("{n} vote", "{n} votes", n) for n in (1, 2, 5, 12, 22)] == [
        "1 głos",
        "2 głosy",
        "5 głosów",
        "12 głosów",
        "22 głosy",
    ]


def test_the_same_word_may_mean_two_things(folder: Path):
    write(
        folder / "de.po",
        'msgctxt "item"\nmsgid "spade"\nmsgid_plural "spades"\nmsgstr[0] "Spaten"\nmsgstr[1] "Spaten"\n',
    )
    texts.speak("de")

    assert term("item", "spade") == "Spaten"
    assert term("card", "spade") == "spade"
    assert texts.every_term("item", "spade") == {"spade", "Spaten"}


def test_a_community_s_own_wording_wins_in_every_language_english_included(folder: Path):
    write(folder / "de.po", hello("Hallo, {name}."), votes("{n} Stimme", "{n} Stimmen"))
    write(folder / "wording" / "de.po", hello("Moin, {name}."), header="")
    write(folder / "wording" / "en.po", hello("Ahoy, {name}."), header="")

    assert translate("Hello, {name}.", name="Ann") == "Ahoy, Ann."
    texts.speak("de")
    assert translate("Hello, {name}.", name="Ann") == "Moin, Ann."
    assert translate_n("{n} vote", "{n} votes", 2) == "2 Stimmen"


def test_what_is_not_translated_yet_or_only_guessed_stays_english(folder: Path):
    write(folder / "de.po", "#, fuzzy\n" + hello("Hallo?"), votes("", ""))
    texts.speak("de")

    assert translate("Hello, {name}.", name="Ann") == "Hello, Ann."
    assert translate_n("{n} vote", "{n} votes", 2) == "2 votes"


def test_texts_may_stand_in_several_lines_and_hold_anything(folder: Path):
    parsed = parse('msgid "a\\n"\n"b \\"c\\" \\\\"\nmsgstr "{x}"\n"\\ty"\n', "x.po")

    assert [(entry.text, entry.translations) for entry in parsed.entries] == [('a\nb "c" \\', {0: "{x}\ty"})]


def test_numbers_are_written_as_the_language_does(folder: Path):
    write(folder / "de.po", 'msgctxt "number"\nmsgid ","\nmsgstr "."\n\nmsgctxt "number"\nmsgid "."\nmsgstr ","\n')

    assert (texts.number(1234567), texts.decimal(12.34)) == ("1,234,567", "12.3")
    texts.speak("de")
    assert (texts.number(1234567), texts.decimal(12.34)) == ("1.234.567", "12,3")


def test_good_translations_are_no_problem(folder: Path):
    write(folder / "de.po", hello("Hallo, {name}."), votes("eine Stimme", "{n} Stimmen"))
    write(folder / "wording" / "de.po", hello("{name}, moin!"), header="")

    assert found(folder) == []


@pytest.mark.parametrize(
    ("block", "problem"),
    [
        (hello("Hallo, {nam}."), 'line 5: "Hallo, {nam}." has the unknown field {nam}; known: {name}'),
        (hello("Hallo."), 'line 5: "Hallo." lacks the field {name}'),
        (hello("Hallo, {name."), 'line 5: "Hallo, {name." has a brace without its partner'),
        (
            'msgid "Helo, {name}."\nmsgstr "x"\n',
            'line 5: the game has no text "Helo, {name}." (did you mean "Hello, {name}."?)',
        ),
        (votes("{n} Stimme"), "line 5: needs msgstr[0], msgstr[1]"),
        (votes("{n} Stimme", "{n} {x}"), 'line 5: "{n} {x}" has the unknown field {x}; known: {n}'),
    ],
)
def test_a_wrong_translation_is_named_with_its_line(folder: Path, block: str, problem: str):
    write(folder / "de.po", block)

    assert found(folder) == [f"texts/de.po: {problem}"]


def test_a_community_s_own_wording_is_checked_too(folder: Path):
    write(folder / "wording" / "en.po", hello("Ahoy!"), header="")

    assert found(folder) == ['texts/wording/en.po: line 2: "Ahoy!" lacks the field {name}']


def test_a_language_needs_its_plural_rule(folder: Path):
    write(folder / "de.po", hello("Hallo, {name}."), header="")

    assert found(folder) == ["texts/de.po: Plural-Forms: is missing in the header"]


def test_translations_of_content_that_is_gone_do_no_harm_in_a_language_but_are_no_wording(folder: Path):
    axe = 'msgctxt "tool"\nmsgid "axe"\nmsgstr "Axt"\n'
    write(folder / "de.po", axe)
    write(folder / "wording" / "de.po", axe, header="")

    assert found(folder, TextId("tool", "saw")) == [
        'texts/wording/de.po: line 2: the game has no text "axe" with the context "tool"'
    ]


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("msgid hello\n", "x.po: line 1: is no line of a .po file"),
        ('"hello"\n', "x.po: line 1: stands before the first msgid"),
        (
            'msgid ""\nmsgstr "Plural-Forms: nplurals=2; plural=import os;\\n"\n',
            'x.po: Plural-Forms: "Plural-Forms: nplurals=2; plural=import os;" is no plural rule',
        ),
    ],
)
def test_a_broken_file_is_refused_in_one_line(text: str, problem: str):
    with pytest.raises(ContentError) as caught:
        parse(text, "x.po")

    assert str(caught.value) == problem
