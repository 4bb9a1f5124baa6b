"""Villages are stored when someone comes near for the first time, and lived on when someone comes again."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import timedelta
from typing import Any, Final
from uuid import UUID, uuid4

from msgspec.structs import replace

from kernel.database import Cursor, Tx
from kernel.look_alikes import look_of
from worlds.bodies import rules as bodies
from worlds.bodies.content import species as kinds
from worlds.bodies.models import ATTRIBUTE_GROUPS, Attribute
from worlds.building import things
from worlds.carrying.events import ItemHandedOver, ItemReceived
from worlds.characters import queries as characters_sql
from worlds.characters import service as characters
from worlds.characters.events import (
    CharacterCreated,
    CharacterEntered,
    CharacterLeft,
    HealthChanged,
    LookChanged,
    StaminaChanged,
)
from worlds.characters.evolution import stack_of
from worlds.characters.models import NO_ONE, NPC, Character
from worlds.entities import queries as entities
from worlds.generation.randomness import Stream
from worlds.ground import service as terrain
from worlds.ground.cache import Remembered
from worlds.ground.models import Terrain
from worlds.inhabiting.events import AttributeModified
from worlds.log import service as log
from worlds.log.models import WorldEvent
from worlds.movement.models import PARTS
from worlds.npcs import genes as heredity
from worlds.npcs import queries as npcs_sql
from worlds.npcs.appearance import LifeStage, describe, stage_of, years_of
from worlds.npcs.events import NpcDied, NpcSettled, NpcWed
from worlds.npcs.genes import Genes
from worlds.npcs.models import Npc
from worlds.space.cells import cell_of
from worlds.space.models import METRE, Position
from worlds.space.rules import is_within
from worlds.villages import belongings, queries, rounds
from worlds.villages.events import Tie, VillageFounded, VillageLived
from worlds.villages.founding import found, name_of, species_of
from worlds.villages.living import Arrival, Birth, Death, Happening, Talk, Wedding, live, talks
from worlds.villages.models import AGGREGATE, ENTRANCE, Population, Village, Villager, VillageSite
from worlds.villages.sites import site_at, sites_near
from worlds.world.models import World

NEAR: Final = 400 * METRE
"""How near someone comes before a village is stored and lived on: before they see anyone."""
SMOKE: Final = 1_500 * METRE
"""How far one sees the smoke of a village."""
MOST_SITES: Final = 1_000
SHAKEN: Final = timedelta(minutes=2)
"""Of real time, in which someone who was hurt stays where they are."""

_sites: Final[Remembered[tuple[UUID, str, str], tuple[VillageSite | None]]] = Remembered(MOST_SITES)
"""{(world, digest of its ground, key): where the village is, or that there is none}: it follows from the ground."""


def ask_near(tx: Tx, connection_id: str) -> Cursor:
    """Ask for the stored villages whose smoke a player sees; see `read_near`."""
    return queries.list_near_player(tx, connection_id, SMOKE)


def read_near(found: Cursor) -> list[Village]:
    """Return the villages that were asked for, the nearest first."""
    return [queries.read(row) for row in found]


def settle_near(tx: Tx, world: World, here: Position, ground: Terrain | None, stored: Sequence[Village]) -> bool:
    """Let the villages near a place be as they are now; return whether anything there has changed.

    That costs round trips, and happens when someone comes near first, when a day is over and when people there go
    elsewhere. It waits for no one but for who founds the same village at the same moment.

    Args:
        ground: around the place; None in a world without ground of its own.
        stored: at least the stored ones within SMOKE.
    """
    if ground is None:
        return False
    now = world.time.at(tx.now)
    today = day_of(world, now)
    changed = False
    for each in stored:
        if is_within(world.space, here, each.site.centre, NEAR) and (each.moves_at <= now or each.lived < today):
            changed |= settle(tx, world, each.village_id)
    known = {each.site.key for each in stored}
    for key, place in sites_near(_seed(world), world.space, here, NEAR, _entrance(world)):
        if key not in known:
            site = _site(tx, world, key, place, ground)
            if site is not None and is_within(world.space, here, site.centre, NEAR):
                _found(tx, world, site)
                changed = True
    return changed


def ask_settled_entrance(tx: Tx, world_id: UUID) -> Callable[[World], bool]:
    """Ask for the villages of a world; then let people live near its entrance, for who wants to be one of them."""
    found = queries.list_of_world(tx, world_id)

    def settled(world: World) -> bool:
        stored = read_near(found)
        entrance = _entrance(world)
        if entrance is None or any(each.site.key == ENTRANCE for each in stored):
            return False
        return settle_near(tx, world, entrance, terrain.read(tx, world, [entrance]), stored)

    return settled


def settle(tx: Tx, world: World, village_id: UUID) -> bool:
    """Live a village up to today, and let its people be where they are at this hour.

    Returns:
        Whether it was done; not while someone else does it or is busy with one of the people: then the next one who
        looks does.
    """
    row = queries.lock(tx, village_id).fetchone()
    if row is None:
        return False
    village = queries.read(row)
    locked = queries.lock_people(tx, world.world_id, village.site.key)
    rows = queries.list_people(tx, world.world_id, village.site.key)
    free = {each["character_id"] for each in locked}
    people = [(characters_sql.read(each), npcs_sql.read(each)) for each in rows]
    if any(body.is_npc and body.is_present and body.character_id not in free for body, _ in people):
        return False
    settler = _Settler(tx, world, village, people)
    settler.live()
    settler.place()
    return True


def day_of(world: World, at: int) -> int:
    """Return the number of the day at a time of a world, in its milliseconds; the first is 0."""
    return at // world.time.day_length


def _seed(world: World) -> int:
    return world.generation["seed"]


def _entrance(world: World) -> Position | None:
    entrance = world.generation.get("entrance")
    return Position(entrance[0], entrance[1], 0) if entrance else None


def _site_on(world: World, key: str, place: Position, ground: Terrain | None) -> VillageSite | None:
    assert ground is not None  # villages are looked for on ground only
    return site_at(_seed(world), world.space, key, place, _entrance(world), ground.at, ground.river_from)


def _site(tx: Tx, world: World, key: str, place: Position, ground: Terrain) -> VillageSite | None:
    remembered = world.world_id, str(world.generation.get("digest")), key
    known = _sites.get(remembered)
    if known is None:
        known = (
            terrain.with_ground(
                tx,
                world,
                ground,
                lambda read: _site_on(world, key, place, read),
            ),
        )
        _sites.put(remembered, known)
    return known[0]


def _found(tx: Tx, world: World, site: VillageSite) -> None:
    """Store a village with its people; who comes at the same moment is repeated by `kernel.action`, and finds it."""
    seed, today = _seed(world), day_of(world, world.time.at(tx.now))
    event = VillageFounded(
        village_id=uuid4(),
        world_id=world.world_id,
        key=site.key,
        name=name_of(seed, site.key),
        species=species_of(seed, site.key, world.generation.get("peoples", ())),
        centre=site.centre[:2],
        homes=tuple(each[:2] for each in site.homes),
        places={trade: each[:2] for trade, each in site.places.items()},
        day=today,
    )
    built = things.placed_in_village(world.world_id, event.village_id, site)
    recorded = log.record(tx, AGGREGATE, event.village_id, 0, [*built, event])
    for each in built:
        entities.project(tx, each)
    queries.project(tx, recorded[-1].version, event)
    # They have lived since the world began, so it does not matter when someone comes first.
    population = live(found(seed, site, event.species), today).after
    village = Village(
        village_id=event.village_id,
        world_id=world.world_id,
        version=recorded[-1].version,
        name=event.name,
        species=event.species,
        site=site,
        founded=today,
        lived=today,
    )
    settler = _Settler(tx, world, village, [])
    settler.settle_all([each for _, each in sorted(population.people.items())])
    settler.place()


def villagers(world: World, people: Iterable[tuple[Character, Npc]]) -> dict[int, Villager]:
    """Return {number: who} of the people of a village."""
    known = [*people]
    numbers = {npc.character_id: npc.number for _, npc in known}

    def number_of(character_id: UUID | None) -> int | None:
        return None if character_id is None else numbers.get(character_id)

    return {
        npc.number: Villager(
            number=npc.number,
            name=body.name,
            family=npc.family,
            sex=npc.sex,
            species=body.species,
            occupation=body.occupation,
            genes=npc.genes,
            personality=npc.personality,
            born=npc.born // world.time.day_length,
            mother=number_of(npc.mother_id),
            father=number_of(npc.father_id),
            spouse=number_of(npc.spouse_id),
            wed=npc.wed,
            home=npc.house,
            died=npc.died,
            cause=npc.cause,
        )
        for body, npc in known
    }


class _Settler:
    """Writes what happens in a village.

    Args:
        people: all who live there or have lived there, and those who are played by someone, too.
    """

    def __init__(self, tx: Tx, world: World, village: Village, people: Iterable[tuple[Character, Npc]]) -> None:
        self.tx, self.world, self.village = tx, world, village
        self.now = world.time.at(tx.now)
        self.today = day_of(world, self.now)
        self.bodies = {npc.number: body for body, npc in people}
        self.npcs = {npc.number: npc for _, npc in people}

    def live(self) -> None:
        """Let happen what has happened since someone was here."""
        if self.today <= self.village.lived:
            return
        site = self.village.site
        people = villagers(self.world, [(self.bodies[number], npc) for number, npc in self.npcs.items()])
        before = Population(_seed(self.world), site.key, self.village.lived, len(site.homes), people)
        lived = live(before, self.today)
        for each in lived.happened:
            self._happen(each, lived.after.people)
        for number, body in self.bodies.items():
            if body.is_npc and body.is_present:
                self._age(number)
        event = VillageLived(
            village_id=self.village.village_id,
            world_id=self.world.world_id,
            day=self.today,
            ties=self._ties(lived.after),
        )
        [recorded] = log.record(self.tx, AGGREGATE, self.village.village_id, self.village.version, [event])
        queries.project(self.tx, recorded.version, event)

    def place(self) -> None:
        """Let those whom no one plays be where they are at this hour."""
        moved: list[dict[str, Any]] = []
        until = (self.today + 1) * self.world.time.day_length
        for number, body in self.bodies.items():
            if not body.is_npc or not body.is_present or body.hp <= 0 or self._was_just_hurt(body):
                continue
            npc, space = self.npcs[number], self.world.space
            there = rounds.standing(
                npc, body.species, body.occupation, self.village.site, space, self.now, self.world.time.hours_per_day
            )
            until = min(until, there.until)
            if there.position != body.position or there.doing != npc.doing:
                x, y, _ = there.position
                cell = cell_of(there.position)
                moved.append({"id": str(body.character_id), "x": x, "y": y, "cell": cell, "doing": there.doing})
        if moved:
            npcs_sql.set_places(self.tx, moved)
        queries.set_moves_at(self.tx, self.village.village_id, until)

    def _was_just_hurt(self, body: Character) -> bool:
        """Tell whether someone has more urgent things to do than what they do at this hour."""
        return body.hurt_at is not None and self.tx.now - body.hurt_at < SHAKEN

    def settle_all(self, people: Sequence[Villager]) -> None:
        """Let people live in a village from now on, each under a name that no one else has in the world."""
        names = self._free_names(people)
        ids = {each.number: uuid4() for each in people}
        for each in people:
            self._settle(each, names[each.number], ids)

    def _free_names(self, people: Sequence[Villager]) -> dict[int, str]:
        """Return {number: name}: with the family's or the village's name where someone is called so already."""
        wished = {each.number: _names(each, self.village.name) for each in people}
        looks = sorted({look_of(name) for names in wished.values() for name in names})
        found_taken = queries.list_taken_looks(self.tx, self.world.world_id, looks)
        taken = {row["look_key"] for row in found_taken}
        chosen: dict[int, str] = {}
        for number, names in wished.items():
            # Who finds all of them taken is told from the others by chance: a name is unique in a world.
            name = next((name for name in names if look_of(name) not in taken), f"{names[-1]} {uuid4().hex[:6]}")
            taken.add(look_of(name))
            chosen[number] = name
        return chosen

    def _settle(self, who: Villager, name: str, ids: Mapping[int, UUID]) -> None:
        """Make the body of someone, and let them be what they are.

        Args:
            ids: of those who are new, by their numbers; all others are known.
        """
        character_id, home = ids[who.number], self.village.site.homes[who.home]

        def id_of(number: int | None) -> UUID | None:
            if number is None:
                return None
            return ids[number] if number in ids else self.npcs[number].character_id

        attributes = _attributes(who.genes, who.species, is_child=who.stage(self.today) is LifeStage.CHILD)
        most = bodies.derived(attributes)
        created = CharacterCreated(
            character_id=character_id,
            player_id=NO_ONE,
            world_id=self.world.world_id,
            name=name,
            role=NPC,
            species=who.species,
            description=describe(who.genes, who.species, max(0.0, who.years(self.today)), who.sex),
            occupation=who.occupation,
            attributes={str(each): value for each, value in attributes.items()},
            position=home,
            hp=most.hp,
            stamina=most.stamina * PARTS,
        )
        settled = NpcSettled(
            character_id=character_id,
            world_id=self.world.world_id,
            village=self.village.site.key,
            number=who.number,
            family=who.family,
            sex=who.sex,
            genes=dict(who.genes),
            personality=dict(who.personality),
            born=who.born * self.world.time.day_length,
            mother_id=id_of(who.mother),
            father_id=id_of(who.father),
            spouse_id=id_of(who.spouse),
            wed=who.wed,
            home=home[:2],
            house=who.home,
        )
        events: list[WorldEvent] = [settled]
        if who.died is None and who.stage(self.today) is not LifeStage.CHILD:
            events += belongings.provided(
                character_id, who.occupation, Stream(_seed(self.world), f"things/{character_id}")
            )
        body = characters.create(self.tx, created, character_id)
        if who.died is None:
            events.append(CharacterEntered(character_id=character_id))
        else:
            events.append(NpcDied(character_id=character_id, day=who.died, cause=who.cause))
        self.bodies[who.number] = characters.save(self.tx, body, events)
        self.npcs[who.number] = replace(_npc_of(settled), died=who.died, cause=who.cause)

    def _happen(self, what: Happening, people: Mapping[int, Villager]) -> None:
        match what:
            case Birth(child=new) | Arrival(stranger=new):
                [name] = self._free_names([new]).values()
                self._settle(new, name, {new.number: uuid4()})
                if isinstance(what, Arrival):
                    self._wed(what.partner, new.number, what.day, people[what.partner].home)
            case Wedding():
                self._wed(what.one, what.other, what.day, what.home)
                self._wed(what.other, what.one, what.day, what.home)
            case Death():
                self._die(what)

    def _wed(self, number: int, other: int, day: int, house: int) -> None:
        npc = self.npcs[number]
        spouse, home = self.npcs[other].character_id, self.village.site.homes[house]
        event = NpcWed(character_id=npc.character_id, spouse_id=spouse, day=day, house=house, home=home[:2])
        self._save(number, [event])
        self.npcs[number] = replace(npc, spouse_id=spouse, wed=day, house=house, home=home[:2])

    def _die(self, death: Death) -> None:
        """Bury someone: what they had goes to the nearest who is left. Who is played by someone does not die of age."""
        number, body = death.who, self.bodies[death.who]
        if not body.is_npc:
            return
        heir = self._heir(number)
        if heir is not None:
            self._hand_over(number, heir)
        died = NpcDied(character_id=body.character_id, day=death.day, cause=death.cause)
        self._save(number, [died, CharacterLeft(character_id=body.character_id, reason="died")])
        self.npcs[number] = replace(self.npcs[number], died=death.day, cause=death.cause)

    def _heir(self, number: int) -> int | None:
        npc = self.npcs[number]

        def nearness(other: Npc) -> tuple[bool, bool, bool, int]:
            is_child = npc.character_id in (other.mother_id, other.father_id)
            return (other.character_id != npc.spouse_id, not is_child, other.house != npc.house, other.born)

        left = [
            (nearness(each), other)
            for other, each in self.npcs.items()
            if other != number and self.bodies[other].is_npc and self.bodies[other].is_present and each.died is None
        ]
        return min(left)[1] if left else None

    def _hand_over(self, number: int, heir: int) -> None:
        giver, taker = self.bodies[number].character_id, self.bodies[heir].character_id
        for held in self.bodies[number].inventory.held:
            thing = {"item": held.item.key, "quantity": held.quantity}
            self._save(number, [ItemHandedOver(character_id=giver, to_id=taker, removed=(held.holding_id,), **thing)])
            stack = stack_of(replace(held, slot=None))
            self._save(heir, [ItemReceived(character_id=taker, from_id=giver, saved=(stack,), **thing)])

    def _age(self, number: int) -> None:
        """Let someone look as old as they are."""
        body, npc = self.bodies[number], self.npcs[number]
        hours = self.world.time.hours_per_day
        years = years_of(npc.born, self.now, hours)
        before = years_of(npc.born, self.village.lived * self.world.time.day_length, hours)
        if stage_of(before, body.species) is LifeStage.CHILD and stage_of(years, body.species) is not LifeStage.CHILD:
            self._save(number, [*_grown_up(body, npc)])
            body = self.bodies[number]
        seen = describe(npc.genes, body.species, max(0.0, years), npc.sex)
        if seen != body.description:
            looks = LookChanged(
                character_id=body.character_id, name=body.name, appearance=body.appearance, description=seen
            )
            self._save(number, [looks])

    def _save(self, number: int, events: Sequence[WorldEvent]) -> None:
        self.bodies[number] = characters.save(self.tx, self.bodies[number], events)

    def _ties(self, after: Population) -> tuple[Tie, ...]:
        by_pair: dict[tuple[int, int], list[Talk]] = {}
        for each in talks(after, self.village.lived + 1, self.today):
            by_pair.setdefault((each.one, each.other), []).append(each)
        return tuple(
            Tie(
                one_id=self.npcs[one].character_id,
                other_id=self.npcs[other].character_id,
                affection=sum(each.affection for each in theirs),
                trust=sum(each.trust for each in theirs),
                talks=len(theirs),
                day=theirs[-1].day,
            )
            for (one, other), theirs in by_pair.items()
        )


def _names(who: Villager, village: str) -> list[str]:
    return [who.name, f"{who.name} {who.family}", f"{who.name} of {village}", f"{who.name} {who.family} of {village}"]


def _attributes(genes: Genes, species: str, *, is_child: bool) -> dict[Attribute, int]:
    """Return the attributes of a body; a child has half of the physical ones."""
    added = heredity.bonuses(genes)
    usual = kinds.attributes_of(species)
    grown = {each: max(1, min(100, usual[each] + added.get(each, 0))) for each in Attribute}
    return {**grown, **{each: grown[each] // 2 for each in ATTRIBUTE_GROUPS["Physical"]}} if is_child else grown


def _grown_up(body: Character, npc: Npc) -> Iterator[WorldEvent]:
    """Yield what happens to the body of a child that has grown up."""
    child = _attributes(npc.genes, body.species, is_child=True)
    grown = _attributes(npc.genes, body.species, is_child=False)
    for each, old in child.items():
        if grown[each] != old:
            yield AttributeModified(
                character_id=body.character_id, attribute=each, old=old, new=grown[each], reason="grown up"
            )
    most = bodies.derived(grown)
    yield HealthChanged(character_id=body.character_id, old=body.hp, new=most.hp, reason="grown up")
    yield StaminaChanged(character_id=body.character_id, old=body.stamina, new=most.stamina * PARTS, reason="grown up")


def _npc_of(event: NpcSettled) -> Npc:
    return Npc(**{name: getattr(event, name) for name in NpcSettled.model_fields})
