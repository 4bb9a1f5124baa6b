"""Attacks, and the shields that stop them. Source: rules 6.2 and 6.4."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import timedelta
from typing import get_args

from community.players.models import Fact, Player
from community.shields import queries
from community.shields.immunity import is_immune
from community.shields.models import AttackOutcome, Kind
from community.timeouts import service as timeouts
from kernel.database import Tx

CHARGES = Fact("shields", queries.CHARGES)
"""Fact to load with every player who may be attacked."""


def raise_shields(tx: Tx, player: Player, kind: Kind, charges: int) -> None:
    """Queue additional charges, each of which stops one attack on the player."""
    queries.add_charges(tx, player.id, kind, charges)


def attack(
    tx: Tx, platform: str, attacker: Player, targets: Iterable[Player], added: timedelta, reason: str
) -> tuple[AttackOutcome, ...]:
    """Queue a timeout for each target without a shield.

    A reflecting shield, which is used up before blocking ones, sends the timeout to the attacker, whose shields do not
    help against it, but a protecting role does.

    Args:
        targets: each once, with a link on the platform; locked and loaded with `CHARGES`, like the attacker.
    """
    outcomes = tuple(AttackOutcome(target, target.links[platform].username, _shield_of(target)) for target in targets)
    for kind in get_args(Kind):
        bearers = [each.player.id for each in outcomes if each.stopped_by == kind]
        if bearers:
            queries.take_charges(tx, bearers, kind)
    silenced = [each.player for each in outcomes if each.stopped_by is None]
    if not is_immune(attacker, tx.now):
        silenced += [attacker for each in outcomes if each.stopped_by == "reflect"]
    times = Counter(player.id for player in silenced)
    for player in {player.id: player for player in silenced}.values():
        timeouts.silence(tx, player, added * times[player.id], reason, platform)
    return outcomes


def _shield_of(player: Player) -> Kind | None:
    charges = player.facts.get(CHARGES.name) or {}
    return "reflect" if "reflect" in charges else "block" if "block" in charges else None
