"""Inhabiting one of the game's own people, and releasing them. Source: worlds 7.3."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

from msgspec.structs import replace

from kernel.accounts.models import Identity
from kernel.database import Tx
from worlds.characters import queries as characters_sql
from worlds.characters import service as characters
from worlds.characters.models import Character, CharacterExists, CharacterNotFound
from worlds.inhabiting import queries
from worlds.inhabiting.events import NpcInhabited, NpcReleased
from worlds.inhabiting.models import ANYONE, NotInhabited, NpcWish, OfferedNpc
from worlds.inhabiting.rules import (
    MOST_OFFERED,
    MOST_READ,
    InhabitableNpc,
    baseline,
    in_order,
    is_eligible,
    is_wished,
    relationships,
    require_eligible,
)
from worlds.log.models import WorldEvent
from worlds.minds import service as minds
from worlds.npcs import queries as npcs_sql
from worlds.npcs.appearance import LifeStage, stage_of
from worlds.npcs.rounds import Habit
from worlds.npcs.wellbeing import usual_habit
from worlds.villages import queries as villages_sql
from worlds.villages.chatter import usual_fondness
from worlds.villages.models import Villager
from worlds.visiting import service as villages
from worlds.world.models import World


def ask_offered(tx: Tx, world_id: UUID, wish: NpcWish = ANYONE) -> Callable[[World], list[OfferedNpc]]:
    """Ask for up to five people whom someone can be; the answer comes with the next round trip.

    They are the same each time, as long as they live and no one plays them. Who sleeps is not among them.
    """
    stored = villages_sql.list_of_world(tx, world_id)
    found = villages_sql.list_people_of_world(tx, world_id, MOST_READ)
    known = queries.count_known(tx, world_id)

    def offered(world: World) -> list[OfferedNpc]:
        by_village: dict[str, list[dict[str, Any]]] = {}
        for row in found:
            by_village.setdefault(row["village"], []).append(row)
        from_elsewhere = _from_elsewhere(known)
        people = (each for rows in by_village.values() for each in _people(tx, world, rows, from_elsewhere))
        names = {row["key"]: row["name"] for row in stored}
        placed = (replace(each, place=names.get(each.npc.village, "")) for each in people)
        fit = (
            each for each in placed if is_eligible(_candidate(each)) and not each.is_asleep and is_wished(each, wish)
        )
        return in_order(fit, wish.sort)[:MOST_OFFERED]

    return offered


def inhabit(tx: Tx, me: Identity, world: World, npc_id: UUID) -> Character:
    """Let someone play one of the game's own people: identity, memories, skills and things stay.

    Raises:
        CharacterNotFound, CharacterExists, NotToInhabit, AlreadyInhabited
    """
    characters_sql.lock(tx, [npc_id])
    mine = characters_sql.find_in_world(tx, me.account_id, world.world_id)
    row = npcs_sql.find(tx, npc_id).fetchone()
    if row is None or row["world_id"] != world.world_id:
        raise CharacterNotFound
    if (there := mine.fetchone()) is not None:
        raise CharacterExists(name=there["name"])
    people = _village(tx, world, row["village"])
    wanted = next(each for each in people if each.body.character_id == npc_id)
    require_eligible(_candidate(wanted))
    event = NpcInhabited(
        character_id=npc_id,
        player_id=me.account_id,
        npc_id=npc_id,
        baseline=dict(baseline(wanted.npc.personality)),
        position=wanted.body.position,
    )
    played = characters.save(tx, wanted.body, [event], {"actor": str(me.account_id)})
    known = minds.freeze_baselines(tx, npc_id, frozen=True)
    seed = world.generation.get("seed", 0)
    fondness = {
        each.body.character_id: usual_fondness(seed, each.npc, wanted.npc)
        for each in people
        if each.npc.died is None and each.body.character_id not in known | {npc_id}
    }
    minds.acquaint(tx, world.world_id, npc_id, event.baseline, fondness, world.time.at(tx.now))
    return played


def release(tx: Tx, me: Identity, character_id: UUID) -> Character:
    """Let one of the game's own people go their own way again, with what was done in their name.

    Raises:
        CharacterNotFound, CharacterNotOwned, NotInhabited
    """
    character = characters.owned(tx, me.account_id, character_id)
    if npcs_sql.find(tx, character_id).fetchone() is None:
        raise NotInhabited
    return _release(tx, character)


def release_all(tx: Tx, account_id: UUID) -> None:
    """Release all whom an account plays, which is deleted; its characters are locked."""
    for row in queries.list_inhabited(tx, account_id).fetchall():
        character = characters.ask(tx, row["character_id"])()
        assert character is not None
        _release(tx, character)
    queries.forget_account(tx, account_id)


def _release(tx: Tx, character: Character) -> Character:
    queries.forget_player(tx, character.character_id)
    events: list[WorldEvent] = [NpcReleased(character_id=character.character_id)]
    minds.freeze_baselines(tx, character.character_id, frozen=False)
    return characters.save(tx, character, events)


def _village(tx: Tx, world: World, key: str) -> Sequence[OfferedNpc]:
    """Return all people of a village, by their numbers."""
    rows, known = villages_sql.list_people(tx, world.world_id, key), queries.count_known(tx, world.world_id)
    return _people(tx, world, rows, _from_elsewhere(known))


def _from_elsewhere(rows: Iterable[dict[str, Any]]) -> Mapping[UUID, int]:
    return {row["character_id"]: row["known"] for row in rows}


def _people(
    tx: Tx, world: World, rows: Iterable[dict[str, Any]], from_elsewhere: Mapping[UUID, int]
) -> Sequence[OfferedNpc]:
    people = [(characters_sql.read(row), npcs_sql.read(row)) for row in rows]
    now = world.time.at(tx.now)
    today = villages.day_of(world, now)
    known: dict[int, Villager] = villages.villagers(world, people)
    return [
        OfferedNpc(
            body,
            npc,
            known[npc.number].years(today),
            relationships(known[npc.number], known.values(), today, from_elsewhere.get(npc.character_id, 0)),
            is_asleep=usual_habit(npc, body.species, now, world.time.hours_per_day) is Habit.SLEEPS,
        )
        for body, npc in people
    ]


def _candidate(someone: OfferedNpc) -> InhabitableNpc:
    body = someone.body
    return InhabitableNpc(
        name=body.name,
        is_grown=stage_of(someone.years, body.species) is not LifeStage.CHILD,
        years=someone.years,
        relationships=someone.relationships,
        is_alive=someone.npc.died is None and (not body.is_npc or body.is_present),
        is_played=not body.is_npc,
    )
