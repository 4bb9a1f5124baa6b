"""Concurrent requests for the same things, through the real handlers on separate connections."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from functools import partial

import pytest

from community.catalog.content import items
from community.inventory.models import STACK_LIMIT, Inventory
from community.jobs.rules import DAILY_CAP
from community.players import service as players
from kernel.database import Connection, transaction
from tests.promises.calls import PLAYERS, Call, gift, hand, registration, trade
from tests.promises.environment_pool import Environments, Reply, environments, send_call
from tests.support.factories import announced, hold_target, holdings, unlock, xp

A, B, C = 0, 1, 2


@pytest.fixture
def together(database_url: str) -> Iterator[Environments]:
    with environments(database_url, 8) as run:
        yield run


def prepare_players(conn: Connection, **held: int) -> None:
    """Make players a, b and c, each with these items, and unlock the trade in them."""
    with transaction(conn) as tx:
        unlock(tx, "feature_economy", "job_merchant", "item_spade", "item_offcut")
        hold_target(tx)  # an unlock would change prices and experience in the middle of it
        for ref in PLAYERS[:3]:
            player = players.load_or_create(tx, ref)
            inventory = player[Inventory]
            for name, quantity in held.items():
                inventory = inventory.give(items.by_name[name].item_id, quantity)
            players.save(tx, player.having(inventory))


def held_by(conn: Connection, who: int) -> dict[str, int]:
    with transaction(conn) as tx:
        return holdings(tx, PLAYERS[who])


def events(conn: Connection, event_type: str) -> int:
    with transaction(conn) as tx:
        return len(announced(tx, event_type))


def at_once(together: Environments, *calls: Call) -> list[Reply]:
    return together([partial(send_call, call) for call in calls])


def codes(answers: list[Reply]) -> Counter[str]:
    return Counter(answer.body.get("code", "done") for answer in answers)


@pytest.mark.parametrize("attempt", range(5))
@pytest.mark.parametrize(
    ("action", "before", "after", "refusal", "event"),
    [
        ("sell", {"item_spade": 1}, {"money": 40}, "not_in_inventory", "item.sold"),
        ("buy", {"money": 100}, {"item_spade": 1}, "insufficient_funds", "item.bought"),
    ],
    ids=["sell", "buy"],
)
def test_an_item_held_once_is_traded_once(
    conn: Connection,
    together: Environments,
    action: str,
    before: dict[str, int],
    after: dict[str, int],
    refusal: str,
    event: str,
    attempt: int,
):
    """Defect 2: the shop read inventories without locking them."""
    prepare_players(conn, **before)

    answers = at_once(together, *[trade(action, A, "spade", 1)] * 8)

    assert codes(answers) == {"done": 1, refusal: 7}
    assert held_by(conn, A) == after
    assert events(conn, event) == 1


def test_racing_buyers_lose_neither_money_nor_xp(conn: Connection, together: Environments):
    prepare_players(conn, money=1000)

    answers = [
        answer for _ in range(20) for answer in at_once(together, *[trade("buy", A, "offcut", 1)] * 8)
    ]  # an offcut costs 10 money: 1 XP each, 2 with luck

    spent = sum(answer.body.get("cost", 0) for answer in answers)
    bought = sum(answer.body.get("items_bought", 0) for answer in answers)
    kept = held_by(conn, A)
    assert bought == kept["item_offcut"] >= 100
    assert spent + kept.get("money", 0) == 1000
    with transaction(conn) as tx:
        assert bought <= xp(tx, PLAYERS[A], "merchant") <= min(2 * bought, DAILY_CAP)


def test_giving_in_a_circle_neither_deadlocks_nor_loses_anything(conn: Connection, together: Environments):
    prepare_players(conn, item_spade=10)

    answers = [
        answer
        for _ in range(30)
        for answer in at_once(
            together,
            *[gift(A, B, "spade", 1), gift(B, C, "spade", 1), gift(C, A, "spade", 1)],
            *[gift(B, A, "spade", 1), gift(C, B, "spade", 1), gift(A, C, "spade", 1)],
        )
    ]

    assert codes(answers) == {"done": 180}
    # And the reward for 25 gifts, once.
    assert [held_by(conn, who) for who in (A, B, C)] == [{"item_spade": 10, "money": 500}] * 3


def test_the_last_item_cannot_be_given_and_sold(conn: Connection, together: Environments):
    prepare_players(conn, item_spade=1)

    answers = at_once(
        together,
        gift(A, B, "spade", 1),
        trade("sell", A, "spade", 1),
        gift(A, C, "spade", 1),
        hand("remove", A, "spade", 1),
    )

    assert codes(answers) == {"done": 1, "not_in_inventory": 3}
    everywhere = Counter[str]()
    for who in (A, B, C):
        everywhere.update(held_by(conn, who))
    gone = events(conn, "item.sold") + events(conn, "item.removed")
    assert everywhere["item_spade"] == 3 - gone
    assert events(conn, "item.transferred") == 1 - gone


def test_racing_additions_fill_a_stack_and_no_more(conn: Connection, together: Environments):
    prepare_players(conn, item_spade=STACK_LIMIT - 30)

    answers = at_once(together, *[hand("add", A, "spade", 10)] * 8)

    assert codes(answers) == {"done": 3, "inventory_full": 5}
    assert held_by(conn, A) == {"item_spade": STACK_LIMIT}


def test_eight_concurrent_registrations_make_one_player(conn: Connection, together: Environments):
    answers = at_once(together, *[registration(25)] * 8)

    assert Counter(answer.status for answer in answers) == {201: 1, 200: 7}
    assert len({answer.body["internal_id"] for answer in answers}) == 1


@pytest.mark.parametrize(
    "call",
    [
        trade("sell", A, "spade", 1, key="k"),
        trade("buy", A, "offcut", 1, key="k"),
        gift(A, B, "spade", 1, key="k"),
        hand("add", A, "spade", 1, key="k"),
        hand("remove", A, "spade", 1, key="k"),
    ],
    ids=lambda call: call.action,
)
def test_eight_concurrent_copies_of_a_request_act_once_and_get_the_same_answer(
    conn: Connection, together: Environments, call: Call
):
    prepare_players(conn, item_spade=1, money=10)

    answers = at_once(together, *[call] * 8)

    assert len({repr(answer.body) for answer in answers}) == 1
    assert Counter((answer.status, answer.replayed) for answer in answers) == {(200, False): 1, (200, True): 7}
    assert conn.execute("SELECT count(*) AS n FROM events WHERE event_type LIKE 'item.%%'").fetchall() == [{"n": 1}]
    after = held_by(conn, A)
    changes = {"sell": (0, 50, 0), "buy": (1, 0, 1), "give": (0, 10, 0), "add": (2, 10, 0), "remove": (0, 10, 0)}
    assert (after.get("item_spade", 0), after.get("money", 0), after.get("item_offcut", 0)) == changes[call.action]


def test_eight_concurrent_copies_of_a_registration_are_all_answered_201(conn: Connection, together: Environments):
    answers = at_once(together, *[registration(25, key="k")] * 8)

    assert Counter((answer.status, answer.replayed) for answer in answers) == {(201, False): 1, (201, True): 7}
    assert len({repr(answer.body) for answer in answers}) == 1
