"""Making a world. Source: worlds 6 and 10.3."""

from __future__ import annotations

from collections.abc import Callable
from typing import LiteralString
from uuid import UUID, uuid4

from msgspec.structs import replace

from kernel.database import Tx
from kernel.rate_limits import RateLimited, hold
from worlds.building import service as building
from worlds.building.limits import BEGUN, MADE
from worlds.founding.models import MadeOneLately, NewWorld
from worlds.founding.rules import generation_for
from worlds.log.models import WorldEvent
from worlds.notices import service as notices
from worlds.time.rules import HOURS_PER_DAY, MORNING
from worlds.world import queries, rules
from worlds.world import service as worlds
from worlds.world.events import MemberAdded, WorldConfigured, WorldCreated
from worlds.world.models import BUILDING, OWNER, PUBLIC, READY, World, WorldNameTaken

Permit = Callable[[], None]
"""Counts a world that is made; raises MadeOneLately if it is too soon for it."""


def ask_permit(tx: Tx, key: str, key_of: LiteralString = "SELECT %(key)s") -> Permit:
    """Ask whether an account may make a world now; the answer comes with the next round trip.

    One that is given up does not count, up to some in an hour.

    Args:
        key: of the account.
        key_of: a query for its id, as text, by `%(key)s`.
    """
    counts = [hold(tx, limit, key, key_of) for limit in (MADE, BEGUN)]

    def permit() -> None:
        try:
            for count in counts:
                count()
        except RateLimited as error:
            raise MadeOneLately(seconds=error.seconds) from error

    return permit


def create(tx: Tx, account_id: UUID, wanted: NewWorld) -> World:
    """Make a world; who makes it, owns it. One that everyone may enter gets a portal in the lobby.

    Its ground is made in the background; a small box has none, and is ready at once.

    Raises:
        WorldNameInvalid, WorldNameTaken
        MadeOneLately: one an hour; attempts that are refused do not count.
    """
    name = rules.world_name(wanted.name)
    permit = ask_permit(tx, str(account_id))
    is_taken = queries.find_named(tx, name).fetchone() is not None
    permit()
    if is_taken:
        raise WorldNameTaken(name=name)
    return make(tx, account_id, replace(wanted, name=name))


def make(tx: Tx, account_id: UUID, wanted: NewWorld) -> World:
    """Make a world whose name is checked and free, and whose maker has a permit, as `create` does."""
    space = wanted.space
    has_walls = space.shape == "bounded_cube"
    world_id = uuid4()
    generation = wanted.generation or generation_for(space, tx.rng.getrandbits(31))
    events: list[WorldEvent] = [
        WorldCreated(
            world_id=world_id,
            name=wanted.name,
            shape=space.shape,
            circumference=space.circumference or None,
            lowest=space.lowest if has_walls else None,
            highest=space.highest if has_walls else None,
            owner_id=account_id,
            privacy=wanted.privacy,
            seats=wanted.seats,
            hours_per_day=wanted.hours_per_day,
            game_time=MORNING * wanted.hours_per_day // HOURS_PER_DAY,
            status=BUILDING if generation else READY,
            generation=dict(generation),
        ),
        MemberAdded(world_id=world_id, account_id=account_id, role=OWNER),
    ]
    if wanted.configuration:
        events.append(WorldConfigured(world_id=world_id, configuration=dict(wanted.configuration)))
    if wanted.privacy == PUBLIC:
        events.append(rules.portal_of(world_id, wanted.name))
    world = worlds.save(tx, None, world_id, events, {"actor": str(account_id)})
    notices.tell_of_world(tx, world)
    if generation:
        building.begin(tx, world)
    return world
