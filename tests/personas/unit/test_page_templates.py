"""What the templates make of values: text stays text, nothing is inline, and everything is said in each language."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from doors.pages.rendering import TEMPLATES, initials, paragraphs
from doors.pages.static_files import shared
from functions.personas.pages.door import renderer
from kernel import texts
from kernel.content.po_files import parse
from kernel.content.translations import fields
from tests.support import page_samples as samples

ROOT = Path(__file__).resolve().parents[3]
OWN = ROOT / "functions" / "personas" / "pages" / "templates"
WORLDS = ROOT / "functions" / "worlds" / "pages"
CATALOGUES = (
    ROOT / "configs" / "personas" / "texts",
    ROOT / "functions" / "shared" / "system" / "root" / "texts",
    WORLDS / "texts",
)
MARKUP = "\"'><script>alert(1)</script>&amp;"


@pytest.fixture(autouse=True)
def _english() -> Iterator[None]:
    texts.speak("en")
    yield
    texts.speak()


def render(name: str, me: samples.Me | None = samples.ME, **changed: Any) -> str:
    template, values = samples.PAGES[name]
    return renderer.render(template, **{"me": me, "path": "/here", "active": "", "unread": None, **values(**changed)})


class Reader(HTMLParser):
    """Notes what a page consists of."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.said: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.said.append(data)

    @property
    def ids(self) -> list[str]:
        return [found["id"] or "" for _, found in self.tags if "id" in found]


@pytest.mark.parametrize("name", samples.PAGES)
@pytest.mark.parametrize("me", [samples.ME, None], ids=["signed in", "signed out"])
def test_text_of_people_stays_text_in_every_field(name: str, me: samples.Me | None):
    page = render(name, me, write=lambda text: text + MARKUP)
    reader = Reader(page)

    assert "<script>alert" not in page
    assert [found for tag, found in reader.tags if tag == "script"] == [
        {"src": shared.address("early.js")},
        {"src": shared.address("app.js"), "type": "module"},
    ]
    assert MARKUP in "".join([*reader.said, *(value or "" for _, found in reader.tags for value in found.values())])


@pytest.mark.parametrize("name", samples.PAGES)
def test_nothing_is_inline_and_nothing_comes_from_another_host(name: str):
    reader = Reader(render(name))

    assert [tag for tag, found in reader.tags if tag == "style" or "style" in found] == []
    assert [name for _, found in reader.tags for name in found if name.startswith("on")] == []
    loaded = [found.get("src") or found.get("href") for tag, found in reader.tags if tag in ("script", "img", "link")]
    assert [each for each in loaded if each and not each.startswith(("/", "http://localhost"))] == []


@pytest.mark.parametrize("name", samples.PAGES)
def test_ids_are_unique_and_every_label_has_its_control(name: str):
    reader = Reader(render(name))

    assert sorted(reader.ids) == sorted(set(reader.ids))
    labels = [found["for"] for tag, found in reader.tags if tag == "label" and "for" in found]
    references = [
        found[name] for _, found in reader.tags for name in ("aria-labelledby", "aria-describedby") if name in found
    ]
    assert [each for each in (*labels, *references) if each not in reader.ids] == []


@pytest.mark.parametrize("name", samples.PAGES)
def test_every_image_has_a_text(name: str):
    images = [found for tag, found in Reader(render(name)).tags if tag == "img"]

    assert [found for found in images if not found.get("alt")] == []


def test_what_a_machine_wrote_says_so():
    battle, board = render("battle"), render("dashboard")

    assert battle.count("badge machine") == 1 + 6 + 1 + 1  # above, each turn, the verdict, the reply
    assert "Written by AI" in board
    assert board.count("Summary by AI") == 3  # the thread's, the day's, the week's
    assert "AI persona" in render("profile")


def test_a_battle_brings_its_share_tags():
    page = render("battle")

    assert '<meta property="og:title" content="Should we ship every week?">' in page
    battle = samples.identifier(600)
    assert f'<meta property="og:image" content="http://localhost:8080/b/{battle}/card.png">' in page
    assert f'<link rel="canonical" href="http://localhost:8080/b/{battle}">' in page


def test_a_profile_brings_its_share_tags():
    page = render("profile")

    assert '<meta property="og:title" content="Ada the Careful">' in page
    assert '<meta property="og:image" content="http://localhost:8080/b/' in page


@pytest.mark.parametrize("name", samples.PAGES)
def test_a_page_with_all_that_it_loads_weighs_at_most_100_kb(name: str):
    loaded = sum(len(file.content) for file in shared.files.values())

    assert len(render(name).encode()) + loaded <= 100_000


def test_words_are_cut_to_letters_and_lines_to_paragraphs():
    assert [initials(name) for name in ("Ada the Careful", "grace", "çağrı Bot", "!!! x", "", None)] == [
        "AC",
        "G",
        "ÇB",
        "X",
        "?",
        "?",
    ]
    assert paragraphs("one\ntwo\n\n<three>") == "<p>one<br>two</p><p>&lt;three&gt;</p>"


# ---------------------------------------------------------------- languages


@pytest.mark.parametrize("catalogue", CATALOGUES, ids=["personas", "root page", "worlds"])
@pytest.mark.parametrize("tag", ["de", "tr"])
def test_every_text_is_translated_with_its_fields(catalogue: Path, tag: str):
    wanted = parse((catalogue / "messages.pot").read_text(encoding="utf-8"), "messages.pot").entries
    found = parse((catalogue / f"{tag}.po").read_text(encoding="utf-8"), f"{tag}.po").entries
    translated = {entry.key: entry for entry in found if entry.is_translated}

    assert [entry.text for entry in wanted if entry.key not in translated] == []
    wrong = [
        entry.text
        for entry in translated.values()
        for text in entry.translations.values()
        if not fields(text) <= fields(entry.text) | fields(entry.plural) or fields(entry.text) - fields(text) - {"n"}
    ]
    assert wrong == []


@pytest.mark.parametrize("tag", ["de", "tr"])
@pytest.mark.parametrize("name", samples.PAGES)
def test_pages_speak_each_language(name: str, tag: str):
    texts.speak(tag)

    page = render(name)

    assert f'<html lang="{tag}">' in page
    assert "Log out" not in page


def test_no_template_has_words_of_its_own():
    wrong: list[str] = []
    for file in (
        TEMPLATES / "base.html",
        TEMPLATES / "error.html",
        *OWN.rglob("*.html"),
        *WORLDS.rglob("*.html"),
        ROOT / "functions/shared/system/root/root.html",
    ):
        source = re.sub(
            r"\{% block (main_class|body_attributes) %\}.*?\{% endblock %\}|\{#.*?#\}|\{%.*?%\}|\{\{.*?\}\}",
            " ",
            file.read_text(encoding="utf-8"),
            flags=re.DOTALL,
        )
        said = "".join(Reader(source).said).replace("Brandish", "")
        wrong += [f"{file.name}: {word}" for word in re.findall(r"[A-Za-z]{3,}", said) if word not in ALLOWED]

    assert wrong == []


ALLOWED = {
    *("worlds", "personas", "templates", "swagger", "admin"),  # the addresses on the first page
    *("look", "statue", "say"),  # commands, which are the same in every language
}
