"""The scenes with items: boxes, shields and darts, the workshop, the gamble."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Final

from kernel.texts import to_translate, translate
from local.demo import commands, community, crafts
from local.demo.cast import Viewer
from local.demo.evening import Evening
from local.demo.ledger import MONEY
from local.demo.words import english

BOXES: Final = (("crate", 5), ("lootbox", 4), ("strongbox", 3))
GAMBLERS: Final = 12
STAKE: Final = ("strongbox", 2)
JOIN_SECONDS: Final = 15
PATIENCE: Final = 90.0  # seconds: the minute clock plays the gamble even if its own schedule fails
WAITING_LINES: Final = to_translate("drum roll / I can't look / is it open yet? / all or nothing / mine! / shhh")


def boxes(evening: Evening) -> None:
    evening.chat.heading(translate("Boxes are waiting to be opened"))
    # A viewer who already holds boxes may hold another quality, and one use cannot open two qualities.
    names = {box for box, _ in BOXES}
    crowd = evening.talkative
    evening.rng.shuffle(crowd)
    openers = sorted(crowd, key=lambda viewer: bool(names & evening.held(viewer).keys()))[: len(BOXES)]
    hands = list(zip(openers, BOXES, strict=True))
    evening.say_together([commands.hand_out(viewer, box, number) for viewer, (box, number) in hands], shown=1)
    evening.say_together([crafts.use(viewer, box, number) for viewer, (box, number) in hands])
    evening.show_events()


def darts(evening: Evening) -> None:
    evening.chat.heading(translate("Someone has darts, and someone else a buckler"))
    crowd = [viewer for viewer in evening.talkative if viewer.platform == "twitch"]
    thrower, careful, careless = evening.rng.sample(crowd, 3)
    evening.say(commands.hand_out(careful, "buckler", 1))
    evening.say(commands.hand_out(thrower, "dart", 2))
    evening.say(crafts.use(careful, "buckler", 1))
    evening.say(crafts.use(thrower, "dart", 1, careful.name))
    if evening.say(crafts.use(thrower, "dart", 1, careless.name)).ok:
        careless.silenced = True
    evening.say(commands.read_timeout(careful, careless))


def gamble_start(evening: Evening) -> None:
    evening.chat.heading(translate("A gamble: {n} players stake their boxes, one takes all", n=GAMBLERS))
    gamblers = evening.rng.sample(evening.talkative, GAMBLERS)
    evening.say_together([commands.hand_out(viewer, *STAKE) for viewer in gamblers], shown=1)
    answer = evening.say(crafts.start_gamble(gamblers[0], *STAKE, JOIN_SECONDS))
    if not answer.ok:
        return
    evening.gamble = answer.body["gamble_id"]
    evening.say_together([crafts.join_gamble(viewer, *STAKE) for viewer in gamblers[1:]], shown=3)
    evening.chat.aside(translate("... and so on for all {n}", n=GAMBLERS))


def workshop(evening: Evening) -> None:
    evening.chat.heading(translate("In the workshop"))
    recipes = {english(row): row for row in evening.game.read("/api/v1/crafting/recipes")["recipes"]}
    smith, cook, hesitant = evening.rng.sample(evening.talkative, 3)
    evening.say(commands.hand_out(smith, "crate", 10))
    evening.say_together([commands.hand_out(smith, MONEY, 200)], shown=0)
    for viewer in (cook, hesitant):
        evening.say_together([commands.hand_out(viewer, "stick", 3), commands.hand_out(viewer, MONEY, 150)], shown=0)
    evening.say(crafts.recipes(smith))
    evening.say(crafts.upgrade(smith, recipes["lootbox"], 2, evening.name_of))
    evening.say(crafts.disassemble(smith, "lootbox", 1, evening.name_of))
    started = evening.say(crafts.upgrade(cook, recipes["firepot"], 1, evening.name_of))
    evening.say(crafts.crafting_jobs(cook))
    evening.say(crafts.upgrade(hesitant, recipes["firepot"], 1, evening.name_of))
    evening.say(crafts.cancel(hesitant, evening.name_of))
    if started.ok:
        evening.cook = cook
    evening.show_events()


def await_results(evening: Evening) -> None:
    """Wait for the gamble and the firepot."""
    evening.chat.heading(translate("Everyone is waiting for the gamble"))
    if evening.gamble:
        _wait(evening, lambda: _was_played(evening), translate("the gamble was not played"))
    cook = evening.cook
    if cook is None:
        return
    _wait(evening, lambda: not _is_crafting(evening, cook), translate("the firepot was never done"))
    evening.say(community.talk(cook, to_translate("my firepot must be done by now")))
    evening.show_events()
    evening.say(commands.inventory(cook))
    evening.say(crafts.achievements(cook))


def _wait(evening: Evening, is_over: Callable[[], bool], otherwise: str) -> None:
    """Wait while viewers chat; record a fault if it takes too long."""
    give_up_at = time.monotonic() + PATIENCE
    while True:
        evening.show_events()
        if is_over():
            return
        if time.monotonic() > give_up_at:
            evening.faults.append(otherwise)
            return
        phrase = evening.rng.choice(translate(WAITING_LINES).split(" / "))
        evening.say(community.talk(evening.rng.choice(evening.talkative), phrase))
        time.sleep(1)


def _was_played(evening: Evening) -> bool:
    """Whether the gamble is over; it may have ended several scenes ago."""
    return any(end["gamble_id"] == evening.gamble for end in evening.log.payloads("gamble.complete"))


def _is_crafting(evening: Evening, viewer: Viewer) -> bool:
    answer = evening.game.ask(crafts.crafting_jobs(viewer).request)
    return answer.ok and bool(answer.body["jobs"])
