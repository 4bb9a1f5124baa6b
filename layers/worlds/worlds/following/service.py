"""Letting the community follow a hero: agreed to by their player, and told of with the commands that they send."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from uuid import UUID

from kernel.database import Tx
from kernel.events import service as events
from worlds.acting.models import CommandOutcome, Scene
from worlds.characters.models import NO_ONE, Character
from worlds.following import queries, rules
from worlds.following.events import HeroHidden


def ask_shown_at(tx: Tx, account_id: UUID) -> Callable[[], datetime | None]:
    """Ask when the community last heard of someone; None if it may not. The answer comes with the next round trip."""
    found = queries.find_shown_at(tx, account_id)

    def shown_at() -> datetime | None:
        row = found.fetchone()
        return row["shown_at"] if row else None

    return shown_at


def choose(tx: Tx, account_id: UUID, *, followed: bool) -> None:
    """Let the community follow someone from now on, or no longer; it is told of the end."""
    if followed:
        queries.insert(tx, account_id, tx.now - rules.EVERY)
    else:
        events.announce_if(tx, HeroHidden(account_id=account_id, hidden_at=tx.now), queries.DELETE, (account_id,))


def show(tx: Tx, scene: Scene, me: Character, outcome: CommandOutcome, *, looked: bool) -> None:
    """Tell the community of a hero whom it follows and who lets it, in the same transaction as what they have done.

    Another character of theirs may have ended it in the meantime, or have been seen.
    """
    events.announce_each(
        tx,
        rules.sighting(scene, me, outcome, looked=looked),
        queries.OF_SHOWN,
        (tx.now, me.account_id, tx.now - rules.EVERY),
        steps=queries.SHOWN,
        rarely=True,
    )


def hide_those_in(tx: Tx, world_id: UUID) -> None:
    """Let the community forget how a hero was seen who may be in a world: it has just ceased to be public."""
    events.announce_each(
        tx,
        HeroHidden(account_id=NO_ONE, hidden_at=tx.now),
        queries.SEEN_IN,
        (world_id,),
        rarely=True,
    )
