"""What administrators see of switches, and do with them."""

from __future__ import annotations

from collections.abc import Sequence

from kernel.database import Tx
from kernel.events import waking
from kernel.switches import queries, service
from kernel.switches.models import FREEZE, NoSuchSwitch, Switch, SwitchState, usual_position
from kernel.texts import translate


def store(tx: Tx, switches: Sequence[Switch]) -> None:
    """Store the switches that the code declares; what administrators have set stays."""
    names = [switch.name for switch in switches]
    queries.upsert(tx, names, [switch.usual for switch in switches])
    queries.delete_others(tx, names)


def list_all(tx: Tx) -> list[SwitchState]:
    """Return all switches with their positions: `freeze`, and the others by name."""
    return [
        SwitchState(
            name=row["name"],
            usual=row["is_usually_on"],
            on=usual_position(row["name"], row["is_usually_on"]) if row["is_on"] is None else row["is_on"],
            changed_at=row["changed_at"],
            changed_by=row["changed_by"],
        )
        for row in queries.list_all(tx).fetchall()
    ]


def turn(tx: Tx, name: str, on: bool, changed_by: str) -> str:
    """Turn a switch on or off; all environments know it within two seconds. Returns a sentence about it.

    Raises:
        NoSuchSwitch
    """
    if queries.set_position(tx, name, on, changed_by).fetchone() is None:
        raise NoSuchSwitch(name=name, names=", ".join(each.name for each in list_all(tx)))
    service.ask_again()
    if name == FREEZE.name and not on:
        waking.wake_next(tx)  # what was written before waits to be published
    return _sentence(name, on)


def _sentence(name: str, on: bool) -> str:
    if name == FREEZE.name:
        if on:
            return translate("The game is frozen: within a few seconds, nothing changes any more.")
        return translate("The game goes on.")
    if on:
        return translate("{name} is on again.", name=name)
    return translate("{name} is off. Everywhere, it takes a few seconds.", name=name)
