"""Making the read models anew from the log, by the code that makes them as things happen. Source: worlds 25."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final
from uuid import UUID

from msgspec import Struct

from kernel.database import Tx
from worlds.administering.events import ReadModelsRebuilt
from worlds.administering.models import LOG, THE_LOG
from worlds.characters import evolution as characters
from worlds.characters import queries as characters_sql
from worlds.characters.models import AGGREGATE as CHARACTER
from worlds.characters.models import Character
from worlds.crafting import queries as crafting
from worlds.demand import queries as demand
from worlds.ecosystem import creature_queries as creatures
from worlds.ecosystem import queries as species
from worlds.entities import queries as entities
from worlds.interview import evolution as interview
from worlds.interview import queries as interviews_sql
from worlds.interview.models import AGGREGATE as INTERVIEW
from worlds.interview.models import Interview
from worlds.log import reading
from worlds.log import service as log
from worlds.memories import queries as memories
from worlds.npcs import queries as npcs
from worlds.promises import queries as promises
from worlds.prospecting import queries as prospecting
from worlds.rebuilding import queries
from worlds.relationships import evolution as relationships
from worlds.relationships import queries as relationships_sql
from worlds.relationships.models import AGGREGATE as RELATIONSHIP
from worlds.relationships.models import Relationship
from worlds.resources import queries as resources
from worlds.villages import queries as villages
from worlds.world import evolution as world
from worlds.world import queries as worlds_sql
from worlds.world.events import WorldDeleted, WorldWiped
from worlds.world.models import AGGREGATE as WORLD
from worlds.world.models import World

SENT_AT_ONCE: Final = 1000
"""Rows, so that they do not all wait in memory."""


class RebuildDifference(Struct, frozen=True):
    """A row that is not as the log says.

    Attributes:
        key: {column: value} of the table's primary key.
        live: None for a row that is missing.
        rebuilt: None for a row that the log does not know.
    """

    table: str
    key: Mapping[str, Any]
    live: Mapping[str, Any] | None
    rebuilt: Mapping[str, Any] | None

    @property
    def columns(self) -> Mapping[str, tuple[Any, Any]]:
        """The columns that differ: {name: (live, rebuilt)}; none where a whole row is missing."""
        if self.live is None or self.rebuilt is None:
            return {}
        return {
            name: (value, self.rebuilt.get(name))
            for name, value in self.live.items()
            if value != self.rebuilt.get(name)
        }


class Rebuilt(Struct, frozen=True):
    """What came of rebuilding; at most a hundred differences of each table are listed."""

    events: int
    differences: Sequence[RebuildDifference]


def rebuild(tx: Tx) -> Rebuilt:
    """Make all read models anew beside those that are live, and compare them.

    Everyone else waits until this transaction ends. Either roll it back, or `write_back` first. Run it as the owner.
    """
    queries.set_aside(tx)
    events = 0
    worlds: dict[UUID, World] = {}
    people: dict[UUID, Character] = {}
    interviews: dict[UUID, Interview] = {}
    opinions: dict[UUID, Relationship] = {}
    for kind, recorded in reading.everything(tx):
        events += 1
        key = recorded.aggregate_id
        if kind == WORLD:
            worlds[key] = world.evolve(worlds.get(key), recorded)
        elif kind == CHARACTER:
            people[key] = characters.evolve(people.get(key), recorded)
        elif kind == INTERVIEW:
            interviews[key] = interview.evolve(interviews.get(key), recorded)
        elif kind == RELATIONSHIP:
            opinions[key] = relationships.evolve(opinions.get(key), recorded)
        worlds_sql.project(tx, recorded)
        entities.project(tx, recorded.event)
        species.project(tx, recorded.event)
        prospecting.project(tx, recorded.event)
        resources.project(tx, recorded.event)
        demand.project(tx, recorded.event)
        npcs.project(tx, recorded.event)
        crafting.project(tx, recorded.event)
        villages.project(tx, recorded.version, recorded.event)
        creatures.project(tx, recorded.event)
        memories.project(tx, recorded)
        promises.project(tx, recorded)
        if isinstance(recorded.event, WorldWiped):
            people = {id: each for id, each in people.items() if each.world_id != key}
            opinions = {id: each for id, each in opinions.items() if each.world_id != key}
        if isinstance(recorded.event, WorldDeleted):
            del worlds[key]
            queries.delete_members(tx, key)  # as foreign keys do where they are in place
    for number, each in enumerate(worlds.values(), start=1):
        worlds_sql.save(tx, None, each)
        _send(tx, number)
    there = [each for each in people.values() if each.world_id in worlds]
    for number, each in enumerate(there, start=1):
        characters_sql.save(tx, None, each)
        _send(tx, number)
    for number, each in enumerate(interviews.values(), start=1):
        interviews_sql.save(tx, None, each)
        _send(tx, number)
    for number, each in enumerate((each for each in opinions.values() if each.world_id in worlds), start=1):
        relationships_sql.save(tx, each)
        _send(tx, number)
    asked = [(model, queries.list_differences(tx, model)) for model in queries.READ_MODELS]
    return Rebuilt(events, [_difference(model, row) for model, rows in asked for row in rows.fetchall()])


def write_back(tx: Tx, rebuilt: Rebuilt) -> None:
    """Let what was rebuilt be what is live, and note it in the log."""
    queries.write_back(tx)
    noted = ReadModelsRebuilt(events=rebuilt.events, differences=len(rebuilt.differences))
    log.append(tx, LOG, THE_LOG, log.version_of(tx, THE_LOG), [noted], {"actor": "operator"})


def _send(tx: Tx, number: int) -> None:
    if number % SENT_AT_ONCE == 0:
        tx.execute("SELECT 1").fetchone()


def _difference(model: queries.ReadModel, row: Mapping[str, Any]) -> RebuildDifference:
    known = row["live"] or row["rebuilt"]
    return RebuildDifference(
        model.name, {name: known[name] for name in model.key.split(", ")}, row["live"], row["rebuilt"]
    )
