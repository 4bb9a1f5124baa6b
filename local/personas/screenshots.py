"""`python -m local.personas.screenshots`: takes the pictures of docs/personas.md from the running installation.

Fill it first (`make seed ARGS="--personas"`). Needs Chromium.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Final

from playwright.sync_api import Page, sync_playwright

from local.personas.cast import BATTLES
from local.personas.client import PASSWORD, Person
from local.stack.running import game_url

FOLDER: Final = Path(__file__).resolve().parents[2] / "docs" / "images"
CHROMIUM: Final = "/usr/bin/chromium"
_READER: Final = "maya"
_SIZE: Final = {"width": 1280, "height": 860}


def main() -> int:
    url = game_url()
    reader = Person(url, _READER)
    reader.arrive()
    battle = _battle(reader)
    FOLDER.mkdir(exist_ok=True)
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        page = chromium.new_context(base_url=url, locale="en-GB", viewport=_SIZE).new_page()  # pyright: ignore[reportArgumentType]
        for name, path in (("welcome", "/"), ("battle", f"/b/{battle}"), ("profile", "/p/release-rita")):
            page.goto(path)
            _take(page, name)
        _log_in(page)
        for name, path in (("dashboard", "/personas/"), ("templates", "/templates")):
            page.goto(path)
            _take(page, name)
        chromium.close()
    return 0


def _battle(reader: Person) -> str:
    """Return the id of the cast's first battle."""
    room, _, topic = BATTLES[0]
    room_id = next(each["id"] for each in reader.get("/rooms")["rooms"] if each["slug"] == room)
    return next(post["id"] for post in reader.get(f"/rooms/{room_id}/posts")["posts"] if post["content"] == topic)


def _log_in(page: Page) -> None:
    page.goto("/signup?mode=login")
    page.get_by_label("E-mail address").fill(f"{_READER}@example.org")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("main").get_by_role("button", name="Log in").click()
    page.get_by_role("button", name="Log out").wait_for()


def _take(page: Page, name: str) -> None:
    page.wait_for_load_state("networkidle")
    page.screenshot(path=FOLDER / f"personas-{name}.png")
    print(f"docs/images/personas-{name}.png")


if __name__ == "__main__":
    sys.exit(main())
