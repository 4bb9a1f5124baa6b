"""Newcomers make two worlds by interviews in their browsers; the worlds differ as asked, and are entered and walked.

Source: worlds 10; the worlds' ground 11, their weather 12.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import psycopg
import pytest
from playwright.sync_api import Page, expect

from local.worlds.screenshots import INTERVIEWS
from tests.support.browser import AXE, PATIENCE_MS, Visit, barriers
from tests.support.playing import come, does, hears

BUILDING_MS = 120_000
FROZEN, DESERT = INTERVIEWS.values()

pytestmark = pytest.mark.slow


def be_interviewed(page: Page, said: Sequence[str], name: str) -> None:
    """Answer every question in the dialog, up to the review."""
    page.get_by_role("button", name="Make a world of your own").click()
    question = page.locator("#interview-question")
    expect(question).to_contain_text("What is your world about?")
    for each in said:
        before = question.inner_text()
        page.get_by_label("Your answer").fill(each)
        page.keyboard.press("Enter")
        expect(question).not_to_have_text(before)
    page.get_by_role("button", name="Go deeper").click()
    expect(question).to_contain_text("Who holds power there")
    page.get_by_label("Your answer").fill("Clans and a council of elders; trade")
    page.keyboard.press("Enter")
    expect(question).to_contain_text("What is your world called?")
    page.get_by_label("Your answer").fill(name)
    page.keyboard.press("Enter")
    expect(question).to_contain_text("Shall I make it?")


def understood(page: Page) -> dict[str, str]:
    """Return what the dialog says is understood."""
    listed = page.locator("#interview-understood")
    names, values = listed.locator("dt").all_inner_texts(), listed.locator("dd").all_inner_texts()
    return dict(zip(names, values, strict=True))


def let_it_be_made(page: Page, name: str) -> None:
    """Have the world made, and enter it."""
    page.get_by_role("button", name="Make this world").click()
    page.get_by_role("button", name="Enter it").click(timeout=BUILDING_MS)
    dialog = page.get_by_role("dialog", name=f"How do you enter {name}?")
    dialog.get_by_label("Your name there").fill("Mara")
    dialog.get_by_role("button", name="Enter the world").click()
    expect(page.locator("#world")).to_have_text(name)
    hears(page, "Welcome, Mara.")


def stored(database: str, name: str) -> Any:
    """Return what a world was made from, and the ground that was made."""
    with psycopg.connect(database) as conn:
        row = conn.execute("SELECT status, generation FROM worlds.worlds WHERE name = %s", (name,)).fetchone()
    assert row is not None
    status, generation = row
    assert status == "ready"
    return generation


def numbers(page: Page, pattern: str) -> list[int]:
    """Return the numbers before something in what the page has told."""
    told = page.get_by_role("log", name="What happens now").inner_text()
    return [int(each) for each in re.findall(r"(-?\d+)" + pattern, told.replace("\N{MINUS SIGN}", "-"))]


def test_what_is_being_made_is_shown_again_after_a_reload_and_can_be_given_up(visit: Visit, database: str):
    ann = visit()
    page = come(ann)
    be_interviewed(page, [*FROZEN[:2], "Frozen, huge, 20% land", *FROZEN[3:]], "Hugehaven")
    page.get_by_role("button", name="Make this world").click()
    question = page.locator("#interview-question")
    expect(question).to_contain_text("Hugehaven")

    page.reload()
    hears(page, "You see:")
    page.get_by_role("button", name="Make a world of your own").click()
    expect(question).to_contain_text("Hugehaven")
    expect(page.locator("#interview-ground")).not_to_have_attribute("value", "0", timeout=PATIENCE_MS)
    page.get_by_role("button", name="Do not make it").click()

    expect(question).to_contain_text("Hugehaven could not be made, or was cancelled.")
    with psycopg.connect(database) as conn:
        assert conn.execute("SELECT FROM worlds.checkpoints").fetchall() == []
    page.get_by_role("button", name="Close, and go on later").click()
    does(page, "enter Hugehaven", "There is no portal and no world called")
    page.get_by_role("button", name="Make a world of your own").click()
    expect(question).to_contain_text("What is your world about?")
    assert ann.complaints == []


def test_two_interviews_end_in_two_worlds_that_differ_as_asked(visit: Visit, database: str):
    ann, bob = visit(), visit(viewport={"width": 390, "height": 844})
    page, other = come(ann), come(bob)

    be_interviewed(page, FROZEN, "Frosthaven")
    frozen = understood(page)
    be_interviewed(other, DESERT, "Two Moons")
    desert = understood(other)

    assert (frozen["Peoples"], frozen["Climate"], frozen["Land"]) == ("human and dwarf", "frozen", "20 %")
    assert (frozen["Temperature"][:15], frozen["Moons"]) == ("-40 to 10 °C on", "none")
    assert (desert["Peoples"], desert["Climate"], desert["Land"]) == ("lizardfolk and Jinn", "desert hot", "85 %")
    assert (desert["Temperature"][:14], desert["Moons"]) == ("20 to 50 °C on", "2")
    if AXE.is_file():
        assert barriers(page, is_idle=False) + barriers(other, is_idle=False) == []

    let_it_be_made(page, "Frosthaven")
    let_it_be_made(other, "Two Moons")

    cold, hot = stored(database, "Frosthaven"), stored(database, "Two Moons")
    assert (cold["parameters"]["temperature"], cold["parameters"]["moons"]) == ([-40, 10], 0)
    assert (hot["parameters"]["temperature"], hot["parameters"]["moons"]) == ([20, 50], 2)
    assert cold["land"] == pytest.approx(20, abs=5)
    assert hot["land"] == pytest.approx(85, abs=5)
    for each in (page, other):
        does(each, "look", "You see:")
        does(each, "n", "You go north.")
        does(each, "s", "You go south.")
        does(each, "map", " °C on average")
        does(each, "weather", re.compile(r"It is \d+:\d\d here"))
    assert numbers(page, " % land") == pytest.approx([20], abs=5)
    assert numbers(other, " % land") == pytest.approx([85], abs=5)
    assert max(numbers(page, " °C")) < min(numbers(other, " °C"))
    assert [*ann.complaints, *bob.complaints] == []
