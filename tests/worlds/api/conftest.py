"""What every test of an HTTP group or a handler may ask for."""

import pytest

from kernel.database import Connection, transaction
from tests.support.api import call, discord, environment, event_bridge
from tests.support.people import Someone, make_someone

__all__ = ["call", "discord", "environment", "event_bridge"]


@pytest.fixture
def ann(environment: Connection) -> Someone:
    with transaction(environment) as tx:
        return make_someone(tx, "Ann")


@pytest.fixture
def bob(environment: Connection) -> Someone:
    with transaction(environment) as tx:
        return make_someone(tx, "Bob")


@pytest.fixture
def root(environment: Connection) -> Someone:
    with transaction(environment) as tx:
        return make_someone(tx, "Root", ("admin",))
