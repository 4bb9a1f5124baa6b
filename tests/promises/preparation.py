"""Prepares the database before the clients start."""

from __future__ import annotations

import os
from random import Random, SystemRandom

from community.catalog.content import items
from community.inventory.models import STACK_LIMIT, Inventory, Quality
from community.players import service as players
from kernel.database import Connection, transaction
from tests.promises import ledger
from tests.promises.calls import ITEMS, PLAYERS
from tests.promises.identities import read_identities, take_notes
from tests.promises.ledger import Holdings
from tests.support.factories import hold_target, unlock

FOR_SALE = ("spade", "pebble", "spike", "tonic", "firepot", "offcut")
OF_USE = ("stick", "dart", "snare", "keg", "buckler", "mirror", "scroll", "lens", *(f"lootbox{n}" for n in range(4)))
OPEN = ("economy", "upgrade", "disassemble", "gamble")


def choose_seed() -> int:
    """A random seed; STORM_SEED repeats an earlier one, as far as timing allows."""
    seed = int(os.environ.get("STORM_SEED") or SystemRandom().randrange(1_000_000))
    print(f"STORM_SEED={seed}")
    return seed


def prepare_players(conn: Connection, rng: Random) -> Holdings:
    """Give all players some of every item in two qualities; the first two also get nearly full stacks."""
    with transaction(conn, rng=rng) as tx:
        unlock(tx, *(f"feature_{name}" for name in OPEN), *(f"job_{name}" for name in ledger.WORKING))
        unlock(tx, *(f"item_{name}" for name in (*FOR_SALE, *OF_USE)))
        hold_target(tx)  # an unlock would change prices and experience in the middle of it
        for number, ref in enumerate(PLAYERS):
            player = players.load_or_create(tx, ref)
            inventory = player[Inventory].give(items.money.item_id, STACK_LIMIT - 300 if number == 0 else 3000)
            for name in filter(None, ITEMS.values()):
                if name == "money":
                    continue
                item_id = items.by_name[name].item_id
                better = rng.choice([quality for quality in Quality if quality is not Quality.COMMON])
                inventory = inventory.give(item_id, 20).give(item_id, 10, better)
            if number == 1:
                inventory = inventory.give(items.by_name["item_spade"].item_id, STACK_LIMIT - 25)
            players.save(tx, player.having(inventory))
    take_notes(conn)
    return ledger.held(conn, read_identities(conn).people)
