"""What is on its way to a player arrives once, as soon as there is room."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import pytest

from community.catalog.content import items
from community.deliveries import rules
from community.deliveries.models import Delivery
from community.deliveries.rules import receive
from community.inventory.models import STACK_LIMIT, Inventory, Quality, Slot
from community.inventory.service import add_item
from community.linking.service import claim_link, confirm_link, start_link
from community.players import service as players
from community.players.models import PlayerRef
from kernel.database import Tx
from tests.support.factories import holdings, make_player, stored

STICK = items.by_name["item_stick"].item_id
SPADE = items.by_name["item_spade"].item_id
HOUR = timedelta(hours=1)


def send(tx: Tx, ref: PlayerRef, *slots: Slot, due_in: timedelta = HOUR) -> Delivery:
    delivery = Delivery(uuid4(), "test", slots, tx.now, tx.now + due_in)
    players.save(tx, rules.send(players.load(tx, ref), delivery))
    return delivery


def under_way(tx: Tx) -> list[tuple[int, bool]]:
    """(quantity of the first slot, overflow) of each delivery."""
    rows = tx.execute("SELECT (slots #>> '{0,1}')::int AS quantity, no_room FROM deliveries ORDER BY due_at").fetchall()
    return [(row["quantity"], row["no_room"]) for row in rows]


def test_nothing_arrives_before_its_time(tx: Tx):
    alice = make_player(tx)
    send(tx, alice, Slot(STICK, 5))

    add_item(tx, alice, "spade", 1)

    assert holdings(tx, alice) == {"item_spade": 1}
    assert under_way(tx) == [(5, False)]


def test_the_next_action_brings_it_along_once(tx: Tx):
    alice = make_player(tx)
    send(tx, alice, Slot(STICK, 5, Quality.RARE), Slot(SPADE, 1))

    tx.now += HOUR
    add_item(tx, alice, "spade", 1)
    add_item(tx, alice, "spade", 1)

    assert stored(tx, alice)[Inventory].slots == (Slot(STICK, 5, Quality.RARE), Slot(SPADE, 3))
    assert under_way(tx) == []


def test_who_only_looks_sees_it_and_it_still_arrives_once(tx: Tx):
    alice = make_player(tx)
    send(tx, alice, Slot(STICK, 5))
    tx.now += HOUR

    assert holdings(tx, alice) == {"item_stick": 5}
    assert under_way(tx) == [(5, False)]

    add_item(tx, alice, "stick", 1)
    assert holdings(tx, alice) == {"item_stick": 6}


def test_what_does_not_fit_waits_for_room(tx: Tx):
    alice = make_player(tx, items={"item_stick": STACK_LIMIT - 2})
    send(tx, alice, Slot(STICK, 5), due_in=timedelta(0))

    add_item(tx, alice, "spade", 1)
    assert holdings(tx, alice) == {"item_stick": STACK_LIMIT, "item_spade": 1}
    assert under_way(tx) == [(3, True)]

    add_item(tx, alice, "spade", 1)
    assert under_way(tx) == [(3, True)]

    player = players.load(tx, alice)
    players.save(tx, player.having(player[Inventory].take(Slot(STICK, STACK_LIMIT), 10)))
    add_item(tx, alice, "spade", 1)

    assert holdings(tx, alice) == {"item_stick": STACK_LIMIT - 7, "item_spade": 3}
    assert under_way(tx) == []


@pytest.mark.parametrize(("held", "kept", "waiting"), [(0, 10, []), (STACK_LIMIT - 4, STACK_LIMIT, [(6, True)])])
def test_what_nobody_may_refuse_loses_nothing(tx: Tx, held: int, kept: int, waiting: list[tuple[int, bool]]):
    alice = make_player(tx, items={"item_stick": held})

    players.save(tx, receive(players.load(tx, alice), [Slot(STICK, 10)], "test", tx.now))

    assert holdings(tx, alice) == {"item_stick": kept}
    assert under_way(tx) == waiting


def test_what_waits_again_and_again_is_one_delivery_and_all_of_it_arrives(tx: Tx):
    alice = make_player(tx, items={"item_stick": STACK_LIMIT})
    for _ in range(3):
        player = players.load(tx, alice)
        player = receive(player, [Slot(STICK, 5), Slot(SPADE, 1)], "test", tx.now)
        players.save(tx, receive(player, [Slot(STICK, 2)], "test", tx.now))

    add_item(tx, alice, "spade", 1)
    assert under_way(tx) == [(21, True)]

    player = players.load(tx, alice)
    players.save(tx, player.having(player[Inventory].take(Slot(STICK, STACK_LIMIT), 100)))
    add_item(tx, alice, "spade", 1)
    assert holdings(tx, alice) == {"item_stick": STACK_LIMIT - 79, "item_spade": 5}
    assert under_way(tx) == []


def test_what_waits_for_two_who_become_one_is_lost_on_neither(tx: Tx):
    alice = make_player(tx, "alice", platform="twitch", items={"item_stick": STACK_LIMIT})
    bob = make_player(tx, "bob", platform="discord", items={"item_stick": STACK_LIMIT})
    for ref in (alice, bob):
        players.save(tx, receive(players.load(tx, ref), [Slot(STICK, 5)], "test", tx.now))

    confirm(tx, alice, bob)
    players.save(tx, receive(players.load(tx, alice), [Slot(STICK, 5)], "test", tx.now))

    player = players.load(tx, alice)
    players.save(tx, player.having(player[Inventory].take(Slot(STICK, STACK_LIMIT), 100)))
    add_item(tx, alice, "spade", 1)
    assert holdings(tx, alice) == {"item_stick": STACK_LIMIT, "item_spade": 1}
    assert sum(quantity for quantity, _ in under_way(tx)) == STACK_LIMIT + 15 - 100


def test_the_deliveries_of_two_who_become_one_arrive_once(tx: Tx):
    alice = make_player(tx, "alice", platform="twitch", items={"item_stick": 1})
    bob = make_player(tx, "bob", platform="discord", items={"item_stick": 10})
    send(tx, alice, Slot(STICK, 100))
    send(tx, bob, Slot(STICK, 1000))
    send(tx, bob, Slot(STICK, 10_000), due_in=2 * HOUR)
    tx.now += HOUR

    confirm(tx, alice, bob)
    assert holdings(tx, alice) == {"item_stick": 1111}
    assert under_way(tx) == [(10_000, False)]

    tx.now += HOUR
    add_item(tx, alice, "spade", 1)
    assert holdings(tx, alice) == {"item_stick": 11_111, "item_spade": 1}


def confirm(tx: Tx, source: PlayerRef, target: PlayerRef) -> None:
    claim_link(tx, start_link(tx, source).token, target)
    confirm_link(tx, source)
