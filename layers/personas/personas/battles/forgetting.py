"""Taking battles out of the event log, when they are deleted, hidden, or their owner leaves.

Listeners that resume get what the log holds, for days. What has been received stays with those who have received it.
"""

from __future__ import annotations

from typing import Any, Final, LiteralString
from uuid import UUID

from kernel.database import Tx
from kernel.events.service import blank
from personas.battles import queries
from personas.battles.models import BattleCompleted, BattleCreated, BattleHalted, BattleTurn, BattleVoteClosed
from personas.posts import service as posts

_TYPES: Final = tuple(
    event.type for event in (BattleCreated, BattleTurn, BattleCompleted, BattleHalted, BattleVoteClosed)
)
_BLANKS: Final[dict[str, Any]] = {
    "topic": "",
    "pro_name": "",
    "con_name": "",
    "speaker_name": "",
    "content": "",
    "verdict": None,
}
"""What of the payloads people or personas have written, and what takes its place."""


def delete_post(tx: Tx, account_id: UUID, post_id: UUID) -> None:
    """Delete a draft, a post or a battle of one's own, with its replies.

    Raises:
        PostNotFound, NotYourPost
    """
    post = posts.lock_own(tx, account_id, post_id)
    if post.kind == "BATTLE":
        forget_battle(tx, post_id)
    posts.delete(tx, post)


def forget_battle(tx: Tx, post_id: UUID) -> None:
    """Leave nothing of a battle in the log but ids. It changes nothing of a post that is none."""
    _forget(tx, queries.BATTLE_OF_POST, post_id)


def forget_battles_of(tx: Tx, account_id: UUID) -> None:
    """Leave nothing of someone's battles in the log but ids."""
    _forget(tx, queries.BATTLES_OF_ACCOUNT, account_id)


def _forget(tx: Tx, found: LiteralString, owner_id: UUID) -> None:
    queries.lock_battles(tx, found, owner_id)  # so that no turn is announced in the meantime
    blank(tx, _TYPES, _BLANKS, "battle_id", found, (owner_id,))
