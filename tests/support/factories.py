"""Small factories and readers that keep tests short."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import count
from typing import Any

from community.catalog.content import items as catalogue
from community.inventory.models import Inventory, Quality
from community.jobs.models import Jobs
from community.jobs.reactions import add_xp
from community.jobs.rules import XpAward
from community.players import service as players
from community.players.models import Player, PlayerRef
from community.progression.content import tree
from community.voting import controls
from kernel.database import Tx

_numbers = count(1)


def make_player(
    tx: Tx,
    name: str = "alice",
    *,
    platform: str = "twitch",
    platform_id: str | None = None,
    money: int = 0,
    items: Mapping[str, int] | None = None,
    quality: Quality = Quality.COMMON,
) -> PlayerRef:
    """Save a player with these items, all of one quality."""
    ref = PlayerRef(platform, platform_id or f"{name}-{next(_numbers)}", name)
    player = players.load_or_create(tx, ref)
    inventory = player[Inventory].give(catalogue.money.item_id, money)
    for item_name, quantity in (items or {}).items():
        inventory = inventory.give(catalogue.by_name[item_name].item_id, quantity, quality)
    players.save(tx, player.having(inventory))
    return ref


def make_stacks(tx: Tx, item_name: str, stacks: Mapping[Quality, int], name: str = "alice") -> PlayerRef:
    """Save a player with stacks of one item, the best quality first."""
    ref = make_player(tx, name)
    player = players.load(tx, ref)
    inventory = player[Inventory]
    for quality in sorted(stacks, key=lambda quality: -quality.rank):
        inventory = inventory.give(catalogue.by_name[item_name].item_id, stacks[quality], quality)
    players.save(tx, player.having(inventory))
    return ref


def stacks_of(tx: Tx, ref: PlayerRef, item_name: str) -> dict[Quality, int]:
    """{quality: quantity} of an item."""
    slots = stored(tx, ref)[Inventory].of(catalogue.by_name[item_name].item_id)
    return {slot.quality: slot.quantity for slot in slots}


def unlock(tx: Tx, *node_keys: str) -> None:
    """Unlock these nodes and prevent further unlocks by points that a test earns incidentally."""
    for node_key in node_keys:
        controls.unlock_node(tx, node_key, tree.nodes[node_key].max_level)
    hold_target(tx)


def hold_target(tx: Tx) -> None:
    """Make the target unreachable, so that points that a test earns incidentally unlock nothing."""
    tx.execute("UPDATE unlock_progress SET starts_at_points = 1000000000000 WHERE unlocked_at IS NULL")


def stored(tx: Tx, ref: PlayerRef) -> Player:
    player, _ = players.peek(tx, ref)
    assert player is not None
    return player


def holdings(tx: Tx, ref: PlayerRef) -> dict[str, int]:
    """{internal name: quantity over all qualities}."""
    inventory = stored(tx, ref)[Inventory]
    names = {slot.item_id: catalogue.by_id[slot.item_id].internal_name for slot in inventory.slots}
    return {name: inventory.count(item_id) for item_id, name in names.items()}


def xp(tx: Tx, ref: PlayerRef, job_key: str) -> int:
    jobs = stored(tx, ref)[Jobs].progress
    return jobs[job_key].xp if job_key in jobs else 0


def study(tx: Tx, ref: PlayerRef, job_key: str, amount: int) -> XpAward:
    """Give experience as an item does, for which the daily cap does not hold."""
    player, award = add_xp(players.load(tx, ref), job_key, amount, "xp_item", tx.now, tx.rng)
    players.save(tx, player)
    return award


def announced(tx: Tx, event_type: str) -> list[dict[str, Any]]:
    """Return the payloads of the events of a type, oldest first."""
    rows = tx.execute("SELECT payload FROM events WHERE event_type = %s ORDER BY position", (event_type,))
    return [row["payload"] for row in rows.fetchall()]
