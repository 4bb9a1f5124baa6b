"""`make administer`, against a running game."""

from __future__ import annotations

import io
import json
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from local.stack.process import StackProcess
from local.tools import admin, administer
from local.tools.asking import Refusal
from local.tools.play.door import Door

Tool = Callable[..., str]
PASSWORD = "Passw0rdX"
ROOM = {"shape": "cube", "bounds": {"min": {"x": 0, "y": 0, "z": 0}, "max": {"x": 99, "y": 99, "z": 99}}}


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.fixture(scope="module")
def root(shared: tuple[StackProcess, str]) -> Iterator[Door]:
    """Someone who is an administrator, and whose address and password the tool knows."""
    stack, _ = shared
    email, door = f"{uuid4()}@example.org", Door(stack.url)
    known = {"BASE_URL": stack.url, "API_KEY": stack.api_key, "ADMIN_EMAIL": email, "ADMIN_PASSWORD": PASSWORD}
    with pytest.MonkeyPatch.context() as patch:
        for name, value in known.items():
            patch.setenv(name, value)
        door.sign_up(email, f"Root {str(uuid4())[:8]}", PASSWORD)
        patch.setattr(sys, "argv", ["admin", email])
        assert admin.main() == 0
        yield door


@pytest.fixture
def run(root: Door, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Tool:
    """`run("worlds")` returns what is printed; `typed` is what someone answers at a terminal."""

    def run_tool(*arguments: str, typed: str | None = None) -> str:
        monkeypatch.setattr(sys, "stdin", io.StringIO() if typed is None else Terminal(f"{typed}\n"))
        capsys.readouterr()
        administer.run(root, arguments)
        return capsys.readouterr().out

    return run_tool


def test_worlds_are_listed_stopped_and_wiped_once_their_name_was_typed(root: Door, run: Tool):
    name = f"Aether {str(uuid4())[:8]}"
    world: dict[str, Any] = root.ask("POST", "/api/game/worlds", {"name": name, **ROOM})

    assert f"{world['id']}  {name}: public, ready, 0 there now" in run("worlds")
    assert run("pause", name.upper()) == f"Time stands still in {name}.\n"
    assert f"{name}: public, paused" in run("worlds")
    assert run("resume", world["id"]) == f"Time goes on in {name}.\n"
    with pytest.raises(Refusal, match="add --yes"):
        run("wipe", name)
    with pytest.raises(Refusal, match="Nothing has happened"):
        run("wipe", world["id"], typed="yes")
    assert f"{name} is as it was" in run("wipe", name, typed=name)
    assert f"{name} is as it was" in run("wipe", name, "--yes")
    with pytest.raises(Refusal, match="There is no world Nowhere"):
        run("pause", "Nowhere")


def test_accounts_are_listed_exported_and_deleted_once_their_address_was_typed(
    run: Tool, shared: tuple[StackProcess, str], tmp_path: Path
):
    email = f"{uuid4()}@example.org"
    Door(shared[0].url).sign_up(email, f"Ann {str(uuid4())[:8]}", PASSWORD)

    assert f"  {email} (Ann " in run("users")
    assert run("export", email, "--to", str(tmp_path / "ann.json")).startswith(f"All about {email} is in")
    exported = json.loads((tmp_path / "ann.json").read_text(encoding="utf-8"))
    assert email in json.dumps(exported["account"])
    with pytest.raises(Refusal, match="Nothing has happened"):
        run("delete", email, typed="")
    assert run("delete", email, typed=email).endswith(f"The account {email} is deleted.\n")
    assert email not in run("users")


def test_the_tool_signs_in_as_who_the_environment_names(
    root: Door, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    monkeypatch.setattr(sys, "argv", ["administer", "worlds"])
    monkeypatch.setattr(sys, "stdin", io.StringIO())

    assert administer.main() == 0
    monkeypatch.setenv("ADMIN_PASSWORD", "another one")
    assert administer.main() == 1
    monkeypatch.delenv("ADMIN_PASSWORD")
    assert administer.main() == 1
    assert "Set ADMIN_EMAIL and ADMIN_PASSWORD" in capsys.readouterr().err
