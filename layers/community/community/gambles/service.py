"""Starting, joining and reading gambles. `execution` plays them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from uuid import UUID, uuid4

from community.gambles import queries, row_parsing, rules
from community.gambles.events import BetView, GambleJoined, GambleStarted
from community.gambles.models import (
    AlreadyJoined,
    Gamble,
    GambleActive,
    GambleFull,
    GambleNotFound,
    GambleNotJoining,
    GambleTooLate,
    NoSuchGamble,
    Participant,
)
from community.gambles.settings import settings
from community.gambles.switches import GAMBLES
from community.inventory.models import Inventory, Quality
from community.players import service as players
from community.players.models import Fact, PlayerRef
from community.progression.rules import require_feature
from kernel.database import Tx
from kernel.quantities import Wanted
from kernel.switches.service import require_on

_ACTIVE = Fact("active_gamble_exists", queries.ANY_ACTIVE)
_PLAYING = Fact("playing", queries.PLAYING)
_PLAYERS = Fact("players", queries.PLAYERS_NOW)


def start_gamble(
    tx: Tx,
    initiator: PlayerRef,
    requested: Iterable[tuple[str, Wanted]],
    join_seconds: float = settings.gamble_join_seconds,
    quality: Quality | None = None,
) -> Gamble:
    """Start a gamble by staking boxes that every other player has to match.

    Args:
        requested: (name of a box, quantity).
        join_seconds: how long others can join.
        quality: stake only boxes of this quality; None for any, the lowest first. It does not bind the others.

    Raises:
        BetsRequired, ItemNotFound, NotALootbox, BoxRetired, BetQuantity, UnknownPlayer, FeatureLocked, GambleActive,
        NotInInventory, NotEnoughItems
    """
    wanted = rules.find_boxes(requested)
    player = players.load(tx, initiator, _ACTIVE)
    require_feature(player.state, rules.FEATURE)
    require_on(tx, GAMBLES)
    if player.facts[_ACTIVE.name]:
        raise GambleActive
    bets = rules.validate_bets(wanted, player[Inventory], quality)
    inventory, stake = rules.take_stake(player[Inventory], bets, quality)
    first = Participant(player.id, player.username, stake)
    gamble = Gamble(
        gamble_id=uuid4(),
        initiator_id=player.id,
        state="Joining",
        bets=bets,
        created_at=tx.now,
        join_deadline=tx.now + timedelta(seconds=join_seconds),
        participants=(first,),
    )
    queries.insert_gamble(tx, gamble)
    queries.insert_participant(tx, gamble.gamble_id, first)
    started = GambleStarted(
        id=gamble.gamble_id,
        initiator_id=player.id,
        initiator_username=player.username,
        platform=initiator.platform,
        state=gamble.state,
        created_at=gamble.created_at,
        join_deadline=gamble.join_deadline,
        bets=tuple(BetView(item_name=bet.item.internal_name, quantity=bet.quantity) for bet in bets),
    )
    players.save(tx, player.having(inventory).record(started))
    return gamble


def join_gamble(tx: Tx, joiner: PlayerRef, gamble_id: UUID | None = None, quality: Quality | None = None) -> Gamble:
    """Join a gamble by matching the initiator's stake.

    Args:
        gamble_id: None: the active one.
        quality: stake only boxes of this quality; None for any, the lowest first.

    Raises:
        UnknownPlayer, FeatureLocked, GambleNotFound, GambleNotJoining, GambleTooLate, GambleFull, AlreadyJoined,
        NotInInventory, NotEnoughItems
    """
    locked = queries.lock_gamble(tx, gamble_id)
    player = players.load(tx, joiner, _PLAYING, _PLAYERS)
    require_feature(player.state, rules.FEATURE)
    require_on(tx, GAMBLES)
    row = locked.fetchone()
    if row is None:
        raise GambleNotFound
    gamble = row_parsing.gamble(row)
    if gamble.state != "Joining" or gamble.is_void:
        raise GambleNotJoining
    if player.facts[_PLAYING.name] == gamble.gamble_id:
        raise AlreadyJoined
    if tx.now >= gamble.join_deadline:
        raise GambleTooLate
    if player.facts[_PLAYERS.name] >= rules.MAX_PLAYERS:
        raise GambleFull(most=rules.MAX_PLAYERS)
    inventory, stake = rules.take_stake(player[Inventory], gamble.bets, quality)
    queries.insert_participant(tx, gamble.gamble_id, Participant(player.id, player.username, stake))
    joined = GambleJoined(
        user_id=player.id,
        username=player.username,
        gamble_id=gamble.gamble_id,
        boxes=gamble.boxes,
        timestamp=int(tx.now.timestamp()),
    )
    players.save(tx, player.having(inventory).record(joined))
    return gamble


def active_gamble(tx: Tx) -> Gamble | None:
    """Return the gamble that can be joined or is being played, if there is one."""
    row = queries.find_gamble(tx, None).fetchone()
    return row_parsing.gamble(row) if row else None


def read_gamble(tx: Tx, gamble_id: UUID | None = None) -> Gamble:
    """Read one gamble with its participants.

    Args:
        gamble_id: None: the active one.

    Raises:
        NoSuchGamble
    """
    row = queries.find_gamble(tx, gamble_id).fetchone()
    if row is None:
        raise NoSuchGamble
    return row_parsing.gamble(row)
