"""`python -m local.worlds.screenshots`: takes the pictures of docs/worlds.md from the running installation.

Two people meet in Temperate, at a desk and with a phone; two others let worlds of their own be made. Needs Chromium;
the picture of the entry is taken only when Marisol has no body there yet, as in a new installation.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from io import BytesIO
from typing import Final

from PIL import Image
from playwright.sync_api import Browser, Page, expect, sync_playwright

from local.personas.client import PASSWORD, Person
from local.personas.screenshots import CHROMIUM, FOLDER
from local.stack.running import game_url

DESK: Final = 1440, 900
PHONE: Final = 390, 844
INTERVIEWS: Final = {
    "Frosthaven": (
        "A frozen archipelago at the end of the world, dark and quiet",
        "Humans and dwarves",
        "Frozen, small, 20% land",
        "Medieval, magic is rare",
        "War over the last warm harbour",
        "Old",
        "No moon",
        "No diseases",
    ),
    "Two Moons": (
        "A hot desert that caravans cross by the light of its two moons",
        "Lizard people and a people called the Jinn",
        "A hot desert, small, 85% land",
        "Stone age, no magic",
        "Water",
        "Young",
        "Two moons",
        "Everything",
    ),
}
"""{world: what its maker says in the interview}"""
_BUILDING_SECONDS: Final = 300
"""How long Temperate may take: it is made when an installation starts for the first time."""


def main() -> int:
    """Take all pictures; return the exit status."""
    url = game_url()
    FOLDER.mkdir(exist_ok=True)
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        ann = _arrive(chromium, url, "marisol", DESK)
        _type(ann, "look statue")
        _expect_line(ann, "An old statue")
        _take(ann, "lobby")
        _enter(ann, "Marisol", picture="entry")
        bob = _arrive(chromium, url, "torben", PHONE)
        _enter(bob, "Torben")
        _meet(ann, bob)
        for page, name in ((ann, "desktop"), (bob, "phone")):
            for scheme in ("light", "dark"):
                page.emulate_media(color_scheme=scheme)
                _take(page, f"{name}-{scheme}")
        for world, said in INTERVIEWS.items():
            maker = _arrive(chromium, url, world.replace(" ", "-").lower(), DESK)
            _let_be_made(maker, world, said)
            _enter(maker, "Inés", world=world)
            for text, answer in (("n", "You go north."), ("map", "% land"), ("weather", " here."), ("look", "You are")):
                _type(maker, text)
                _expect_line(maker, answer)
            _take(maker, world.replace(" ", "-").lower())
        chromium.close()
    return 0


def _arrive(chromium: Browser, url: str, name: str, size: tuple[int, int]) -> Page:
    """Log someone in at the page, and let them arrive."""
    Person(url, name).arrive()
    viewport = {"width": size[0], "height": size[1]}
    page = chromium.new_context(base_url=url, locale="en-GB", viewport=viewport).new_page()  # pyright: ignore[reportArgumentType]
    page.goto("/signup?mode=login")
    page.get_by_label("E-mail address").fill(f"{name}@example.org")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("main").get_by_role("button", name="Log in").click()
    page.get_by_role("button", name="Log out").wait_for()
    page.goto("/worlds/")
    _expect_connected(page)
    if "[Lobby]" not in page.locator("#log").inner_text():  # they were in a world when they left
        _type(page, "lobby")
        _expect_line(page, "[Lobby]")
    return page


def _let_be_made(page: Page, world: str, said: Sequence[str]) -> None:
    """Have a world made by an interview with the statue, unless it is there already."""
    _type(page, f'enter "{world}"')
    dialog = page.locator("#entry")
    there = dialog.or_(page.locator(".line.error", has_text=world))
    expect(there.filter(visible=True).first).to_be_visible()
    if dialog.is_visible():
        page.keyboard.press("Escape")
        return
    for each in (*said, f"the name is {world}", "yes"):
        lines = page.locator("#log .line.start_interview").count()
        _type(page, f"tell statue {each}")
        expect(page.locator("#log .line.start_interview")).to_have_count(lines + 1)


def _enter(page: Page, name: str, picture: str = "", world: str = "Temperate") -> None:
    """Enter a world with a body, which is made at the first time."""
    dialog = page.locator("#entry")
    for _ in range(_BUILDING_SECONDS // 5):
        _type(page, f'enter "{world}"')
        try:
            expect(dialog).to_be_visible(timeout=5000)
            break
        except AssertionError:
            continue  # it is still being made
    known = page.locator("#entry-continue")
    expect(known.or_(dialog.locator("#entry-name")).filter(visible=True)).to_be_visible()
    if known.is_visible():
        known.click()
    else:
        dialog.locator("#entry-name").fill(name)
        if picture:
            _take(page, picture)
        dialog.locator("#entry-submit").click()
    expect(page.locator("#world")).to_contain_text(world)
    _expect_connected(page)


def _meet(ann: Page, bob: Page) -> None:
    """Let two people who stand at the same place look, take, talk and walk."""
    for page, text, answer in (
        (ann, "get lamp", "lamp (1.2 kg)"),
        (ann, "inventory", "Together"),
        (bob, "say Good morning. Where do we go?", "You say: Good morning."),
        (ann, "say South, to the river.", "You say: South"),
        (ann, "s 3", "You go south."),
        (bob, "s 3", "You go south."),
        (ann, "look", "Torben"),
        (bob, "look", "Marisol"),
    ):
        _type(page, text)
        _expect_line(page, answer)
    _expect_line(bob, "says: South")


def _type(page: Page, text: str) -> None:
    page.get_by_label("Command", exact=True).fill(text)
    page.keyboard.press("Enter")


def _expect_connected(page: Page) -> None:
    expect(page.locator("#connection")).to_have_text("Connected.")
    _expect_line(page, "You see")


def _expect_line(page: Page, text: str) -> None:
    expect(page.locator("#log")).to_contain_text(text, timeout=15_000)


def _take(page: Page, name: str) -> None:
    page.wait_for_timeout(500)  # the map is drawn, and what was pressed has lost its colour
    taken = Image.open(BytesIO(page.screenshot()))
    # The palette keeps colours of few pixels, too, such as the dot beside "Connected."
    kept = taken.convert("RGB").quantize(256, Image.Quantize.MAXCOVERAGE, dither=Image.Dither.NONE)
    kept.save(FOLDER / f"worlds-{name}.png", optimize=True)
    print(f"docs/images/worlds-{name}.png")


if __name__ == "__main__":
    sys.exit(main())
