"""What several tests of the stack share."""

from __future__ import annotations

from collections.abc import Iterator
from uuid import uuid4

import pytest

from local.stack.postgres import Postgres
from local.stack.process import StackProcess


@pytest.fixture(scope="session")
def shared(postgres: Postgres, template_database: str) -> Iterator[tuple[StackProcess, str]]:
    """A running stack in which others may have played already, and its database."""
    name = f"stack_{uuid4().hex}"
    url = postgres.create_database(name, template_database)
    with StackProcess(url) as stack:
        yield stack, url
    postgres.drop_database(name)
