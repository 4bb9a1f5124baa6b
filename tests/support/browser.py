"""A real Chromium, and people who use our pages in it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from gzip import compress
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Dialog, Page, Response, sync_playwright

CHROMIUM = Path("/usr/bin/chromium")
AXE = Path(__file__).resolve().parents[2] / ".local" / "browser" / "node_modules" / "axe-core" / "axe.min.js"
PATIENCE_MS = 30_000

_numbers = count(1)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """The system's Chromium. Only for a module: Playwright's event loop runs meanwhile, and lets no other one begin."""
    if not CHROMIUM.is_file():
        pytest.skip(f"there is no {CHROMIUM}: install Chromium to try the pages in it")
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield chromium
        chromium.close()


class Visitor:
    """Someone with a browser of their own.

    Attributes:
        page: what they look at.
        complaints: what the browser has complained about.
        dialogs: scripts that got through to it.
    """

    def __init__(self, browser: Browser, url: str, **options: Any) -> None:
        self.url = url
        self._context = browser.new_context(base_url=url, locale=options.pop("locale", "en-GB"), **options)
        self._context.grant_permissions(["clipboard-read", "clipboard-write"])
        self.page: Page = self._context.new_page()
        self.page.set_default_timeout(PATIENCE_MS)
        self.complaints: list[str] = []
        self.dialogs: list[str] = []
        self.page.on("console", self._note)
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("dialog", self._dismiss)

    def _dismiss(self, dialog: Dialog) -> None:
        self.dialogs.append(dialog.message)
        dialog.dismiss()

    def _note(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            self.complaints.append(f"{message.text} {message.location.get('url', '')}")

    def close(self) -> None:
        self._context.close()

    def go(self, path: str) -> Page:
        self.page.goto(path)
        return self.page

    def sign_up(self) -> str:
        """Sign up, which leads to the dashboard; return the e-mail address."""
        self.go("/personas/")
        return self.sign_up_here()

    def sign_up_here(self, *, waits: bool = True) -> str:
        """Sign up on the page that is open; return the e-mail address.

        Args:
            waits: for the page that comes then.
        """
        email = f"someone{next(_numbers)}@example.org"
        self.page.get_by_label("E-mail address").fill(email)
        self.page.get_by_label("Password").fill("correct horse")
        self.page.get_by_role("main").get_by_role("button", name="Sign up").click()
        if waits:
            self.page.get_by_role("button", name="Log out").wait_for()
        return email

    def create_persona(self, name: str, **fields: str) -> None:
        """Create a persona on the dashboard."""
        self.page.locator("#new-persona").click()
        self.page.get_by_label("Name").fill(name)
        for label, text in fields.items():
            self.page.get_by_label(label.replace("_", " ")).fill(text)
        for number in (1, 2, 3):
            self.page.get_by_label(f"Sample {number}").fill(f"Sample number {number}.")
        self.page.get_by_role("button", name="Save", exact=True).click()
        self.notice("Saved.")

    def notice(self, text: str) -> None:
        """Wait for a notice."""
        self.page.locator("#notices .notice", has_text=text).first.wait_for()


Visit = Callable[..., Visitor]


@contextmanager
def visitors(browser: Browser, url: str) -> Iterator[Visit]:
    """Open browsers for people, and close them in the end."""
    opened: list[Visitor] = []

    def visit(**options: Any) -> Visitor:
        opened.append(Visitor(browser, url, **options))
        return opened[-1]

    try:
        yield visit
    finally:
        for each in opened:
            each.close()


def barriers(page: Page, *, is_idle: bool = True) -> list[str]:
    """What axe complains about.

    Args:
        is_idle: the page will ask for nothing more, unlike one with an open WebSocket.
    """
    if is_idle:
        page.wait_for_load_state("networkidle")
    page.evaluate(AXE.read_text(encoding="utf-8"))
    result = page.evaluate("axe.run(document, { resultTypes: ['violations'] })")
    return [
        f"{violation['id']} {[node['target'] for node in violation['nodes']]}" for violation in result["violations"]
    ]


def is_too_wide(page: Page) -> bool:
    """Whether one has to scroll sideways."""
    return page.evaluate("document.documentElement.scrollWidth > innerWidth")


def weigh(page: Page) -> Callable[[], int]:
    """Return a function that says how many bytes were loaded since it was called last, as API Gateway sends them.

    Pictures are left out.
    """
    loaded: list[Response] = []
    page.on("response", lambda response: loaded.append(response))

    def weight() -> int:
        taken, loaded[:] = loaded[:], []
        texts = (each for each in taken if each.ok and not each.headers.get("content-type", "").startswith("image/"))
        return sum(len(compress(each.body())) for each in texts)

    return weight
