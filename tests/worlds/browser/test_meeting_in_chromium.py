"""Two people meet in Temperate with their browsers, and what happens can be followed by a screen reader's text alone.

Source: worlds 4, 6, 8 and 9, as people use them; 27.
"""

from __future__ import annotations

import re
from uuid import uuid4

import pytest
from playwright.sync_api import Browser, Page, expect

from local.stack.postgres import Postgres
from local.stack.process import StackProcess
from tests.support.browser import AXE, Visit, barriers
from tests.support.playing import come, does, hears, types
from tests.worlds.browser.test_worlds_in_chromium import at_a_terminal

BUILDING_MS = 120_000
"""Temperate is made in the background when an installation starts for the first time."""

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def database(browser: Browser, postgres: Postgres) -> str:
    """The address of an empty database: Temperate is made at the first start."""
    return postgres.create_database(f"meeting_{uuid4().hex}")


def test_two_people_enter_temperate_walk_talk_trade_and_come_back_after_a_restart(visit: Visit, stack: StackProcess):
    ann, bob = visit(), visit(viewport={"width": 390, "height": 844})
    page, other = come(ann), come(bob)
    wait_for_temperate(page)
    page.get_by_text("Worlds to enter").click()
    expect(page.locator("#directory")).to_contain_text("Temperate (0 there)")

    page.get_by_role("button", name="Enter Temperate", exact=True).click()
    make_body(page, "Mara")
    types(other, "enter west portal")
    make_body(other, "Quirin")
    hears(page, "Quirin is here now.")

    does(page, "n", "You go north.")
    does(page, "look", "Quirin")
    does(page, "go lamp", "lamp")
    does(page, "get lamp", "Taken: lamp")
    does(other, "go sticks", "sticks")
    does(other, "get 2 sticks", "Taken: sticks × 2")
    does(page, "say Good morning", "You say: Good morning")
    hears(other, "Mara says: Good morning")
    does(page, "go Quirin", "Quirin")
    does(page, "trade Quirin", "You ask Quirin to trade.")
    hears(other, "Mara")
    does(other, "trade Mara", "Offer with:")
    does(page, "offer lamp", "On the table: yours lamp")
    does(other, "offer sticks 2", "On the table: yours sticks × 2; Mara's lamp")
    hears(page, "On the table: yours lamp; Quirin's sticks × 2.")
    does(page, "accept", "You accept.")
    hears(other, "Mara accepts")
    does(other, "accept", "The trade is done.")
    hears(page, "The trade is done.")
    expect(page.locator("#inventory")).to_contain_text("2 × sticks")
    expect(other.locator("#inventory")).to_contain_text("lamp")
    if AXE.is_file():
        assert barriers(page, is_idle=False) + barriers(other, is_idle=False) == []

    before = [*ann.complaints, *bob.complaints]
    stack.stop()
    stack.start()
    for each in (page, other):
        comes_back(each)
    does(page, "inventory", "2 × sticks")
    does(other, "say Still here", "You say: Still here")
    hears(page, "Quirin says: Still here")

    types(page, "lobby")
    expect(page.locator("#world")).to_have_text("Lobby")
    expect(page.locator("#character")).to_have_text("Mara")
    assert before == []


def test_a_newcomer_becomes_one_of_the_people_who_live_there_and_does_what_a_hint_says(visit: Visit):
    ann = visit()
    page = come(ann)
    wait_for_temperate(page)
    page.get_by_text("Worlds to enter").click()
    page.get_by_role("button", name="Enter Temperate", exact=True).click()
    dialog = page.get_by_role("dialog", name="How do you enter Temperate?")
    dialog.get_by_label("As one of the people who live there").check()
    expect(dialog.get_by_label("Your name there")).to_be_hidden()
    offered = dialog.locator("#entry-offered label")
    trade = offered.last.inner_text().split(", ")[1]
    dialog.get_by_role("textbox", name="Trade").fill(trade)
    dialog.get_by_role("textbox", name="Trade").press("Enter")
    expect(offered.filter(has_not_text=f", {trade}, ")).to_have_count(0)
    village = dialog.get_by_role("textbox", name="Village")
    village.fill("Nowhere")
    dialog.get_by_role("spinbutton", name="Age from").fill("1")
    expect(dialog.get_by_text("No one like that is awake and free.")).to_be_visible()
    expect(dialog.get_by_role("button", name="Enter the world")).to_be_disabled()
    village.fill("")
    village.press("Enter")
    someone = dialog.get_by_role("group", name="Who").get_by_role("radio").last
    label = offered.last.inner_text()
    if AXE.is_file():
        assert barriers(page, is_idle=False) == []
    someone.check()
    dialog.get_by_role("button", name="Enter the world").click()

    name = label.split(",")[0]
    hears(page, f"{name}.")
    expect(page.locator("#character")).to_have_text(name)
    does(page, "hint", "Write: ")
    suggested = page.locator("#log").get_by_role("button", name=re.compile("^(go|talk|get|gather|look|skills)")).last
    command = suggested.inner_text()
    suggested.click()
    expect(page.locator(".line.typed").last).to_have_text(command)
    assert ann.complaints == []


def test_in_a_terminal_one_becomes_one_of_them_too(visit: Visit, stack: StackProcess):
    wait_for_temperate(come(visit()))
    account = ("eva@example.org", "Passw0rdX")

    listed = at_a_terminal(stack, "no", *account, "Eva", "enter Temperate", "inhabit", "")
    assert any(" years old." in line for line in listed), listed
    name = next(line for line in listed if " years old." in line).split(",")[0].removeprefix("> ")
    played = at_a_terminal(stack, "yes", *account, "enter Temperate", "inhabit", name, "score")

    assert "You stay where you are." in listed
    assert any(line.startswith(f"{name}, human") for line in played), played


def wait_for_temperate(page: Page) -> None:
    """Wait until it is made, which is told to those in the lobby; or it is there already."""
    dialog = page.get_by_role("dialog", name="How do you enter Temperate?")
    ready = page.locator(".line", has_text="Temperate is ready.")
    types(page, "enter Temperate")
    expect(dialog.or_(ready)).to_be_visible(timeout=BUILDING_MS)
    if not dialog.is_visible():
        types(page, "enter Temperate")
    dialog.get_by_role("button", name="Cancel").click()


def make_body(page: Page, name: str) -> None:
    """Make a body in the dialog, and arrive."""
    dialog = page.get_by_role("dialog", name="How do you enter Temperate?")
    dialog.get_by_label("Your name there").fill(name)
    dialog.get_by_role("button", name="Enter the world").click()
    hears(page, f"Welcome, {name}.")
    expect(page.locator("#world")).to_have_text("Temperate")


def comes_back(page: Page) -> None:
    connected, lost = page.locator("[data-connection=connected]"), page.locator("[data-connection=lost]")
    expect(connected.or_(lost)).to_be_visible()
    if lost.is_visible():  # the machine was slow, and five attempts were too few
        page.get_by_role("button", name="Connect again").click()
    expect(connected).to_be_visible()
