"""Characters: read, and saved with what happened to them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any
from uuid import UUID

from kernel.database import Cursor, Tx
from worlds.characters import queries, snapshots
from worlds.characters.evolution import evolve
from worlds.characters.models import AGGREGATE, NO_ONE, Character, CharacterNotFound, CharacterNotOwned
from worlds.characters.naming import FreeNames
from worlds.crafting import queries as crafting
from worlds.demand import queries as demand
from worlds.entities import queries as entities
from worlds.feats import service as feats
from worlds.feats.rules import accomplishments
from worlds.log import service as log
from worlds.log.models import WorldEvent
from worlds.npcs import queries as npcs
from worlds.prospecting import queries as prospecting
from worlds.reporting import queries as reports
from worlds.resources import queries as resources


def ask(tx: Tx, character_id: UUID) -> Callable[[], Character | None]:
    """Ask for a character; the answer comes with the next round trip."""
    return _reading(queries.find(tx, character_id))


def ask_latest_body(tx: Tx, account_id: UUID) -> Callable[[], Character | None]:
    """Ask for the body that an account has played last; the answer comes with the next round trip."""
    return _reading(queries.find_latest_body(tx, account_id))


def ask_free_names(tx: Tx, account_id: UUID, world_id: UUID, *names: str) -> Callable[[], FreeNames]:
    """Ask what an account may be called in a world; the answer comes with the next round trip.

    Args:
        names: that it wishes for; that of its latest body is always asked for.
    """
    found = queries.find_free_names(tx, account_id, world_id, names)
    return lambda: found.fetchall()[0]["free_names"] or {}


def _reading(found: Cursor) -> Callable[[], Character | None]:
    def read() -> Character | None:
        row = found.fetchone()
        return None if row is None else queries.read(row)

    return read


def owned(tx: Tx, account_id: UUID, character_id: UUID) -> Character:
    """Return a character of this account, and lock it.

    Raises:
        CharacterNotFound, CharacterNotOwned
    """
    queries.lock(tx, [character_id])
    return own(tx, account_id, character_id)


def own(tx: Tx, account_id: UUID, character_id: UUID) -> Character:
    """Return a character of this account.

    Raises:
        CharacterNotFound, CharacterNotOwned
    """
    found = ask(tx, character_id)()
    if found is None:
        raise CharacterNotFound
    if found.account_id != account_id:
        raise CharacterNotOwned
    return found


def list_of(tx: Tx, account_id: UUID, after: UUID | None = None, limit: int | None = None) -> list[Character]:
    """Return the characters of an account, the one that was played last first.

    Args:
        after: the last one of the page before.
        limit: None for all.
    """
    return [queries.read(row) for row in queries.list_of_account(tx, account_id, after, limit)]


def save(
    tx: Tx, character: Character, events: Sequence[WorldEvent], metadata: Mapping[str, Any] | None = None
) -> Character:
    """Let events happen to a character that is locked: into the log, and into the rows that are made of it."""
    recorded = log.record(tx, AGGREGATE, character.character_id, character.version, events, metadata)
    after: Character = character
    for each in recorded:
        after = evolve(after, each)
        entities.project(tx, each.event)
        reports.project(tx, each)
        prospecting.project(tx, each.event)
        resources.project(tx, each.event)
        demand.project(tx, each.event)
        npcs.project(tx, each.event)
        crafting.project(tx, each.event)
        write = partial(snapshots.write, after)
        log.keep_snapshot(tx, after.character_id, after.version, snapshots.CODE_VERSION, write)
    queries.save(tx, character, after)
    if character.account_id != NO_ONE:
        feats.note(tx, character.account_id, accomplishments(events))
    return after


def create(tx: Tx, event: WorldEvent, character_id: UUID, metadata: Mapping[str, Any] | None = None) -> Character:
    """Let the first event of a character happen."""
    [recorded] = log.record(tx, AGGREGATE, character_id, 0, [event], metadata)
    made = evolve(None, recorded)
    queries.save(tx, None, made)
    return made
