"""Which bets are valid, and who wins. Pure. Source: rules 11."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta
from fractions import Fraction
from random import Random
from uuid import UUID

from msgspec import Struct
from msgspec.structs import replace

from community.catalog.content import Item, items
from community.catalog.service import resolve as resolve_item
from community.gambles.models import Bet, BetQuantity, BetsRequired, BoxRetired, NotALootbox
from community.inventory.models import Inventory, Quality, Slot
from community.lootboxes.models import Drop
from community.lootboxes.rules import open_boxes
from community.progression.keys import TreeNodeKey
from community.progression.models import CommunityState
from community.progression.rules import modified
from kernel.quantities import Wanted, resolve

FEATURE: TreeNodeKey = "feature_gamble"
BOX_PREFIX = "lootbox"
MAX_BOXES = 10_000
"""Limit of boxes that a player may stake in a gamble."""
MAX_PLAYERS = 2000
"""Limit of players in a gamble: it is played in one transaction, which must stay fast on a small machine."""
EARLY_TOLERANCE = timedelta(seconds=5)
"""How long before its deadline a gamble may be played."""
CRITICAL_FAIL = Fraction(1, 5)
"""A score of at most this share of the average is a critical fail."""
NEAR_MISS = Fraction(95, 100)
"""A score of at least this share of the highest is a near miss."""


def find_boxes(requested: Iterable[tuple[str, Wanted]]) -> tuple[tuple[Item, Wanted], ...]:
    """Find the boxes of the requested bets.

    Args:
        requested: (name of a box, quantity).

    Raises:
        BetsRequired, ItemNotFound, NotALootbox, BoxRetired, BetQuantity
    """
    boxes = tuple((resolve_item(name), quantity) for name, quantity in requested)
    if not boxes:
        raise BetsRequired
    for item, _ in boxes:
        if not item.internal_name.startswith(BOX_PREFIX):
            raise NotALootbox(item=item.public_name)
        if item.retired:
            raise BoxRetired(item=item.public_name)
    _require_possible([quantity for _, quantity in boxes if isinstance(quantity, int)])
    return boxes


def validate_bets(
    boxes: Iterable[tuple[Item, Wanted]], inventory: Inventory, quality: Quality | None = None
) -> tuple[Bet, ...]:
    """Return the bets, of which a share is one of the boxes that the player has, in one quality or in any.

    Raises:
        BetQuantity
    """
    bets = tuple(Bet(item, resolve(quantity, inventory.count(item.item_id, quality))) for item, quantity in boxes)
    _require_possible([bet.quantity for bet in bets])
    return bets


def _require_possible(quantities: Sequence[int]) -> None:
    if min(quantities, default=1) < 1 or sum(quantities) > MAX_BOXES:
        raise BetQuantity(most=MAX_BOXES)


def take_stake(
    inventory: Inventory, bets: Iterable[Bet], quality: Quality | None = None
) -> tuple[Inventory, tuple[Slot, ...]]:
    """Take the boxes for all bets, the lowest quality first. Returns the remaining inventory and the stake.

    Args:
        quality: take only boxes of this quality; None for any.

    Raises:
        NotInInventory, NotEnoughItems
    """
    boxes: Counter[str] = Counter()
    for bet in bets:
        boxes[bet.item.internal_name] += bet.quantity
    stake: list[Slot] = []
    for name, quantity in boxes.items():
        inventory, taken = inventory.take_lowest(items.by_name[name], quantity, quality)
        stake += taken
    return inventory, tuple(stake)


def open_stake(stake: Iterable[Slot], state: CommunityState, rng: Random) -> tuple[Drop, ...]:
    """Open a player's boxes, and return each drop with its value in a gamble.

    The value already includes the quality, so a legendary drop is not doubled twice.
    """
    drops = (
        drop for box in stake for drop in open_boxes(items.stored(box.item_id), box.quantity, box.quality, state, rng)
    )
    return tuple(replace(drop, value=int(modified(state, "gamble_win_bonus", drop.value))) for drop in drops)


class Settlement(Struct, frozen=True):
    """The result of a gamble.

    Attributes:
        scores: {user id: value of the drops}, 0 for players without any.
        tie_losers: players with the winner's score who lost the tie-break.
        prize: everything in all boxes, for the winner.
    """

    scores: Mapping[UUID, int]
    winner_id: UUID
    near_misses: frozenset[UUID]
    critical_fails: frozenset[UUID]
    tie_losers: frozenset[UUID]
    prize: tuple[Slot, ...]

    @property
    def total(self) -> int:
        return sum(self.scores.values())


def settle(openings: Mapping[UUID, Sequence[Drop]], rng: Random) -> Settlement:
    """Decide who wins a gamble.

    Args:
        openings: {user id: drops} of all players, at least one.
    """
    scores = {user_id: sum(drop.value for drop in drops) for user_id, drops in openings.items()}
    highest, total = max(scores.values()), sum(scores.values())
    best = sorted(user_id for user_id, score in scores.items() if score == highest)
    winner_id = rng.choice(best)
    near = int(NEAR_MISS * highest)
    low = int(CRITICAL_FAIL * total / len(scores))
    return Settlement(
        scores=scores,
        winner_id=winner_id,
        near_misses=frozenset(user_id for user_id, score in scores.items() if near <= score < highest),
        critical_fails=frozenset(
            user_id for user_id, score in scores.items() if total > 0 and len(scores) > 1 and score <= low
        ),
        tie_losers=frozenset(best) - {winner_id},
        prize=_combined(drop for drops in openings.values() for drop in drops),
    )


def _combined(drops: Iterable[Drop]) -> tuple[Slot, ...]:
    """Combine drops into one stack per item and quality, in the order in which they were drawn."""
    sums: Counter[tuple[int, Quality]] = Counter()
    for drop in drops:
        sums[drop.item.item_id, drop.quality] += drop.quantity
    return tuple(Slot(item_id, quantity, quality) for (item_id, quality), quantity in sums.items())
