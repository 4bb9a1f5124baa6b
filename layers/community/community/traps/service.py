"""Placing and triggering traps. Shields do not help against them. Source: rules 6.5."""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID, uuid4

from community.inventory.models import Quality
from community.players.models import Fact, Player
from community.shields.immunity import is_immune
from community.timeouts import service as timeouts
from community.traps import queries
from community.traps.events import TrapPlaced, TrapSelfTriggered, TrapTriggered
from community.traps.models import Trap
from kernel.database import Tx
from kernel.texts import speaking, translate

WAITING = Fact("trap", queries.WAITING)
"""Fact for `waiting_for`: the trap that waits for a player."""


def waiting_for(player: Player) -> Trap | None:
    row = player.facts.get(WAITING.name)
    if row is None:
        return None
    trap_id, setter_id, setter_username, quality, seconds = row
    return Trap(UUID(trap_id), UUID(setter_id), setter_username, Quality(quality), seconds)


def place(tx: Tx, setter: Player, target: Player, platform: str, quality: Quality, seconds: int) -> Player:
    """Queue a trap for a player who has no waiting trap. Returns the setter, to be saved.

    Args:
        target: locked and loaded with `WAITING`; perhaps the setter.
    """
    trap = Trap(uuid4(), setter.id, _name(setter, platform), quality, seconds)
    queries.insert_trap(tx, trap, target.id)
    return setter.record(
        TrapPlaced(
            trap_id=trap.trap_id,
            setter_id=setter.id,
            setter_username=trap.setter_username,
            target_id=target.id,
            target_username=_name(target, platform),
            quality_level=quality,
            timeout_seconds=_seconds(trap),
        )
    )


def trigger(tx: Tx, victim: Player, trap: Trap, platform: str) -> Player:
    """Queue the effect of a trap on its target. Returns the victim without the trap, to be saved."""
    name = _name(victim, platform)
    queries.mark_triggered(tx, trap.trap_id)
    with speaking():
        reason = translate("a trap of {name}'s", name=trap.setter_username)
    timeouts.silence(tx, victim, trap.time, reason, platform)
    return replace(victim, facts={**victim.facts, WAITING.name: None}).record(
        TrapTriggered(
            trap_id=trap.trap_id,
            setter_id=trap.setter_id,
            setter_username=trap.setter_username,
            target_id=victim.id,
            target_username=name,
            quality_level=trap.quality,
            timeout_seconds=_seconds(trap),
        )
    )


def trigger_on_setter(tx: Tx, setter: Player, target: Player, trap: Trap, platform: str) -> Player:
    """Trigger the trap that already waits for `target` on a player who sets another one there.

    Args:
        trap: the trap that waits for `target`.

    Returns:
        The setter, to be saved.
    """
    name = _name(setter, platform)
    queries.mark_triggered(tx, trap.trap_id)
    if not is_immune(setter, tx.now):
        timeouts.silence(tx, setter, trap.time, "two traps in one place", platform)
    return setter.record(
        TrapSelfTriggered(
            trap_id=trap.trap_id,
            setter_id=setter.id,
            setter_username=name,
            target_id=target.id,
            target_username=_name(target, platform),
            quality_level=trap.quality,
            timeout_seconds=_seconds(trap),
        )
    )


def _name(player: Player, platform: str) -> str:
    return player.links[platform].username


def _seconds(trap: Trap) -> int:
    return int(trap.time.total_seconds())
