"""The overlay of a stream: a hero who agrees is on it, as it happens, and who ends it is not."""

from __future__ import annotations

import json
from urllib.request import Request, urlopen

import psycopg
import pytest
from playwright.sync_api import expect

from local.stack.process import StackProcess
from tests.support.browser import AXE, Visit, barriers, is_too_wide
from tests.support.playing import types

pytestmark = pytest.mark.slow

HEARD = 20_000
"""Milliseconds for news to come through the queues of a busy machine."""


def asks(stack: StackProcess, method: str, path: str, body: dict[str, object]) -> dict[str, str]:
    headers = {"X-API-Key": "test-api-key", "Content-Type": "application/json"}
    with urlopen(Request(stack.url + path, json.dumps(body).encode(), headers, method=method), timeout=30) as answer:
        return json.load(answer)


def test_a_hero_is_seen_on_the_overlay_until_they_hide(visit: Visit, stack: StackProcess, database: str):
    ann = visit()
    page = ann.go("/worlds/")
    page.get_by_role("link", name="Sign up and enter").click()
    ann.sign_up_here()
    expect(page.locator("#connection")).to_have_text("Connected.")
    account_id = page.locator("body").get_attribute("data-signed-in")
    asks(stack, "POST", "/api/v1/user/register", {"platform": "twitch", "platform_id": "77", "username": "alice"})
    with psycopg.connect(database, autocommit=True) as conn:
        conn.execute(
            "INSERT INTO player_accounts SELECT %s, user_id FROM users WHERE username = 'alice'", (account_id,)
        )
    asks(stack, "PUT", "/api/v1/admin/hero", {"platform": "twitch", "platform_id": "77"})
    ticket = asks(stack, "POST", "/api/v1/realtime/ticket", {"ttl_seconds": 600})["ticket"]
    overlay = visit()
    seen = overlay.go(f"/worlds/overlay#ticket={ticket}")
    expect(seen.locator("main")).to_be_hidden()

    types(page, "follow on")
    expect(seen.locator("#where")).to_contain_text("is in Lobby.", timeout=HEARD)
    expect(seen.locator("#near")).to_have_text("No one is near.")
    page.wait_for_timeout(3_100)
    types(page, "e 2")
    expect(seen.locator("#lines li")).to_contain_text(["You go east."], timeout=HEARD)

    assert seen.evaluate("getComputedStyle(document.body).backgroundColor") == "rgba(0, 0, 0, 0)"
    seen.set_viewport_size({"width": 320, "height": 600})
    assert not is_too_wide(seen)
    if AXE.exists():
        assert barriers(seen, is_idle=False) == []
    again = visit()
    fresh = again.go("/worlds/overlay")  # without a ticket it looks by itself
    expect(fresh.locator("#lines li")).to_contain_text(["You go east."])
    types(page, "follow off")
    for each in (seen, fresh):
        expect(each.locator("main")).to_be_hidden(timeout=HEARD)
    assert overlay.complaints == []
