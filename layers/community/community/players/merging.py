"""Merging two players."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import datetime
from uuid import UUID, uuid4

from community.parts import PARTS
from community.players import persons, queries
from community.players.models import Departure, Player
from community.progression import service as progression
from kernel.database import Tx

PLAYER_TABLES = PARTS.tables | {"user_platform_links"}
"""Every table with rows of a player. A test compares it with the schema, so that every such table declares in a part
how its rows are merged."""


def merge(
    tx: Tx, keeper: Player, other: Player, returning: Collection[tuple[str, str]] = ()
) -> tuple[Player, dict[str, UUID | None]]:
    """Queue the deletion of `other`; the returned player has everything of both and must be saved.

    The two stay different people for a day, in which the link can be undone; then `linking` makes them one.

    Both are locked, and `keeper` has a row. The values of a `Player` are merged in `merged`. Other rows are moved here,
    before the DELETE, which removes the remaining ones.

    Args:
        returning: (platform, id) of accounts that have left the keeper before: they are the same person's for good. If
            there are any, the keeper has a person.

    Returns:
        The player, and whose each of the other's accounts is if the link is undone, by platform: None if only its own.

    Source: rules 1.1.
    """
    befores = _befores(tx, keeper, other)
    for platform in [name for name, link in other.links.items() if (name, link.platform_id) in returning]:
        other, befores = _returned(tx, keeper, other, befores, platform)
    queries.lock_accounts(tx)  # or what an import is crediting to `other` would be deleted with them
    progression.lock_community_state(tx)  # before ballots: what deletes rounds holds it
    for move in PARTS.moves:
        move(tx, other.id, keeper.id)
    queries.keep_traces(tx, other.id, keeper.id)
    # Before the save: an identity cannot belong to both.
    queries.delete_user(tx, other.id)
    return merged(keeper, other, tx.now, befores), befores


def _befores(tx: Tx, keeper: Player, other: Player) -> dict[str, UUID | None]:
    """Return whose each of the other's accounts is if the link is undone; what limits these people stays with them."""
    is_alone = len(other.links) == 1 and not other.links.keys() & keeper.links.keys()
    settled = {link.person_before for link in other.links.values() if not link.is_new(tx.now)} - {None}
    person_id = other.person_id or next(iter(settled), None) or (None if is_alone else uuid4())
    for before in settled:
        assert before is not None
        assert person_id is not None
        persons.become_one(tx, person_id, before)
    if person_id and person_id != keeper.person_id and (other.person_id or settled):
        persons.pass_on(tx, other.id, person_id)
    befores: dict[str, UUID | None] = {}
    for platform, link in other.links.items():
        is_own = not link.is_new(tx.now) or link.person_before in settled
        befores[platform] = person_id if is_own else link.person_before
    return befores


def _returned(
    tx: Tx, keeper: Player, other: Player, befores: Mapping[str, UUID | None], platform: str
) -> tuple[Player, dict[str, UUID | None]]:
    """Make the person who brings an account back to the keeper one with the keeper's.

    That is the other player's person, unless the account itself has been with them for less than a day.
    """
    person_id, before = keeper.person_id, befores[platform]
    assert person_id is not None
    if before:
        persons.become_one(tx, person_id, before)
    if not other.links[platform].is_new(tx.now) or (before and before == other.person_id):
        other = replace(other, person_id=person_id)
    return other, {
        name: person_id if name == platform or (each and each == before) else each for name, each in befores.items()
    }


def merged(keeper: Player, other: Player, now: datetime, befores: Mapping[str, UUID | None] | None = None) -> Player:
    """Return the keeper with everything of the other player. Where both have a link, the keeper's stays.

    Args:
        befores: whose the other's accounts are that the keeper's replace, by platform.
    """
    replaced = [
        Departure(platform, other.links[platform], (befores or {}).get(platform))
        for platform in sorted(other.links.keys() & keeper.links.keys())
    ]
    return replace(
        PARTS.merged(keeper, other, now),
        links={**other.links, **keeper.links},
        departed=(*keeper.departed, *other.departed, *replaced),
        events=(*keeper.events, *other.events),
    )
