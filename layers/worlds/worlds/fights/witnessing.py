"""What people of the game take away from a fight that they have seen, and from the death of their kin. Pure.

Source: worlds 17, 19, 21.4.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final
from uuid import UUID

from msgspec import Struct, field
from msgspec.structs import replace

from worlds.characters.models import Character
from worlds.combat.models import moment
from worlds.combat.settling import FightHappening
from worlds.memories.models import Occurrence
from worlds.minds import rules
from worlds.minds.models import NOTHING, Impressions, Incident, Mind
from worlds.minds.rules import NewId
from worlds.relationships.models import Relationship, Trait
from worlds.world.models import World

TRUSTING: Final = 20
"""The trust from which on an attack betrays the one who is attacked, too. Ours."""


class FurtherBlow(Incident, frozen=True, kw_only=True):
    """A blow after which less than half is left of someone. It is remembered; what they think of it is thought."""


class FightWitness(Struct, frozen=True):
    """One of the game's own people whom a fight concerns.

    Attributes:
        mind: without what they think of anyone.
        saw: whether they are there, as those in the fight are.
        kin_of: those of the game's people in the fight to whom they are related.
        opinions: {player in the fight: what they think of them}, of those whom they know.
        inhabited: {player in the fight: what they were like, and whether they are of the same village}, of those who
            play one of the game's people.
    """

    mind: Mind
    saw: bool
    kin_of: frozenset[UUID] = frozenset()
    opinions: Mapping[UUID, Relationship] = field(default_factory=dict)
    inhabited: Mapping[UUID, tuple[Mapping[Trait, float], bool]] = field(default_factory=dict)


def noticed(
    happenings: Iterable[FightHappening],
    people: Mapping[UUID, Character],
    witnesses: Sequence[FightWitness],
    world: World,
    new_id: NewId,
) -> Impressions:
    """Return what a fight leaves in the minds of those who see it, and of the kin of who was killed.

    It is about players: the game's own people fight only to defend themselves. One who strikes another for the first
    time in a fight has attacked them; what follows is the same attack, until less than half is left of them: then the
    whole of it is remembered, or until someone is dead. Who hits one who has hurt another has helped that one.

    Args:
        people: characters in the fight, by id.
    """
    total = NOTHING
    opinions = {(each.mind.npc_id, key): known for each in witnesses for key, known in each.opinions.items()}
    dead: set[UUID] = set()
    for incident in _with_betrayals(_incidents(happenings, people, world, new_id), opinions, new_id):
        victim, actor = incident.target_id, incident.actor_id
        if incident.occurrence is Occurrence.DEATH and victim is not None:
            dead.add(victim)
        minds = [
            (
                each,
                replace(
                    each.mind,
                    relationship=opinions.get((each.mind.npc_id, actor)),
                    is_alive=each.mind.is_alive and each.mind.npc_id not in dead,
                    usual=each.inhabited[actor][0] if actor in each.inhabited else None,
                    is_neighbour=actor in each.inhabited and each.inhabited[actor][1],
                ),
            )
            for each in witnesses
        ]
        found = rules.witnessed(incident, [mind for each, mind in minds if each.saw], new_id)
        if isinstance(incident, FurtherBlow):
            found = Impressions([each for each in found.memories if each.occurrence == incident.occurrence])
        opinions |= rules.opinions_after(found)
        total += found
        if incident.occurrence is Occurrence.DEATH:
            bereft = [
                replace(mind, relationship=opinions.get((mind.npc_id, actor)))
                for each, mind in minds
                if victim in each.kin_of and mind.is_alive
            ]
            found = Impressions(relationships=[rules.bereaved(incident, each) for each in bereft])
            opinions |= rules.opinions_after(found)
            total += found
    return total


def _with_betrayals(
    incidents: Iterable[Incident], opinions: Mapping[tuple[UUID, UUID], Relationship], new_id: NewId
) -> Iterator[Incident]:
    """Yield what happens, and before an attack on someone who trusts who attacks them, that it betrays them.

    Args:
        opinions: as they are when the next one is asked for.
    """
    for each in incidents:
        known = None if each.target_id is None else opinions.get((each.target_id, each.actor_id))
        is_attack = each.occurrence is Occurrence.VIOLENCE and not isinstance(each, FurtherBlow)
        if is_attack and known is not None and rules.settled(known, each.at, each.day).trust >= TRUSTING:
            yield replace(each, happening_id=new_id(), occurrence=Occurrence.BETRAYAL)
        yield each


def _incidents(
    happenings: Iterable[FightHappening], people: Mapping[UUID, Character], world: World, new_id: NewId
) -> Iterator[Incident]:
    for each in happenings:
        is_death = each.kind == "died"
        actor, victim = (each.target, each.who) if is_death else (each.who, each.target)
        if actor is None or victim is None or actor not in people or people[actor].is_npc:
            continue
        at, day = world.time.at(moment(each.at)), world.time.day_length
        for helped in each.defended:
            if helped in people and people[helped].is_npc:
                yield Incident(
                    happening_id=new_id(),
                    occurrence=Occurrence.HELP,
                    actor_id=actor,
                    world_id=world.world_id,
                    target_id=helped,
                    at=at,
                    day=day,
                    position=people[helped].position,
                    share=_share(each.damage, each.max_hp),
                )
        if victim not in people:
            continue
        is_deadly = not each.hp and people[victim].is_npc
        lost = each.max_hp - each.hp
        is_half = each.kind == "hit" and 2 * (lost - each.damage) <= each.max_hp < 2 * lost
        if not is_death and (is_deadly or not (each.is_first or is_half)):
            continue
        kind = FurtherBlow if is_half and not each.is_first else Incident
        yield kind(
            happening_id=new_id(),
            occurrence=Occurrence.DEATH if is_death else Occurrence.VIOLENCE,
            actor_id=actor,
            world_id=world.world_id,
            target_id=victim,
            at=at,
            day=day,
            position=people[victim].position,
            share=1.0 if is_death else _share(each.damage if each.is_first else lost, each.max_hp),
        )


def _share(damage: int, of: int) -> float:
    return min(1.0, damage / of) if of else 0.0
