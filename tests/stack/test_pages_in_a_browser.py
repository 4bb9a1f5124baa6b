"""The pages work in a real Chromium at all; tests/personas/browser has the rest. Source: personas 16."""

from __future__ import annotations

from playwright.sync_api import Browser, expect

from local.stack.process import StackProcess
from tests.support.browser import browser, visitors

__all__ = ["browser"]


def test_someone_comes_in_by_the_first_page_and_signs_up(browser: Browser, shared: tuple[StackProcess, str]):
    stack, _ = shared
    with visitors(browser, stack.url) as visit:
        ann = visit()

        ann.go("/").get_by_role("main").get_by_role("link", name="Personas").first.click()
        ann.page.wait_for_url("**/personas/")
        ann.sign_up_here()

        expect(ann.page.get_by_role("button", name="Create battle")).to_be_visible()
        assert ann.complaints == []
