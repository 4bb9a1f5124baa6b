"""The journeys in docs/ name files that exist, each once, and few of them."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
FOLDERS = {
    "kernel": "layers/foundation",
    "doors": "layers/foundation",
    "community": "layers/community",
    "personas": "layers/personas",
}
MOST_FILES = 12


def journeys() -> dict[str, list[str]]:
    """{title: files in their order}."""
    chapters = (ROOT / "docs" / "journeys.md").read_text().split("\n## ")[1:]
    return {chapter.split("\n")[0]: re.findall(r"^\| \d+ \| `([^`]+)`", chapter, re.MULTILINE) for chapter in chapters}


def test_there_are_six_journeys():
    assert len(journeys()) == 6


@pytest.mark.parametrize("title", journeys())
def test_a_journey_passes_few_files_and_none_twice(title: str):
    files = journeys()[title]

    assert 5 <= len(files) <= MOST_FILES
    assert len(set(files)) == len(files)
    assert [file for file in files if not (ROOT / FOLDERS.get(file.split("/")[0], "") / file).is_file()] == []
