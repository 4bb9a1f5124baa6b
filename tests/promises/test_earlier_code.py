"""Code from before the newest migrations plays on the schema that has them, as after a rollback."""

from __future__ import annotations

import io
import os
import re
import shutil
import subprocess
import sys
import tarfile
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest

from tests.support.migrations import MIGRATIONS

ROOT: Final = MIGRATIONS.parent
SMOKE: Final = (
    "tests/kernel/api/test_captured_events.py::test_a_captured_request_is_answered",  # by each handler of both products
    "tests/kernel/api/test_relay.py",
    "tests/kernel/api/test_accounts_api.py",
    "tests/community/api/test_clock.py",
    "tests/community/api/test_inventories.py",
    "tests/community/api/test_gamble_api.py",
    "tests/community/api/test_voting.py",
    "tests/personas/api/test_posts.py",
    "tests/personas/api/test_battles_api.py",
)


def git(*arguments: str) -> bytes:
    return subprocess.run(["git", *arguments], cwd=ROOT, capture_output=True, check=True).stdout


def commits() -> Iterator[str]:
    """The present commit, then those before each change of the migrations, as they came to this branch."""
    yield "HEAD"
    for commit in git("log", "--first-parent", "--format=%H", "--", "migrations").decode().split():
        if subprocess.run(
            ["git", "cat-file", "-e", f"{commit}^"], cwd=ROOT, capture_output=True, check=False
        ).returncode:
            return  # a shallow clone ends here
        yield f"{commit}^"


def earlier_commit() -> str | None:
    """The newest commit that lacks a migration of ours."""
    ours = {file.name for file in MIGRATIONS.glob("[0-9]*.sql")}
    for commit in commits():
        listed = git("ls-tree", "--name-only", commit, "migrations/").decode().split()
        if ours - {Path(name).name for name in listed}:
            return commit
    return None


@pytest.mark.slow
def test_the_code_before_the_newest_migrations_plays_on_their_schema(tmp_path: Path):
    commit = earlier_commit()
    if commit is None:
        pytest.skip("This clone does not have the history back to the commit before the newest migration.")
    with tarfile.open(fileobj=io.BytesIO(git("archive", commit))) as archive:
        archive.extractall(tmp_path, filter="data")
    shutil.rmtree(tmp_path / "migrations")
    shutil.copytree(MIGRATIONS, tmp_path / "migrations")
    smoke = [test for test in SMOKE if (tmp_path / test.partition("::")[0]).exists()]

    ended = subprocess.run(
        [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", *smoke],
        cwd=tmp_path,
        env={name: value for name, value in os.environ.items() if not name.startswith(("PYTEST", "PYTHONPATH"))},
        capture_output=True,
        text=True,
        check=False,
    )

    assert ended.returncode == 0, f"{commit}\n{ended.stdout[-5000:]}{ended.stderr[-2000:]}"
    passed = re.search(r"(\d+) passed", ended.stdout)
    assert passed
    assert int(passed[1]) > 100
