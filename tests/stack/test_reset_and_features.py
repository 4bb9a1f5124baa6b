"""`make reset` and `make features`."""

from __future__ import annotations

import sys
from pathlib import Path

import psycopg
import pytest

from local.stack.postgres import Postgres
from local.stack.process import StackProcess
from local.stack.running import Marker
from local.tools import features, reset


def run(program: str, monkeypatch: pytest.MonkeyPatch, *arguments: str) -> int:
    monkeypatch.setattr(sys, "argv", [program, *arguments])
    return {"reset": reset, "features": features}[program].main()


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.delenv("DATABASE_URL", raising=False)
    monkeypatch.setattr(reset, "FOLDER", tmp_path)
    return tmp_path


def test_there_must_be_a_game_to_empty(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    assert run("reset", monkeypatch, "--yes") == 1
    assert "There is no game" in capsys.readouterr().err


def test_a_database_of_someone_elses_is_not_emptied(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    monkeypatch.setenv("DATABASE_URL", "postgresql://elsewhere/brandish")

    assert run("reset", monkeypatch, "--yes") == 1
    assert "its own tools" in capsys.readouterr().err


def test_a_new_season_begins_in_the_running_game(
    shared: tuple[StackProcess, str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    monkeypatch.setenv("BASE_URL", shared[0].url)
    monkeypatch.setenv("API_KEY", shared[0].api_key)

    assert run("reset", monkeypatch, "--keep-players") == 1
    assert "Nothing has happened" in capsys.readouterr().err
    assert run("reset", monkeypatch, "--keep-players", "--yes") == 0
    assert capsys.readouterr().out == "The community begins anew.\n"


def test_features_are_listed_and_turned(
    shared: tuple[StackProcess, str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    monkeypatch.setenv("BASE_URL", shared[0].url)
    monkeypatch.setenv("API_KEY", shared[0].api_key)

    assert run("features", monkeypatch, "imports", "off") == 0
    run("features", monkeypatch)
    said = capsys.readouterr().out
    assert run("features", monkeypatch, "imports", "on") == 0

    assert "! imports" in said
    assert run("features", monkeypatch, "weather", "off") == 1
    assert "weather" in capsys.readouterr().err


@pytest.mark.slow
def test_a_game_is_emptied_once_it_is_stopped(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    with Postgres.start(folder / "postgres", durable=False) as server:
        server.create_database("brandish")
    (folder / "queues").mkdir()
    (folder / "queues" / "own.db").touch()
    marker = Marker.set(folder)
    assert run("reset", monkeypatch, "--yes") == 1
    assert "Stop it first" in capsys.readouterr().err
    marker.remove()

    assert run("reset", monkeypatch, "--yes") == 0

    assert not (folder / "queues" / "own.db").exists()
    with Postgres.start(folder / "postgres", durable=False) as server, psycopg.connect(server.url()) as conn:
        assert conn.execute("SELECT FROM pg_database WHERE datname = 'brandish'").fetchone() is None
