"""Actions take two round trips to the database, looks one: through the real doors, counted on the wire."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from importlib import import_module

import pytest

from kernel import connections as database
from kernel.database import connect, transaction
from local.bench import trips
from local.tools.postgres_proxy import PostgresProxy
from tests.support.factories import hold_target


@pytest.fixture
def wire(database_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[PostgresProxy]:
    """This thread is an environment whose database is at the other end of the wire."""
    with closing(connect(database_url)) as direct, transaction(direct) as tx:
        hold_target(tx)  # the request that makes the last point turns the cycle, too
    with PostgresProxy(database_url) as wire, closing(connect(wire.url)) as connection:
        monkeypatch.setattr(database._environment, "connection", connection, raising=False)
        yield wire


def test_every_request_takes_the_round_trips_it_promises(wire: PostgresProxy):
    def call(handler: str, event: dict[str, object]) -> dict[str, object]:
        return import_module(handler.removesuffix(".handler")).handler(event, None)

    counted = trips.count(call, wire.round_trips)

    promised = {step.name: step.promised for step in trips.STEPS}
    assert {name: trips for name, trips in counted.items() if trips != promised[name]} == {}
