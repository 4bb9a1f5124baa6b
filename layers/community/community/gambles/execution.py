"""Playing a gamble: all boxes are opened, and one player wins everything in them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from uuid import UUID

from community.catalog.content import items
from community.catalog.texts import names_of
from community.deliveries.rules import receive
from community.gambles import queries, row_parsing, rules
from community.gambles.completion_events import GambleCompleted, PrizeItem, Score
from community.gambles.events import GamblePlayed
from community.gambles.models import Gamble
from community.gambles.rules import Settlement
from community.inventory.models import Slot
from community.players import service as players
from community.players.models import Crowd, Fact, Player
from kernel.database import Tx
from kernel.events import service as events

SOURCE = "gamble"
_PLAYERS = Crowd(queries.PLAYERS)
_STAKE = Fact("stake", queries.STAKE)


def execute(tx: Tx, gamble_id: UUID | None = None, *, whenever: bool = False) -> Gamble | None:
    """Play the due gamble. Of concurrent callers, one plays it; the others get None, like callers that are too early.

    Args:
        gamble_id: None for whichever gamble is due.
        whenever: whether to end it before its deadline.

    Raises:
        TryAgain: one of its players was merged at the same time.
    """
    latest = datetime.max.replace(tzinfo=UTC) if whenever else tx.now + rules.EARLY_TOLERANCE
    opening = queries.begin_opening(tx, latest, gamble_id)
    _, crowd, _ = players.load_crowd(tx, (), _PLAYERS, _STAKE)
    row = opening.fetchone()
    if row is None:
        return None
    gamble = row_parsing.gamble(row)
    return _play(tx, gamble, crowd) if len(crowd) > 1 and not gamble.is_void else _refund(tx, gamble, crowd)


def refund_void(tx: Tx) -> Gamble | None:
    """Refund the active gamble now if its boxes are no longer part of the game.

    Raises:
        TryAgain: one of its players was merged at the same time.
    """
    queries.lock_alone(tx)
    row = queries.find_gamble(tx, None).fetchone()
    if row is None or not row_parsing.gamble(row).is_void:
        return None
    return execute(tx, row["gamble_id"], whenever=True)


def _play(tx: Tx, gamble: Gamble, crowd: Sequence[Player]) -> Gamble:
    stakes = {player.id: row_parsing.stake(player.facts[_STAKE.name]) for player in crowd}
    openings = {player.id: rules.open_stake(stakes[player.id], player.state, tx.rng) for player in crowd}
    settlement = rules.settle(openings, tx.rng)
    gamble = gamble.ended("Completed", tx.now, winner_id=settlement.winner_id, total_value=settlement.total)
    queries.insert_opened_items(
        tx, gamble.gamble_id, [(user_id, drop) for user_id, drops in openings.items() for drop in drops]
    )
    _end(tx, gamble, crowd, settlement)
    after: list[Player] = []
    for player in crowd:
        boxes = sum(slot.quantity for slot in stakes[player.id])
        player = player.record(_played_event(gamble, settlement, player, boxes))
        if player.id == settlement.winner_id:
            player = receive(player, settlement.prize, SOURCE, tx.now)
        after.append(player)
    players.save(tx, *after)
    return gamble


def _refund(tx: Tx, gamble: Gamble, crowd: Sequence[Player]) -> Gamble:
    """Give the players their boxes back: a lone one, or all when the boxes are no longer part of the game."""
    gamble = gamble.ended("Refunded", tx.now, winner_id=None, total_value=0)
    _end(tx, gamble, crowd)
    players.save(
        tx, *(receive(player, row_parsing.stake(player.facts[_STAKE.name]), SOURCE, tx.now) for player in crowd)
    )
    return gamble


def _played_event(gamble: Gamble, settlement: Settlement, player: Player, boxes: int) -> GamblePlayed:
    return GamblePlayed(
        user_id=player.id,
        gamble_id=gamble.gamble_id,
        boxes=boxes,
        score=settlement.scores[player.id],
        won=player.id == settlement.winner_id,
        near_miss=player.id in settlement.near_misses,
        critical_fail=player.id in settlement.critical_fails,
        tie_break_lost=player.id in settlement.tie_losers,
    )


def _end(tx: Tx, gamble: Gamble, crowd: Sequence[Player], settlement: Settlement | None = None) -> None:
    queries.end_gamble(tx, gamble)
    names = {player.id: player.username for player in crowd}
    scores = settlement.scores if settlement else dict.fromkeys(names, 0)
    ranking = sorted(scores, key=lambda user_id: (-scores[user_id], user_id != gamble.winner_id, user_id))
    events.announce(
        tx,
        GambleCompleted(
            gamble_id=gamble.gamble_id,
            initiator_id=gamble.initiator_id,
            winner_id=gamble.winner_id,
            winner_username=names[gamble.winner_id] if gamble.winner_id else None,
            total_value=gamble.total_value or 0,
            participant_count=len(crowd),
            participants=tuple(
                Score(user_id=user_id, username=names[user_id], score=scores[user_id])
                for user_id in ranking[: GambleCompleted.MAX_SHOWN]
            ),
            items=tuple(map(_prize_item, settlement.prize)) if settlement else (),
            timestamp=int(tx.now.timestamp()),
        ),
    )


def _prize_item(slot: Slot) -> PrizeItem:
    item = items.stored(slot.item_id)
    return PrizeItem(
        item_name=item.internal_name,
        public_name=item.public_name,
        display_name=names_of(item.written_name, slot.quantity),
        quantity=slot.quantity,
        quality_level=slot.quality,
    )
