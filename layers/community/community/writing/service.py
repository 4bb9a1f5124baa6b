"""Rewarding players for what they have done with their personas, as events tell."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final
from uuid import UUID

from community.linking import accounts
from community.players import service as players
from community.players.models import AccountExcluded, PlayerRef
from community.writing.models import PlayerDebateWon, PlayerPostApproved
from kernel.database import Tx
from kernel.events import service as events
from kernel.events.models import Event

CONSUMER: Final = "writing"

_REWARDED: Final[Mapping[str, Callable[[UUID], Event]]] = {
    "persona.post_approved": lambda user_id: PlayerPostApproved(user_id=user_id),
    "persona.battle_won": lambda user_id: PlayerDebateWon(user_id=user_id),
}
"""{event of an account: the player's}"""


def reward(tx: Tx, event_id: UUID, event_type: str, payload: Mapping[str, Any]) -> bool:
    """Reward the player whose account an event names, once however often it is delivered; return whether there is one.

    Raises:
        UnknownPlayer: the player has just become another one; the event comes again.
    """
    asked_player = accounts.ask_player_id(tx, UUID(payload["account_id"]))
    if not events.take_unseen(tx, CONSUMER, [event_id]):
        return False
    user_id = asked_player()
    if user_id is None:
        return False
    try:
        player = players.load(tx, PlayerRef("", user_id=user_id))
    except AccountExcluded:
        return False
    players.save(tx, player.record(_REWARDED[event_type](user_id)))
    return True
