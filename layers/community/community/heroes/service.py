"""Rewarding players for what they have done in worlds, as events tell."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID

from community.heroes import queries, rules
from community.heroes.models import HeroFeat
from community.jobs.days import game_day
from community.linking import accounts
from community.players import service as players
from community.players.models import AccountExcluded, PlayerRef
from kernel.database import Tx
from kernel.events import service as events

CONSUMER: Final = "heroes"


def reward(tx: Tx, event_id: UUID, payload: Mapping[str, Any]) -> list[str]:
    """Reward the player whose account has achieved a feat, once however often the event comes.

    Returns:
        The feats that are rewarded with it: earlier ones as well, of before the account was linked.

    Raises:
        UnknownPlayer: the player has just become another one; the event comes again.
    """
    account_id = UUID(payload["account_id"])
    asked_player = accounts.ask_player_id(tx, account_id)
    if not events.take_unseen(tx, CONSUMER, [event_id]):
        return []
    user_id = asked_player()
    if user_id is None:
        return []
    try:
        player = players.load(tx, PlayerRef("", user_id=user_id))
    except AccountExcluded:
        return []
    today = game_day(tx.now)
    # After the load, which has locked the player: feats of the same moment come one after the other.
    stored, of_account = queries.list_rewarded(tx, player.id), queries.list_rewarded_of_account(tx, account_id)
    rewarded = rules.rewarded_of(
        ((row["feat"], row["day"], row["xp"]) for row in stored), (row["feat"] for row in of_account), today
    )
    feats = rules.due(payload["feat"], payload["earlier"], rewarded, once=payload["once"])
    if feats:
        queries.add_rewarded(tx, player.id, today, {feat: rules.worth(feat) for feat in feats})
        lasting = feats if payload["once"] else [each for each in feats if each != payload["feat"]]
        queries.add_rewarded_of_account(tx, account_id, lasting)
        for feat in feats:
            player = player.record(HeroFeat(user_id=player.id, feat=feat))
        players.save(tx, player)
    return feats
