"""What an action costs: one look, one save. The first times cost more, until statements are prepared."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from itertools import count

import pytest

from community.inventory import service as inventory
from community.players import lookup
from community.players.models import PlayerRef
from community.players.registration import register
from community.timeouts import service as timeouts
from kernel.database import Connection, Tx, reading, transaction
from tests.support.factories import make_player
from tests.support.round_trips import counted

ALICE = PlayerRef("twitch", "alice-id", "alice")
BOB = PlayerRef("twitch", "bob-id", "bob")
TRIES = 5  # enough for every statement to be prepared


@pytest.fixture
def town(conn: Connection) -> None:
    """Alice and Bob with enough of everything."""
    with transaction(conn) as tx:
        for ref in (ALICE, BOB):
            make_player(tx, str(ref.username), platform_id=ref.platform_id, items={"item_spade": 500})


_strangers = count(1)


def register_stranger(tx: Tx) -> None:
    ref = PlayerRef("twitch", f"stranger-{next(_strangers)}", "stranger")
    assert register(tx, ref, ref)[1]


def register_known(tx: Tx) -> None:
    assert not register(tx, ALICE, ALICE)[1]


def register_one_more_account(tx: Tx) -> None:
    assert not register(tx, ALICE, PlayerRef("discord", f"account-{next(_strangers)}", "alice"))[1]


def add(tx: Tx) -> None:
    inventory.add_item(tx, ALICE, "spade", 1)


def remove(tx: Tx) -> None:
    inventory.remove_item(tx, ALICE, "spade", 1)


def give(tx: Tx) -> None:
    inventory.give_item(tx, ALICE, PlayerRef("twitch", username="bob"), "spade", 1)


def apply_timeout(tx: Tx) -> None:
    timeouts.apply_timeout(tx, "twitch", "alice", timedelta(seconds=1))


@pytest.mark.parametrize(
    "action",
    [register_stranger, register_known, register_one_more_account, add, remove, give, apply_timeout],
    ids=lambda action: action.__name__,
)
@pytest.mark.usefixtures("town")
def test_an_action_costs_two_round_trips(database_url: str, action: Callable[[Tx], None]):
    costs: list[int] = []
    with counted(database_url) as (conn, wire):
        for _ in range(TRIES):
            before = wire.round_trips()
            with transaction(conn) as tx:
                action(tx)
            costs.append(wire.round_trips() - before)

    assert costs[-1] == 2


def look(tx: Tx) -> None:
    assert inventory.look(tx, ALICE) is not None


def look_by_name(tx: Tx) -> None:
    assert inventory.look(tx, PlayerRef("twitch", username="alice")) is not None


def read_timeout(tx: Tx) -> None:
    timeouts.read_timeout(tx, "twitch", "alice")


def search(tx: Tx) -> None:
    assert lookup.search(tx, "lic")


@pytest.mark.parametrize("question", [look, look_by_name, read_timeout, search], ids=lambda question: question.__name__)
@pytest.mark.usefixtures("town")
def test_a_question_costs_one_round_trip(database_url: str, question: Callable[[Tx], None]):
    costs: list[int] = []
    with counted(database_url) as (conn, wire):
        for _ in range(TRIES):
            before = wire.round_trips()
            with reading(conn) as tx:
                question(tx)
            costs.append(wire.round_trips() - before)

    assert costs[-1] == 1
