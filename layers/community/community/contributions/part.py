"""Adds the points of players to the community's points."""

from __future__ import annotations

from collections.abc import Sequence

from community.contributions import service
from community.engagement.models import NewEngagements
from community.players.models import Player
from community.players.part import SharedSum
from kernel.database import Tx


def add(tx: Tx, players: Sequence[Player]) -> None:
    scores = [each.score for player in players for each in player[NewEngagements]]
    service.add(tx, players[0].state, scores)


CONTRIBUTIONS = SharedSum(add)
