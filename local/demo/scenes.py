"""The evening, scene by scene. To add a scene, write a function of the evening and list it in SCENES."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import Any, Final

from community.progression.keys import TreeNodeKey
from kernel.texts import to_translate, translate, translate_n
from local.demo import commands, community
from local.demo.cast import STREAMER_BOT, Viewer
from local.demo.commands import Line
from local.demo.community_scenes import level_up, small_talk, treasure, unlock_target, voting
from local.demo.evening import Evening, waves
from local.demo.game import GameUnavailable
from local.demo.item_scenes import await_results, boxes, darts, gamble_start, workshop
from local.demo.ledger import MONEY
from local.demo.words import english

UNLOCKED: Final[Mapping[TreeNodeKey, str]] = {
    "feature_economy": to_translate("no trade without a shop"),
    "job_merchant": to_translate("traders should learn to get better prices"),
    "feature_weekly_discount": to_translate("this week's sale should count"),
    "feature_search": to_translate("someone will want to look for treasure"),
    "job_scholar": to_translate("taking part should teach you something"),
    "feature_upgrade": to_translate("someone will want to make things"),
    "feature_disassemble": to_translate("and to take them apart"),
    "job_blacksmith": to_translate("which is a craft"),
    "feature_gamble": to_translate("what are boxes without some risk?"),
    "job_gambler": to_translate("some are better at it than others"),
    "item_lootbox1": to_translate("something to open"),
    "item_lootbox2": to_translate("something better to open"),
    "item_spade": to_translate("something to buy"),
    "item_stick": to_translate("something cheap"),
    "item_pebble": to_translate("something to throw"),
    "item_spike": to_translate("something to step on"),
    "item_buckler": to_translate("something to save up for"),
}
"""{node: the reason the bot gives for unlocking it}"""

PURSE: Final = 500  # money for each viewer
GIFTS: Final = ("spade", "pebble", "boulder", "crate", "spike", "scroll")


def arrivals(evening: Evening) -> None:
    evening.chat.heading(translate("The stream starts, and viewers arrive"))
    returning = 0
    for wave in waves(evening.viewers):
        answers = evening.say_together([commands.register(viewer) for viewer in wave], shown=0)
        for viewer, answer in zip(wave, answers, strict=True):
            if not answer.ok:
                raise GameUnavailable(f"{viewer.name} could not come in: {answer.status} {answer.text}")
            viewer.user_id = answer.body["internal_id"]
            returning += answer.status == 200
        names = [viewer.name for viewer in wave]
        evening.chat.aside(_come_in(names))
    if returning:
        welcome = translate_n(
            "Welcome back, {n} of you has been here before!",
            "Welcome back, {n} of you have been here before!",
            returning,
        )
        evening.chat.line(STREAMER_BOT, welcome)
    evening.ledger.open(evening.read_holdings())


def _come_in(names: list[str]) -> str:
    first, more = ", ".join(names[:3]), len(names) - 3
    if more > 0:
        return translate_n("{names} and {n} more come in", "{names} and {n} more come in", more, names=first)
    return translate_n("{names} comes in", "{names} come in", len(names), names=first)


def opening(evening: Evening) -> None:
    evening.chat.heading(translate("The streamer's bot opens the shop"))
    unlocked = _unlocked_nodes(evening)
    if "feature_economy" not in unlocked:
        evening.say(commands.buy(evening.talkative[1], "spade", 1, refusals={"feature_locked"}))
    missing = {node: why for node, why in UNLOCKED.items() if node not in unlocked}
    for node, why in missing.items():
        evening.say(commands.unlock(node, why))
    if not missing:
        evening.chat.line(STREAMER_BOT, translate("The shop is open already: what a community unlocks stays unlocked."))
    evening.start_counting()


def handouts(evening: Evening) -> None:
    evening.chat.heading(translate("A starting gift for everyone"))
    purses = [commands.hand_out(viewer, MONEY, PURSE) for viewer in evening.talkative]
    gifts = [
        commands.hand_out(viewer, evening.rng.choice(GIFTS), evening.rng.randint(1, 4)) for viewer in evening.talkative
    ]
    for lines in (purses, gifts):
        evening.say_together(lines, shown=2)
        evening.chat.aside(translate("... and so on for all {n}", n=len(lines)))


def window_shopping(evening: Evening) -> None:
    evening.chat.heading(translate("What does it cost?"))
    asker, another, third = evening.rng.sample(evening.talkative, 3)
    evening.say_together([commands.prices(asker), commands.resale_prices(another), commands.inventory(third)])


def market(evening: Evening) -> None:
    evening.chat.heading(translate("Chat discovers the shop; every trade is worth points, too"))
    _trade_round(evening, evening.talkative)


def second_market(evening: Evening) -> None:
    evening.chat.heading(translate("Trading continues"))
    crowd = evening.talkative
    _trade_round(evening, evening.rng.sample(crowd, len(crowd) // 4))


def _trade_round(evening: Evening, crowd: list[Viewer]) -> None:
    """Each viewer does something once, in waves that act at the same time."""
    sold = _listed(evening, "/api/v1/prices/buy")
    bought = _listed(evening, "/api/v1/prices")
    tradeable = {name for name, item in (sold | bought).items() if "tradeable" in item["types"]}
    evening.rng.shuffle(crowd)
    for wave in waves(crowd):
        evening.say_together([_some_trade(evening, viewer, sold, bought.keys(), tradeable) for viewer in wave])
        evening.show_events(most=2)


def linking(evening: Evening) -> None:
    evening.chat.heading(translate("Two accounts, one player"))
    here, there = evening.viewers[0], evening.viewers[-1]
    status = evening.say(commands.link_status(here))
    if not status.ok or there.platform in status.body["linked_platforms"]:
        return
    evening.say_together([commands.inventory(here)])
    evening.say_together([commands.inventory(there)])
    token = evening.say(commands.link_initiate(here))
    if token.ok and evening.say(commands.link_claim(there, token.body["token"])).ok:
        if evening.say(commands.link_confirm(here)).ok:
            evening.ledger.merge(here.user_id, there.user_id)
            evening.contributions.merge(here.user_id, there.user_id)
            there.user_id = here.user_id
        evening.say(commands.inventory(there))


def timeout_scene(evening: Evening) -> None:
    evening.chat.heading(translate("Someone is too loud"))
    loud, friend = evening.rng.sample(evening.talkative[1:], 2)
    evening.chat.line(loud, translate("BUY SPADES BUY SPADES BUY SPADES"))
    if evening.say(commands.time_out(loud, 60, to_translate("capitals"))).ok:
        loud.silenced = True
    evening.say(commands.read_timeout(friend, loud))


def refused_requests(evening: Evening) -> None:
    evening.chat.heading(translate("The game says no, politely"))
    crowd = sorted(evening.talkative, key=lambda viewer: evening.held(viewer).get(MONEY, 0))
    poor, friend, dreamer, collector = crowd[0], crowd[-1], crowd[1], crowd[2]
    evening.say(commands.give(poor, friend, MONEY, 10_000, refusals={"not_enough_items", "not_in_inventory"}))
    evening.say(commands.buy(dreamer, "cannon", 1, refusals={"not_buyable"}))
    evening.say(commands.sell(collector, "crate", 1, refusals={"not_sellable"}))
    evening.say(commands.give(friend, friend, MONEY, 1, refusals={"self_gift"}))


def repeated_request(evening: Evening) -> None:
    evening.chat.heading(translate("An impatient bot sends the same buy twice, with the same Idempotency-Key"))
    buyer = max(evening.talkative, key=lambda viewer: evening.held(viewer).get(MONEY, 0))
    evening.say(commands.hand_out(buyer, MONEY, 200))
    line = commands.buy(buyer, "stick", 1)
    before = evening.held(buyer).get(MONEY, 0)
    answers = evening.say_together([line, replace(line, text=f"{line.text}  {translate('(again: no answer yet?)')}")])
    charged = before - evening.held(buyer).get(MONEY, 0)
    left = before - charged
    total = f"{before} - {charged} = {translate_n('{n} money', '{n} money', left)}"
    repeats = sum(answer.replayed for answer in answers)
    evening.chat.aside(translate("two requests, {repeats} of them a repeat: {sum}", repeats=repeats, sum=total))
    evening.say(commands.inventory(buyer))


def lookups(evening: Evening) -> None:
    evening.chat.heading(translate("Who is here, and what comes next?"))
    evening.say(commands.find_users("moth"))
    curious, keen = evening.rng.sample(evening.talkative, 2)
    evening.say(community.stats(curious))
    evening.say(community.ranking(keen))
    evening.say(commands.tree(curious))
    evening.say(commands.available(keen))


SCENES: Final[tuple[Callable[[Evening], None], ...]] = (
    arrivals,
    opening,
    small_talk,
    voting,
    unlock_target,
    handouts,
    window_shopping,
    market,
    treasure,
    boxes,
    workshop,
    gamble_start,
    linking,
    darts,
    timeout_scene,
    refused_requests,
    second_market,
    level_up,
    repeated_request,
    await_results,
    lookups,
)


def _unlocked_nodes(evening: Evening) -> set[str]:
    nodes = evening.game.read("/api/v1/progression/tree")["nodes"]
    return {node["node_key"] for node in nodes if node["is_unlocked"]}


def _listed(evening: Evening, path: str) -> dict[str, dict[str, Any]]:
    """A price list as {name: item}."""
    return {english(item): item for item in evening.game.read(path)}


def _some_trade(
    evening: Evening,
    viewer: Viewer,
    sold: dict[str, dict[str, Any]],
    bought: Iterable[str],
    tradeable: Iterable[str],
) -> Line:
    """A random action out of those that this viewer can take."""
    rng, held = evening.rng, evening.held(viewer)
    to_sell = sorted(held.keys() & set(bought))
    to_give = sorted(held.keys() & set(tradeable))
    mood = rng.random()
    if mood < 0.3 and to_sell:
        item = rng.choice(to_sell)
        return commands.sell(viewer, item, rng.randint(1, min(5, held[item])))
    if mood < 0.5:
        friend = rng.choice([other for other in evening.talkative if other is not viewer])
        if to_give and mood < 0.45:
            return commands.give(viewer, friend, rng.choice(to_give), 1)
        if held.get(MONEY, 0) >= 50:
            return commands.give(viewer, friend, MONEY, rng.choice((10, 25, 50)))
    if mood < 0.6:
        return commands.inventory(viewer)
    names = sorted(sold)
    cheap_first = [1 / max(1, sold[name]["buy_price"]) for name in names]
    item = rng.choices(names, cheap_first)[0]
    return commands.buy(viewer, item, rng.randint(1, 3), refusals={"insufficient_funds"})
