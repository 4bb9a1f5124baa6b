"""Playing Worlds on its page, in a browser."""

from __future__ import annotations

import re

from playwright.sync_api import Page, expect

from tests.support.browser import PATIENCE_MS, Visitor


def come(visitor: Visitor) -> Page:
    """Sign up at the page, and arrive in the lobby."""
    page = visitor.go("/worlds/")
    page.get_by_role("link", name="Sign up and enter").click()
    visitor.sign_up_here()
    hears(page, "You see:")
    return page


def types(page: Page, text: str) -> None:
    """Type a command."""
    page.get_by_label("Command", exact=True).fill(text)
    page.keyboard.press("Enter")


def does(page: Page, text: str, answer: str | re.Pattern[str]) -> None:
    """Type a command, and wait for something in its answer."""
    types(page, text)
    hears(page, answer)


def hears(page: Page, text: str | re.Pattern[str]) -> None:
    """Wait for something in the live region, as a screen reader has it: its text, without what only eyes see."""
    expect(page.get_by_role("log", name="What happens now")).to_contain_text(text, timeout=PATIENCE_MS)
