"""Every shipped language is complete, and no text reaches a player past the catalogue."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from community.catalog import item_names
from community.catalog.content import items
from community.configs import TEXTS, shipped
from community.contents import check
from community.info.service import describe
from kernel.content.errors import ContentError
from kernel.content.library import Library
from kernel.content.po_files import PoEntry, parse
from kernel.texts import speaking, translate, translate_n
from tests.support.languages import english_words

ROOT = Path(__file__).resolve().parents[3]
CATALOGUES = (shipped.root / TEXTS, ROOT / "local" / "demo" / "texts")
OTHERS = sorted(file.stem for file in (shipped.root / TEXTS).glob("*.po"))
SAME_IN_EVERY_LANGUAGE = re.compile(r"LOCKED_NODES|on cooldown: \{remaining\} remaining")


def entries(catalogue: Path, tag: str) -> tuple[PoEntry, ...]:
    file = catalogue / f"{tag}.po"
    return parse(file.read_text(encoding="utf-8"), file.name).entries


def test_german_and_spanish_are_shipped():
    assert {"de", "es"} <= {*OTHERS}


@pytest.mark.parametrize("tag", OTHERS)
@pytest.mark.parametrize("catalogue", CATALOGUES, ids=("game", "demo"))
def test_a_language_has_every_text(catalogue: Path, tag: str):
    template = parse((catalogue / "messages.pot").read_text(encoding="utf-8"), "messages.pot").entries
    translated = {entry.key for entry in entries(catalogue, tag) if entry.is_translated}

    assert translated == {entry.key for entry in template}


@pytest.mark.parametrize("tag", OTHERS)
@pytest.mark.parametrize("catalogue", CATALOGUES, ids=("game", "demo"))
def test_a_language_has_no_english_sentence(catalogue: Path, tag: str):
    wrong = [
        translation
        for entry in entries(catalogue, tag)
        for translation in entry.translations.values()
        if english_words(SAME_IN_EVERY_LANGUAGE.sub("", re.sub(r"\{\w+\}|`.*?`|/\S+", "", translation)))
    ]

    assert wrong == []


def literals(node: ast.expr) -> Iterator[str]:
    """The words that an expression shows as they are written; what is passed to a function is its business."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    elif isinstance(node, ast.JoinedStr):
        yield from (str(part.value) for part in node.values if isinstance(part, ast.Constant))
    elif isinstance(node, ast.BinOp):
        yield from (*literals(node.left), *literals(node.right))
    elif isinstance(node, ast.IfExp):
        yield from (*literals(node.body), *literals(node.orelse))


SHOWN_BY = {"card": 2, "Embed": 2, "Field": 2, "Button": 1, "DiscordReply": 1, "paged": 1}
"""How many of the first arguments of these are shown to people."""

NO_WORDS = re.compile(r"\b(?:XP|min|gamble|profile)\b|[/`]\S*")


def shown_literals(tree: ast.Module, file: str) -> Iterator[tuple[int, str]]:
    for node in ast.walk(tree):
        if file == "texts.py" and isinstance(node, ast.Return) and node.value:
            yield from ((node.lineno, text) for text in literals(node.value))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name | ast.Attribute):
            name = node.func.id if isinstance(node.func, ast.Name) else node.func.attr
            shown = [
                *node.args[: SHOWN_BY.get(name, 0) if file != "shapes.py" else 0],
                *(keyword.value for keyword in node.keywords if keyword.arg in ("message", "footer", "empty")),
            ]
            yield from ((node.lineno, text) for each in shown for text in literals(each))


def test_no_text_is_shown_past_the_catalogue():
    files = [
        *(ROOT / "layers" / "community").rglob("texts.py"),
        *(ROOT / "layers" / "community").rglob("handlers/*.py"),
        *(ROOT / "functions" / "community").rglob("*.py"),
    ]
    found = [
        f"{file.relative_to(ROOT)}:{line}: {text}"
        for file in files
        for line, text in shown_literals(ast.parse(file.read_text(encoding="utf-8")), file.name)
        if re.search(r"[A-Za-z]{2}", NO_WORDS.sub("", text))
    ]

    assert found == []


def test_the_lint_finds_a_text_that_is_not_translated():
    code = "def f():\n    return f'{n} points were added.'\ncard('Sold', translate('x'), footer='gone')"

    assert [text for _, text in shown_literals(ast.parse(code), "texts.py")] == [
        " points were added.",
        "Sold",
        "gone",
    ]


@pytest.mark.parametrize("tag", OTHERS)
def test_every_name_that_the_game_shows_can_be_typed(tag: str):
    with speaking(tag):
        for item in items.by_name.values():
            assert items.find(item.public_name) is item or item_names.find(item.public_name) is item


def test_help_is_found_by_its_name_in_the_reader_s_language():
    with speaking("de"):
        assert describe("discord", "kaufen").startswith("**Kaufen**")
        assert describe("twitch", "", "kaufen") == describe("twitch", "economy", "buy")
        assert describe("discord", "buy") == describe("discord", "kaufen")


def test_plurals_and_the_currency_follow_the_language():
    with speaking("de"):
        assert [translate_n("{n} money", "{n} money", n) for n in (1, 2)] == ["1 Münze", "2 Münzen"]
        assert translate("Bought {things} for {money}.", things="2 × Spaten", money="2 Münzen").startswith("Gekauft: 2")


CURRENCY = 'msgid "{n} money"\nmsgid_plural "{n} money"\nmsgstr[0] "{n} gem"\nmsgstr[1] "{n} gems"\n'


@pytest.mark.parametrize(
    ("wording", "problem"),
    [
        ('msgid "You found nothing at all."\nmsgstr "x"\n', "line 1: the game has no text"),
        ('msgid "LOCKED_NODES: {names}"\nmsgstr "Locked: {names}"\n', 'must be like "LOCKED_NODES: {names}"'),
        ('msgctxt "command name"\nmsgid "sell"\nmsgstr "Sell It"\n', "must be one word in small letters"),
        (
            'msgid "{n} money"\nmsgid_plural "{n} money"\nmsgstr[0] "{n} gem"\nmsgstr[1] "{m} gems"\n',
            "unknown field {m}",
        ),
    ],
)
def test_a_community_s_own_wording_is_checked_at_start(tmp_path: Path, wording: str, problem: str):
    copied = tmp_path / "configs" / "community"
    copied.mkdir(parents=True)
    for file in shipped.root.iterdir():
        if file.name != TEXTS:
            (copied / file.name).symlink_to(file)
    (copied / TEXTS / "wording").mkdir(parents=True)
    (copied / TEXTS / "messages.pot").symlink_to(shipped.root / TEXTS / "messages.pot")
    (copied / TEXTS / "wording" / "en.po").write_text(wording)

    with pytest.raises(ContentError) as error:
        check(Library(copied))

    assert str(error.value).startswith("configs/community/texts/wording/en.po: line 1: ")
    assert problem in str(error.value)
