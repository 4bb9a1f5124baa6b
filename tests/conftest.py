"""Databases for the tests that ask for one. A test that does not, starts nothing.

`tx` is the usual choice: an open transaction whose writes disappear. `conn` and `database_url` give a test a
database of its own, for what must really commit: races, crashes, the relay.
"""

from __future__ import annotations

import logging
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, settings

if TYPE_CHECKING:
    from kernel.database import Connection, Tx
    from local.stack.postgres import Postgres
    from tests.support.kept_database import KeptConnection, KeptDatabase
    from tests.support.logged_secrets import SecretWatch

# Before anything reads its settings.
os.environ.setdefault("ACCOUNT_KEYS", "the-key-of-the-tests-protects-nothing-at-all")
# Argon2id as weak as it can be; a test of the defaults asks for them.
for name, weakest in (("PASSWORD_MEMORY_KIB", "8"), ("PASSWORD_PASSES", "1"), ("PASSWORD_LANES", "1")):
    os.environ.setdefault(name, weakest)

# So that they, too, say what differs.
pytest.register_assert_rewrite(
    *(f"tests.promises.{name}" for name in ("ledger", "event_audit", "timeout_audit", "tally_audit", "long_storm"))
)

# How long an example takes says how busy the machine is.
settings.register_profile("unhurried", deadline=None, suppress_health_check=[HealthCheck.too_slow])
# A few examples, the same each time; `make test-slow` plays many new ones (--hypothesis-profile=thorough). CI plays as
# many, but the same each time: what it says is said of the change, not of the draw.
settings.register_profile("quick", settings.get_profile("unhurried"), max_examples=25, derandomize=True)
settings.register_profile(
    "thorough", settings.get_profile("unhurried"), max_examples=200, derandomize="CI" in os.environ
)
settings.load_profile("quick")


@pytest.fixture(scope="session")
def secret_watch() -> Iterator[SecretWatch]:
    """Sees all that is logged in this run."""
    from tests.support.logged_secrets import SecretWatch

    watch = SecretWatch()
    logging.getLogger().addHandler(watch)
    yield watch
    logging.getLogger().removeHandler(watch)


@pytest.fixture(autouse=True)
def no_password_in_any_log(secret_watch: SecretWatch) -> Iterator[None]:
    """Fail a test that logs a password: worlds 26, acceptance 4."""
    yield
    found = [*secret_watch.found]
    secret_watch.found.clear()
    assert not found


SMALLEST_DATABASE = {"max_connections": "108"}
"""As in the template: its roles' limits leave some for the test."""


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """A server for this process, in the first place that no other one (worker, test run) uses."""
    from local.stack.postgres import AlreadyRunning, Postgres

    home = _fast_disk() / f"brandish-tests-{os.geteuid()}"
    number = 0
    while True:
        try:
            server = Postgres.start(home / f"{number}", durable=False, settings=SMALLEST_DATABASE)
            break
        except AlreadyRunning:
            number += 1
    try:
        yield server
    finally:
        server.destroy()


@pytest.fixture(scope="session")
def template_database(postgres: Postgres) -> str:
    """The name of a database with the current schema and content, for copying only."""
    from community.preparation import prepare
    from functions.shared.migrate.switches import SWITCHES
    from kernel.database import connect, transaction
    from kernel.events import service as events
    from kernel.keys import service as keys
    from kernel.migrations import migrate
    from kernel.switches.administration import store as store_switches
    from personas.preparation import prepare as prepare_personas
    from tests.support.migrations import MIGRATIONS
    from worlds.preparation import prepare as prepare_worlds

    name = f"template_{uuid4().hex}"
    url = postgres.create_database(name)
    migrate(url, MIGRATIONS)
    with pytest.MonkeyPatch.context() as patch, closing(connect(url)) as connection:
        with transaction(connection, rng=Random(1)) as tx:
            patch.setattr(events, "DAYS_AHEAD", 2)  # every copy makes every partition anew
            prepare(tx)
            prepare_personas(tx)
            prepare_worlds(tx)
            store_switches(tx, SWITCHES)
            keys.store(tx, keys.digest("test"), "test", "admin")
            tx.execute("DELETE FROM events")  # so that a test finds in the log what it has done
            tx.execute("DELETE FROM kernel.outside_requests")  # Temperate is made by the tests that say so
        connection.execute("UPDATE relay_lease SET wanted_at = DEFAULT")  # nor was the relay woken just now
    return name


@pytest.fixture
def database_url(postgres: Postgres, template_database: str) -> Iterator[str]:
    """A database that is this test's alone."""
    name = f"test_{uuid4().hex}"
    yield postgres.create_database(name, template_database)
    # Only now the one of the test before: a server process takes a moment to end after its connection has, and
    # DROP DATABASE looks only ten times a second whether all have ended. The last goes with the server.
    if _used_databases:
        postgres.drop_database(_used_databases.pop())
    _used_databases.append(name)


_used_databases: list[str] = []


@pytest.fixture(scope="session")
def kept_database(postgres: Postgres, template_database: str) -> Iterator[KeptDatabase]:
    """The database under `conn`: what a test commits there, the next one does not find."""
    from tests.support.kept_database import KeptDatabase, make_original

    kept = KeptDatabase(postgres, make_original(postgres, template_database))
    yield kept
    kept.close()


@pytest.fixture
def conn(request: pytest.FixtureRequest) -> Iterator[Connection]:
    """A connection to a database that is this test's alone. What it commits stays until the test ends."""
    from kernel.database import connect

    if "database_url" in request.fixturenames:  # there will be more than one connection to it
        with closing(connect(request.getfixturevalue("database_url"))) as connection:
            yield connection
    else:
        kept: KeptDatabase = request.getfixturevalue("kept_database")
        yield kept.take()
        kept.give_back()


@pytest.fixture(scope="session")
def shared_database_url(postgres: Postgres, template_database: str) -> str:
    """The database under `tx`: nothing ever commits there."""
    return postgres.create_database(f"shared_{uuid4().hex}", template_database)


@pytest.fixture(scope="session")
def shared_connection(shared_database_url: str) -> Iterator[KeptConnection]:
    """The connection under `tx`."""
    from tests.support.kept_database import KeptConnection

    kept = KeptConnection(shared_database_url)
    yield kept
    kept.close()


@pytest.fixture
def tx(shared_connection: KeptConnection) -> Iterator[Tx]:
    """An open transaction with known dice, rolled back at the end. Set `tx.now` to play at another time."""
    from kernel.database import transaction

    with suppress(_Over), transaction(shared_connection.take(), rng=Random(1)) as tx:
        yield tx
        _send_what_is_queued(tx)
        raise _Over


class _Over(Exception):
    """Makes `transaction` roll back."""


def _send_what_is_queued(tx: Tx) -> None:
    """Flush the pipeline: a write at the end of a test may have failed unnoticed."""
    from psycopg.errors import InFailedSqlTransaction, PipelineAborted

    with suppress(InFailedSqlTransaction, PipelineAborted):  # the test has seen that one
        tx.execute("SELECT 1").fetchone()


def _fast_disk() -> Path:
    memory = Path("/dev/shm")
    # A container may have as little as 64 MB there.
    if memory.is_dir() and os.access(memory, os.W_OK) and shutil.disk_usage(memory).free > 2**30:
        return memory
    return Path(tempfile.gettempdir())
