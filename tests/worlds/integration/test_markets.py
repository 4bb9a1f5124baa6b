"""Buying, selling and bartering with the game's own people. Source: worlds 23.3, 28."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from math import sqrt
from typing import Any
from uuid import UUID

import pytest

from kernel.database import Connection, Tx, transaction
from local.worlds.settling import YEAR, settle_npc
from tests.support.races import race_of
from tests.support.worlds import Player, code, come_to, give_things, make_world, texts
from worlds.characters.models import Character
from worlds.economy.content import market as values
from worlds.economy.retention import delete_old
from worlds.forgetting import service as forgetting
from worlds.minds import service as minds
from worlds.rebuilding import service as rebuilding
from worlds.rebuilding.running import run as rebuild
from worlds.relationships import queries as relationships
from worlds.relationships.events import RelationshipChanged
from worlds.relationships.models import strangers
from worlds.space.models import Position
from worlds.time.rules import HOUR
from worlds.world.models import World

NEAR = Position(50, 60)
KIND = {"personality": {"agreeableness": 50.0}}


def holdings(tx: Tx, character_id: UUID) -> Mapping[str, int]:
    rows = tx.execute(
        "SELECT item, sum(quantity)::int AS n FROM worlds.holdings WHERE character_id = %s GROUP BY 1", (character_id,)
    )
    return {row["item"]: row["n"] for row in rows}


def total(tx: Tx) -> Mapping[str, int]:
    rows = tx.execute("SELECT item, sum(quantity)::int AS n FROM worlds.holdings GROUP BY 1")
    return {row["item"]: row["n"] for row in rows}


def demand(tx: Tx) -> Mapping[str, int]:
    rows = tx.execute("SELECT item, sum(wanted)::int AS n FROM worlds.demand GROUP BY 1")
    return {row["item"]: row["n"] for row in rows}


def rebuild_differences(tx: Tx) -> list[Any]:
    return [each for each in rebuilding.rebuild(tx).differences if each.table not in ("holdings",)]


def leave_one_coin(tx: Tx, character_id: UUID) -> None:
    tx.execute("UPDATE worlds.holdings SET quantity = 1 WHERE item = 'coin' AND character_id = %s", (character_id,))


def market(tx: Tx, **has: int) -> tuple[World, Player, Character]:
    """Ann has 500 coins, 3 berries, 10 wool and 20 clay; Maren, who is a step away, 100 coins, bread and an axe."""
    world = make_world(tx)
    maren = settle_npc(tx, world, "Maren", NEAR, **KIND)
    for item, quantity in {"coin": 100, "bread": 4, "axe": 1, **has}.items():
        maren = give_things(tx, maren, item, quantity)
    ann = come_to(tx, world.world_id, "Ann")
    me = ann.character(tx)
    for item, quantity in {"coin": 500, "berry": 3, "wool": 10, "clay": 20}.items():
        me = give_things(tx, me, item, quantity)
    return world, ann, maren


def said(answer: list[dict[str, Any]]) -> str:
    return " ".join(texts(answer))


def price_of_bread(player: Player, tx: Tx) -> int:
    text = said(player.types(tx, "prices"))
    return int(text.split("bread")[1].split(" at ")[1].split()[0])


def test_children_do_not_trade_and_no_one_trades_asleep(tx: Tx):
    world, ann, maren = market(tx)
    kai = settle_npc(tx, world, "Kai", Position(50, 52), born=-8 * YEAR, **KIND)
    give_things(tx, kai, "bread", 1)
    before = total(tx)

    with_kai = ("prices kai", "buy bread from kai", "barter kai wool for bread")
    assert {refusal(ann.types(tx, each)) for each in with_kai} == {"Kai is a child and does not trade."}
    tx.execute("UPDATE worlds.npcs SET doing = 'sleeps' WHERE character_id = %s", (maren.character_id,))
    for each in ("sell wool to maren", "barter maren wool for bread"):
        assert refusal(ann.types(tx, each)).startswith("Maren is asleep, and gets up in ")
    assert refusal(ann.types(tx, "buy axe")) == "Kai is a child and does not trade."
    assert total(tx) == before
    tx.execute("UPDATE worlds.npcs SET doing = '' WHERE character_id = %s", (maren.character_id,))
    assert " from Maren for " in said(ann.types(tx, "buy bread"))  # although Kai is nearer


def refusal(answer: list[dict[str, Any]]) -> str:
    return answer[0]["data"]["message"]


def test_what_is_bought_costs_what_people_want_and_have_of_it(tx: Tx):
    _, ann, maren = market(tx)

    answer = ann.types(tx, "buy 2 bread from maren")

    # A loaf is worth 6. As many are wanted as are left. Strangers pay more, and Maren is of middling kindness.
    price = round(2 * 6 * 1.2 * 1.15)
    assert said(answer).startswith(f"You buy loaves of bread × 2 from Maren for {price} coins. You have")
    assert "Bartering +5 XP" in said(answer)
    assert holdings(tx, ann.character_id) == {"bread": 2, "coin": 500 - price, "berry": 3, "wool": 10, "clay": 20}
    assert holdings(tx, maren.character_id) == {"bread": 2, "coin": 100 + price, "axe": 1}
    assert demand(tx) == {"bread": 2}
    posts = tx.execute("SELECT FROM worlds.posts WHERE character_id = %s", (maren.character_id,))
    assert posts.fetchall() == []


def test_friends_pay_less_and_people_whom_one_has_wronged_take_more(tx: Tx):
    _, ann, maren = market(tx, berry=70)

    def price(affection: float) -> int:
        feel(tx, maren, ann.character_id, affection)
        answer = said(ann.types(tx, "buy 20 berries from maren"))
        return int(answer.split(" for ")[1].split()[0])

    worth = 20 * values.values["berry"] * 1.15  # what a seller of middling kindness asks
    # Each time, 20 more are wanted, and 20 fewer are there.
    assert price(61) == round(0.85 * worth * sqrt(20 / 50))
    assert price(59) == round(worth * sqrt(40 / 30))
    assert price(-30) == round(1.2 * worth * sqrt(60 / 10))


def feel(tx: Tx, npc: Character, other_id: UUID, affection: float) -> None:
    """Let someone like another one so much."""
    known = relationships.lock(tx, npc.character_id, other_id).fetchone()
    before = relationships.read(known) if known else strangers(npc.character_id, other_id, npc.world_id, 0)
    event = RelationshipChanged(
        npc_id=npc.character_id,
        other_id=other_id,
        world_id=npc.world_id,
        action="talk",
        affection=(0, affection),
        trust=(0, 0),
        fear=(0, 0),
        game_time=before.settled_at,
        day=24 * HOUR,
    )
    minds.save_relationship(tx, before, [event])


def test_what_is_bought_much_is_dear_for_a_week(tx: Tx):
    _, ann, _ = market(tx, bread=9)
    before = price_of_bread(ann, tx)
    ann.types(tx, "buy bread 5")

    dear = price_of_bread(ann, tx)

    assert dear > 2 * before
    tx.execute("UPDATE worlds.demand SET day = day - 7")
    assert price_of_bread(ann, tx) < dear
    ann.types(tx, "buy bread")
    rows = tx.execute("SELECT wanted FROM worlds.demand WHERE item = 'bread'").fetchall()
    assert [row["wanted"] for row in rows] == [1]  # what is older than a week is gone


def test_who_sells_back_what_they_have_bought_loses_by_it(tx: Tx):
    _, ann, _ = market(tx)
    [bought] = texts(ann.types(tx, "buy axe from maren"))

    [sold] = texts(ann.types(tx, "sell axe to maren"))

    assert bought.startswith("You buy axe from Maren for ")
    assert sold.startswith("You sell axe to Maren for ")
    assert holdings(tx, ann.character_id)["coin"] < 500
    assert total(tx) == {"coin": 600, "bread": 4, "axe": 1, "berry": 3, "wool": 10, "clay": 20}


@pytest.mark.parametrize(
    ("line", "refusal", "advice"),
    [
        ("buy lamp from maren", "ITEM_NOT_FOUND", "Write prices"),
        ("buy coins from maren", "ITEM_NOT_FOUND", "Write prices"),
        ("buy bread from bob", "INVALID_COMMAND", "Write: trade Bob"),
        ("buy bread from zoe", "TARGET_NOT_FOUND", "no one called"),
        ("buy 9 bread from maren", "INVALID_INPUT", "no more than 4"),
        ("sell lamp to maren", "ITEM_NOT_FOUND", "Write inventory"),
        ("sell coin to maren", "INVALID_INPUT", "not worth a coin"),
        ("sell berry to maren", "INVALID_INPUT", "Sell more of it"),
        ("barter maren 1 wool for 1 axe", "INVALID_INPUT", "prices Maren"),
        ("barter maren 1 wool for 1 lamp", "ITEM_NOT_FOUND", "Write prices"),
        ("barter maren 99 wool for 1 axe", "INVALID_INPUT", "no more than 10"),
        ("barter maren", "NOT_FOUND", "no offer"),
        ("barter maren wool", "INVALID_COMMAND", "barter <who>"),
        ("trade maren", "INVALID_COMMAND", "prices Maren"),
    ],
)
def test_a_refusal_says_what_to_do(tx: Tx, line: str, refusal: str, advice: str):
    world, ann, _ = market(tx)
    come_to(tx, world.world_id, "Bob")
    before = total(tx)

    answer = ann.types(tx, line)

    assert code(answer) == refusal
    assert advice in answer[0]["data"]["message"]
    assert total(tx) == before


def test_who_has_too_few_coins_is_told_so(tx: Tx):
    _, ann, maren = market(tx)
    leave_one_coin(tx, ann.character_id)
    leave_one_coin(tx, maren.character_id)

    poor = ann.types(tx, "buy axe from maren")
    seller = ann.types(tx, "sell 10 wool to maren")

    assert (code(poor), code(seller)) == ("INVALID_INPUT", "CONFLICT")
    assert "you have 1. Sell something first" in poor[0]["data"]["message"]
    assert "Maren would pay" in seller[0]["data"]["message"]


def test_what_one_cannot_have_is_wanted_nevertheless(tx: Tx):
    _, ann, maren = market(tx)
    leave_one_coin(tx, ann.character_id)

    assert code(ann.types(tx, "buy 2 bread from maren")) == "INVALID_INPUT"  # too few coins
    assert code(ann.types(tx, "buy lamp from maren")) == "ITEM_NOT_FOUND"  # not for sale
    assert code(ann.types(tx, "buy unicorn from maren")) == "ITEM_NOT_FOUND"  # there is no such thing
    assert code(ann.types(tx, "buy coin from maren")) == "ITEM_NOT_FOUND"

    assert demand(tx) == {"bread": 1, "lamp": 1}
    events = tx.execute("SELECT payload FROM worlds.events WHERE event_type = 'PurchaseAttempted' ORDER BY number")
    assert [(each["payload"]["item"], each["payload"]["is_refused"]) for each in events] == [
        ("bread", True),
        ("lamp", True),
    ]
    assert holdings(tx, maren.character_id) == {"coin": 100, "bread": 4, "axe": 1}
    assert rebuild_differences(tx) == []


def test_asking_in_vain_does_not_drive_up_prices(tx: Tx):
    _, ann, _ = market(tx)
    leave_one_coin(tx, ann.character_id)

    for _ in range(9):
        ann.types(tx, "buy 4 bread from maren")

    assert demand(tx) == {"bread": 5}  # no more than there are, and one


def test_where_no_one_is_nothing_is_for_sale(tx: Tx):
    ann = come_to(tx, make_world(tx).world_id, "Ann")

    answer = ann.types(tx, "prices")

    assert code(answer) == "TARGET_NOT_FOUND"
    assert "go up to them" in answer[0]["data"]["message"]


def test_goods_go_for_goods(tx: Tx):
    _, ann, maren = market(tx)

    # No one has wool, so it is worth 20 apiece; bread, of which there is enough, 2.40.
    answer = said(ann.types(tx, "barter maren wool for 4 bread"))

    assert answer.startswith("You give Maren wool for loaves of bread × 4. Bartering +5 XP")
    assert holdings(tx, maren.character_id) == {"coin": 100, "axe": 1, "wool": 1}


def test_a_counter_offer_is_agreed_to_once(tx: Tx):
    _, ann, maren = market(tx, berry=10)

    # Berries, of which there are enough, are worth 1.60; clay, of which there is none, 7.50: two are a little too few.
    answer = said(ann.types(tx, "barter maren 2 clay for 10 berries"))

    assert answer == "Maren wants more: clay × 3 for berries × 10. To agree within five minutes: barter Maren"
    assert holdings(tx, ann.character_id)["clay"] == 20
    assert said(ann.types(tx, "barter maren")).startswith("You give Maren clay × 3 for berries × 10.")
    assert holdings(tx, maren.character_id) == {"coin": 100, "bread": 4, "axe": 1, "clay": 3}
    assert code(ann.types(tx, "barter maren")) == "NOT_FOUND"


def test_a_counter_offer_expires(tx: Tx):
    _, ann, _ = market(tx, berry=10)
    ann.types(tx, "barter maren 2 clay for 10 berries")
    tx.execute("UPDATE worlds.barters SET made_at = made_at - interval '5 minutes'")

    assert code(ann.types(tx, "barter maren")) == "CONFLICT"

    tx.execute("UPDATE worlds.barters SET made_at = made_at - interval '1 hour'")
    delete_old(tx)
    assert tx.execute("SELECT FROM worlds.barters").fetchall() == []


def test_what_was_sold_in_the_meantime_is_not_handed_over(tx: Tx):
    world, ann, _ = market(tx, berry=10)
    bob = come_to(tx, world.world_id, "Bob")
    give_things(tx, bob.character(tx), "coin", 500)
    ann.types(tx, "barter maren 2 clay for 10 berries")
    bob.types(tx, "buy berry from maren")

    assert code(ann.types(tx, "barter maren")) == "CONFLICT"

    assert holdings(tx, ann.character_id)["clay"] == 20


def test_of_eight_who_buy_the_last_one_gets_it_and_nothing_is_made_or_lost(conn: Connection, database_url: str):
    with transaction(conn) as tx:
        world = make_world(tx)
        maren = settle_npc(tx, world, "Maren", NEAR, **KIND)
        for item, quantity in {"coin": 50, "lamp": 1, "bread": 10}.items():
            maren = give_things(tx, maren, item, quantity)
        players = [come_to(tx, world.world_id, f"P{number}") for number in range(8)]
        for each in players:
            give_things(tx, each.character(tx), "coin", 1_000)
        before = total(tx)

    with race_of(8, database_url) as race:
        answers = race(*(partial(Player.types, each, text="buy lamp from maren") for each in players))
        for number, line in enumerate(
            ("buy 2 bread", "sell bread to maren", "buy bread", "barter maren bread for lamp")
        ):
            for _ in range(2):  # each is sent twice
                race(*(partial(Player.types, each, text=line, command_id=f"{number}") for each in players))

    assert len([each for each in answers if isinstance(each, list) and texts(each)]) == 1
    with transaction(conn) as tx:
        assert total(tx) == before
        assert demand(tx)["lamp"] == 1
        assert demand(tx)["bread"] >= 10
    assert rebuild(conn, write=False).differences == []


def test_what_people_wanted_is_made_of_the_log_also_once_they_are_forgotten(conn: Connection):
    with transaction(conn) as tx:
        _, ann, _ = market(tx)
        ann.types(tx, "buy bread from maren")
    with transaction(conn) as tx:
        forgetting.forget(tx, ann.me.account_id)
        assert demand(tx) == {"bread": 1}

    assert [each for each in rebuild(conn, write=False).differences if each.table == "demand"] == []


def test_a_deal_reads_as_in_the_guide(tx: Tx):
    _, ann, _ = market(tx, berry=10)

    lines = [
        said(ann.types(tx, line))
        for line in ("prices maren", "buy 2 bread from maren", "barter maren 2 clay for 10 berries", "barter maren")
    ]

    assert lines == [
        "Maren sells: axe at 97 coins, berries × 10 at 2 coins and loaves of bread × 4 at 5 coins."
        " For yours they pay: wool 1 coin.",
        "You buy loaves of bread × 2 from Maren for 17 coins. You have 483 coins left. Bartering +5 XP (5 of 100).",
        "Maren wants more: clay × 3 for berries × 10. To agree within five minutes: barter Maren",
        "You give Maren clay × 3 for berries × 10. Bartering +5 XP (10 of 100).",
    ]
