"""A world comes as a file, is looked back at, and leaves as a file again, all in a browser."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.support.browser import AXE, Visit, barriers, is_too_wide, weigh
from tests.support.playing import types
from tests.support.world_files import world_file

pytestmark = pytest.mark.slow

YEARS = 700_000
BUDGET = 100 * 1024
"""Bytes of a page as they are sent, without its pictures."""


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("files") / "gaia.world.json"
    path.write_text(json.dumps(world_file("Gaia", YEARS)), encoding="utf-8")
    return path


def bring(page: Page, file: Path, name: str) -> None:
    page.locator("#bring > summary").click()
    page.get_by_label("File").set_input_files(file)
    page.get_by_label("Its name, if it is to have another one").fill(name)
    page.get_by_role("button", name="Make it", exact=True).click()


def test_a_world_comes_from_a_file_is_seen_as_a_whole_and_leaves_as_a_file(visit: Visit, written: Path, tmp_path: Path):
    ann = visit()
    page = ann.go("/worlds/")
    page.get_by_role("link", name="Sign up and enter").click()
    ann.sign_up_here()
    expect(page.locator("#connection")).to_have_text("Connected.")

    wrong = tmp_path / "other.json"
    wrong.write_text("{}", encoding="utf-8")
    bring(page, wrong, "")
    expect(page.locator("#bring-problem")).to_contain_text("This is no file of a world.")
    page.get_by_label("File").set_input_files(written)
    page.get_by_label("Its name, if it is to have another one").fill("Old Gaia")
    page.get_by_role("button", name="Make it", exact=True).click()
    expect(page.locator("#bring-done")).to_contain_text("Old Gaia is being made.")
    expect(page.locator("#log")).to_contain_text("Old Gaia is ready.", timeout=90_000)

    expect(page.locator("#atlas")).to_be_hidden()
    types(page, "watcher Old Gaia")
    expect(page.locator("#world")).to_have_text("Old Gaia")
    page.locator("#atlas > summary").click()
    expect(page.locator("#atlas-words")).to_contain_text("Seed 42, 700,000 years of deep time.")
    expect(page.locator("#atlas-image")).to_have_js_property("naturalWidth", 128)
    expect(page.locator("#atlas-you")).to_be_visible()
    types(page, "lobby")
    expect(page.locator("#world")).to_have_text("Lobby")
    expect(page.locator("#atlas")).to_be_hidden()

    page.locator("#worlds > summary").click()
    weight = weigh(page)
    page.get_by_role("link", name="Map and history of Old Gaia").click()
    expect(page.get_by_role("heading", name="Old Gaia")).to_be_visible()
    expect(page.locator("img.atlas")).to_have_js_property("naturalWidth", 128)
    assert weight() < BUDGET
    expect(page.locator("figure.plot svg path.curve")).to_have_count(4)
    expect(page.locator(".table tbody tr")).to_have_count(24)
    page.get_by_role("link", name="Year 700,000").click()
    expect(page.get_by_role("heading", name="Map, year 700,000")).to_be_visible()
    expect(page.locator("img.atlas")).to_have_js_property("naturalWidth", 128)
    with page.expect_download() as download:
        page.get_by_role("link", name="Export as a file").click()
    exported = json.loads(Path(download.value.path()).read_text(encoding="utf-8"))
    assert exported["name"] == "Old Gaia"
    brought = json.loads(written.read_text(encoding="utf-8"))
    assert exported["ground"] == brought["ground"]
    assert exported["deep_time"]["checkpoint"] == brought["deep_time"]["checkpoint"]

    for width in (390, 1920):
        page.set_viewport_size({"width": width, "height": 900})
        assert not is_too_wide(page)
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        if AXE.exists():
            assert barriers(page) == []
    assert ann.complaints == []
