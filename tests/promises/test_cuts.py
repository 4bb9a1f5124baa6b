"""Connections to the database that break at a chosen moment, and the answers that the player gets."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator
from importlib import import_module
from random import Random

import pytest
from msgspec.structs import replace

from community.catalog.content import items
from community.inventory.models import Inventory
from community.players import service as players
from kernel import connections as database
from kernel.database import Connection, transaction
from kernel.settings import settings
from tests.promises.calls import PLAYERS, Call, trade
from tests.promises.cutting_proxy import CUTS, CuttingProxy
from tests.promises.environment_pool import Reply, send_call
from tests.support.api import proxy_event
from tests.support.factories import announced, holdings, unlock
from tests.support.races import PATIENCE

ALICE = PLAYERS[0]
COMMITTED = ("before the sync", "unanswered")


@pytest.fixture
def line(conn: Connection, database_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[CuttingProxy]:
    """This thread as an environment that has served already, on a line that can be cut."""
    with transaction(conn) as tx:
        unlock(tx, "feature_economy", "item_spade")
        alice = players.load_or_create(tx, ALICE)
        players.save(tx, alice.having(alice[Inventory].give(items.money.item_id, 1000)))
    logging.getLogger("psycopg").setLevel(logging.ERROR)
    with CuttingProxy(database_url, Random(1)) as proxy:
        monkeypatch.setattr(database, "settings", replace(settings, database_url=proxy.url))
        monkeypatch.setattr(database._environment, "connection", None, raising=False)
        assert send_call(buy()).status == 200
        yield proxy
        database.connection().close()


def buy(key: str | None = None) -> Call:
    return trade("buy", 0, "spade", 1, key=key)


def look() -> int:
    query = {"platform": ALICE.platform, "platform_id": str(ALICE.platform_id), "username": str(ALICE.username)}
    event = proxy_event("GET", "/api/v1/user/inventory", query=query)
    return import_module("functions.community.users.app").handler(event, None)["statusCode"]


def bought(conn: Connection) -> int:
    """Spades, after a look at whether money and log agree."""
    with transaction(conn) as tx:
        # Both as of one moment: the purchase may be committed just now.
        tx.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        held, log = holdings(tx, ALICE), announced(tx, "item.bought")
    assert held["money"] == 1000 - 100 * held["item_spade"]
    assert len(log) == held["item_spade"]
    return held["item_spade"]


def end_all_others(conn: Connection) -> None:
    conn.execute(
        "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity"
        " WHERE datname = current_database() AND backend_type = 'client backend' AND pid <> pg_backend_pid()"
    )


@pytest.mark.parametrize("call", [lambda: send_call(buy()).status, look], ids=["buying", "looking"])
def test_a_connection_that_died_between_two_calls_is_replaced_unnoticed(
    conn: Connection, line: CuttingProxy, call: Callable[[], int]
):
    end_all_others(conn)

    assert call() == 200


@pytest.mark.parametrize("how", CUTS)
def test_a_request_cut_off_before_the_commit_is_retried_unnoticed(conn: Connection, line: CuttingProxy, how: str):
    line.cut_at(1, how)

    assert send_call(buy()).status == 200

    assert line.cuts == {how: 1}
    assert bought(conn) == 2


@pytest.mark.parametrize("how", CUTS)
def test_a_request_cut_off_at_the_commit_is_left_to_the_caller(conn: Connection, line: CuttingProxy, how: str):
    line.cut_at(2, how)

    answer = send_call(buy())

    assert (answer.status, answer.body["code"]) == (503, "unavailable")
    assert line.cuts == {how: 1}
    # The server may still be executing the request, although the client no longer waits.
    expected, deadline = 1 + (how in COMMITTED), time.monotonic() + PATIENCE
    while bought(conn) != expected and time.monotonic() < deadline:
        time.sleep(0.01)
    assert bought(conn) == expected


@pytest.mark.parametrize("how", CUTS)
def test_a_caller_with_an_idempotency_key_finds_out_what_happened(conn: Connection, line: CuttingProxy, how: str):
    line.cut_at(2, how)
    assert send_call(buy("k")).status == 503

    first, second = send_call(buy("k")), send_call(buy("k"))

    assert first == Reply(200, first.body, replayed=how in COMMITTED)
    assert second == Reply(200, first.body, replayed=True)
    assert bought(conn) == 2
