"""Who runs on a folder, and what a second start, `make demo` and `make clean` make of it."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from local.stack import running
from local.stack.running import FolderInUse, Marker, find, game_url

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def game(tmp_path: Path) -> Iterator[Marker]:
    """A game that runs on `.local` of `tmp_path`."""
    marker = Marker.set(tmp_path / ".local")
    yield marker
    marker.remove()


def test_a_game_is_found_while_it_runs(tmp_path: Path):
    folder = tmp_path / "new" / "folder"
    assert find(folder) is None

    marker = Marker.set(folder)
    starting = find(folder)
    marker.write("http://127.0.0.1:9000")
    ready = find(folder)
    marker.remove()

    assert starting is not None
    assert (starting.pid, starting.url) == (os.getpid(), "")
    assert ready is not None
    assert ready.url == "http://127.0.0.1:9000"
    assert find(folder) is None


def test_a_second_start_on_the_folder_says_what_to_do(game: Marker, tmp_path: Path):
    game.write("http://127.0.0.1:9000")

    with pytest.raises(FolderInUse, match=r"at http://127.0.0.1:9000 \(pid \d+\): use that one, or stop it"):
        Marker.set(tmp_path / ".local")


def test_a_second_start_ends_in_one_line(game: Marker, tmp_path: Path):
    ended = subprocess.run(
        [sys.executable, "-m", "local.stack"],
        cwd=ROOT,
        env={**os.environ, "PORT": "0", "BRANDISH_STATE": str(tmp_path / ".local")},
        capture_output=True,
        text=True,
    )

    assert ended.returncode == 1
    assert ended.stdout.count("\n") == 1
    assert "BRANDISH_STATE=.local/second PORT=8081 make dev" in ended.stdout


@pytest.mark.parametrize(
    ("environment", "url"),
    [
        ({}, "http://127.0.0.1:9000"),
        ({"PORT": "7000"}, "http://127.0.0.1:7000"),
        ({"PORT": "7000", "BASE_URL": "https://game.example"}, "https://game.example"),
    ],
)
def test_programs_use_the_running_game_unless_told_otherwise(
    game: Marker, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, environment: dict[str, str], url: str
):
    for name in ("PORT", "BASE_URL"):
        monkeypatch.delenv(name, raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(running, "FOLDER", tmp_path / ".local")
    game.write("http://127.0.0.1:9000")

    assert game_url() == url


@pytest.mark.parametrize("folder", [".", ".local", ".local/second"])
def test_cleaning_is_refused_while_any_game_of_the_checkout_runs(tmp_path: Path, folder: str):
    marker = Marker.set(tmp_path / folder)
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "BRANDISH_STATE": folder}
    check = [sys.executable, "-m", "local.stack.running"]

    while_running = subprocess.run(check, cwd=tmp_path, env=environment, capture_output=True, text=True)
    marker.remove()
    afterwards = subprocess.run(check, cwd=tmp_path, env=environment, capture_output=True, text=True)

    assert while_running.returncode == 1
    assert "Stop it first" in while_running.stderr
    assert afterwards.returncode == 0
