"""People who play in worlds at random, for tests of what must be true no matter what they do."""

from __future__ import annotations

from datetime import timedelta
from random import Random

from kernel.database import Tx
from tests.support.worlds import Player, come_to, connect, make_world, place_fixture, place_item
from worlds.entering.models import ENTRANCE
from worlds.play import leaving
from worlds.space.models import Position, Space

THINGS = {"lamp": 1, "axe": 1, "berry": 5, "stone": 4, "bread": 2}
"""{what lies around: how many in one place}"""
COMMANDS = (
    *("n", "e", "s", "w", "run n", "sneak s", "look", "who", "inventory", "say hello"),
    *("emote waves", "ignore {name}", "ignore {name}", "tell {name} hi", "face south"),
    *("get {thing}", "get {thing}", "get {thing} 2", "get {thing} all", "drop {held}", "drop {held} all"),
    *("open chest", "open barrel", "push chest", "pull barrel w", "push boulder n", "get candles", "use candle"),
    *("get axe", "equip axe", "get lamp", "equip lamp", "unequip {held}", "use {held}", "get berry 5", "use berry"),
    *(
        "give {held} to {name}",
        "give {held} to {name}",
        "trade {name}",
        "trade {name}",
        "offer {held}",
        "accept",
        "accept",
        "decline",
    ),
)


def begin(tx: Tx, rng: Random, people: int = 5) -> list[Player]:
    """Let people come to a new world where things lie around."""
    world = make_world(tx, f"World {rng.random()}", Space("spherical", circumference=100_000))
    x, y, z = ENTRANCE
    for item, quantity in [*THINGS.items()] * 8:
        at = Position((x + rng.randrange(-25, 25)) % 100_000, y + rng.randrange(-25, 25), z)
        world, _ = place_item(tx, world, item, at, quantity=quantity)
    for number, key in enumerate(("oak_chest", "barrel", "boulder")):
        world = place_fixture(tx, world, key, Position(x + 15 * number, y + 15, z))
    return [come_to(tx, world.world_id, name=f"Person{number}") for number in range(people)]


def play_at_random(tx: Tx, rng: Random, players: list[Player], commands: int) -> list[Player]:
    """Let people do things, some of which are refused; return them with their last connections."""
    players = [*players]
    for _ in range(commands):
        tx.now += timedelta(seconds=rng.choice((1, 1, 2, 30)))
        place = rng.randrange(len(players))
        player = players[place]
        if rng.random() < 0.05:
            leaving.go(tx, player.connection_id)
            players[place] = connect(tx, player.me, player.character_id)
            continue
        held = [each.item.key for each in player.character(tx).inventory.held] or ["nothing"]
        thing, name = rng.choice([*THINGS]), f"Person{rng.randrange(len(players))}"
        player.types(tx, rng.choice(COMMANDS).format(thing=thing, held=rng.choice(held), name=name))
    return players
