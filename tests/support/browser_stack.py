"""A running stack with a real Chromium in front of it, for a module of tests."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest
from playwright.sync_api import Browser

from local.stack.postgres import Postgres
from local.stack.process import StackProcess
from tests.support.browser import Visit, visitors


@pytest.fixture(scope="module")
def state(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the stack keeps its mails."""
    return tmp_path_factory.mktemp("state")


@pytest.fixture(scope="module")
def database(browser: Browser, postgres: Postgres, template_database: str) -> str:
    """The address of the stack's database."""
    return postgres.create_database(f"pages_{uuid4().hex}", template_database)


@pytest.fixture(scope="module")
def stack(browser: Browser, database: str, state: Path) -> Iterator[StackProcess]:
    """A running stack; there is one only where there is a browser."""
    with pytest.MonkeyPatch.context() as patch:
        for name in ("SIGN_INS_PER_MINUTE", "LOG_INS_PER_MINUTE", "SIGN_UPS_PER_FIVE_MINUTES"):
            patch.setenv(name, "1000")
        patch.setenv("PASSWORD_PASSES", "1")
        patch.setenv("PASSWORD_MEMORY_KIB", "64")
        with StackProcess(database, state=state) as running:
            yield running


@pytest.fixture
def visit(browser: Browser, stack: StackProcess) -> Iterator[Visit]:
    """`visit()` opens a browser; options are those of a context."""
    with visitors(browser, stack.url) as opened:
        yield opened
