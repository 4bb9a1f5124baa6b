"""Creatures that stand somewhere in a world, from their birth to their death. Pure, without numpy. Source: worlds 15.2.

What they need follows from the tick by a formula. Who is hunted and who is born is decided at the end of each season of
an absolute grid, with random numbers of its own: it does not matter who looks first, or how often.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from msgspec import Struct, field
from msgspec.structs import replace

from kernel.errors import Conflict, Refused
from worlds.ecosystem.models import KINDS, PLANT, hunt_success
from worlds.generation.randomness import Stream
from worlds.space.models import Position, Space
from worlds.space.rules import place_at

MS_PER_TICK: Final = 200
DAY: Final = 24 * 60 * 60 * 5
"""Ticks."""
SEASON: Final = 90 * DAY
MOST: Final = 1_000
"""Creatures of a world that live at the same time."""
MOST_KEPT: Final = 2_000
"""The last ones, of whom it is still known that they lived."""
MOST_SEASONS: Final = 400
"""Seasons that are computed at once; after a hundred years in which no one has done anything, all stays as it is."""

HUNGER: Final = 0.055
"""Hunger, and thirst, that comes with a tick."""
TIRES: Final = 0.01
URGE: Final = 0.44
EATS_AT: Final = 50
FULL: Final = 100
MEAL: Final = 910
"""Ticks from a meal until it eats again."""
STARVES: Final = 1_819
"""Ticks from a meal until it dies for want of another."""
READY: Final = 228
"""Ticks of health from a litter until it can have another."""
LIFESPANS: Final = (18_250 * DAY, 3_650 * DAY, 5_475 * DAY)
"""By kind."""
GROWN: Final = 10
"""The share of its life after which one is grown: a tenth."""
KEPT_TRAITS: Final = ("size", "speed", "camouflage", "fertility", "litter")
_SIZE, _SPEED, _CAMOUFLAGE, _FERTILITY, _LITTER = range(len(KEPT_TRAITS))
MUTATES: Final = 0.05
CHANGES: Final = 0.1
MOST_PLANTS: Final = 100
"""In a biome."""
FOUND: Final = 0.3
"""The chance that a hunter comes upon prey in a season, where there is plenty."""
EATERS_PER_PLANT: Final = 2
EATERS_PER_HUNTER: Final = 3
FAR: Final = 30
"""Decimetres from its mother at which a child stands, at most."""

OLD_AGE: Final = "old age"
STARVED: Final = "hunger"
HUNTED: Final = "a hunter"
SLAIN: Final = "a fight"


class TooManyCreatures(Conflict):
    """A world that has as many creatures as it can hold."""

    code = "conflict"
    message = "{most} creatures live here already. There is room again when some have died."


class NoSpecies(Refused):
    """A world in which no years have passed."""

    code = "invalid_command"
    message = "No species are known here yet: no years have passed. Write: world simulate"


class DoesNotFit(Refused):
    """A creature for a place where its species does not live."""

    code = "invalid_command"
    message = "Here is {here}. What you want lives elsewhere: {homes}. Go there, or name another species."


class NoPair(Conflict):
    """No two creatures that could have a child."""

    code = "conflict"
    message = (
        "No two of them can have young now: both have to be grown and fed, of one species and in the same kind of"
        " place, and a little time has to pass after each litter."
    )


class Creature(Struct, frozen=True, kw_only=True):
    """One that lives, or has lived. Times are ticks of the world's clock.

    Attributes:
        number: within its world.
        kind, biome: numbers.
        fed: a meal. As long as there is food, one follows every 910 ticks.
        mated: since when it waits for its next litter.
        died: None as long as it lives.
        traits: from 0 to 10, in the order of KEPT_TRAITS.
        hp: what it had left after its last fight, at `hp_since` in milliseconds; None if nothing has ever hurt it.
    """

    number: int
    species: int
    kind: int
    biome: int
    position: Position
    born: int
    fed: int
    mated: int
    died: int | None = None
    cause: str = ""
    mother: int | None = None
    father: int | None = None
    generation: int = 1
    traits: tuple[float, ...] = (5.0,) * len(KEPT_TRAITS)
    hp: int | None = None
    hp_since: int = 0

    def is_grown(self, tick: int) -> bool:
        """Whether it can have young, by its age."""
        return tick - self.born >= LIFESPANS[self.kind] // GROWN


class Fauna(Struct, frozen=True):
    """The creatures of a world, settled up to a tick.

    Attributes:
        creatures: {number: creature}, in the order of numbers; also the dead whom something is still known of.
    """

    seed: int
    space: Space
    at: int = 0
    next_number: int = 1
    creatures: Mapping[int, Creature] = field(default_factory=dict)

    def living(self) -> list[Creature]:
        """Return those that live."""
        return [each for each in self.creatures.values() if each.died is None]


class CreatureNeeds(Struct, frozen=True):
    """How a creature is, each from 0 to 100."""

    hunger: float
    thirst: float
    energy: float
    urge: float


def needs_at(creature: Creature, tick: int, *, has_food: bool) -> CreatureNeeds:
    """Return how a living creature is. It drinks where it eats, and sleeps when it is tired."""
    energy = FULL - (tick - creature.born) * TIRES % FULL
    if creature.kind == PLANT:
        return CreatureNeeds(0, 0, FULL, min(FULL, (tick - creature.mated) * URGE))
    meal = _last_meal(creature.fed, tick) if has_food else creature.fed
    hunger = min(FULL, (tick - meal) * HUNGER)
    healthy = max(0, min(tick, meal + MEAL) - creature.mated)
    return CreatureNeeds(hunger, hunger, energy, min(FULL, healthy * URGE))


def food_of(fauna: Fauna) -> frozenset[tuple[int, int]]:
    """Return which kinds find something to eat in which biomes, both as numbers: what their own world has there."""
    return frozenset((each.kind + 1, each.biome) for each in fauna.creatures.values() if each.died is None)


def settle(fauna: Fauna, tick: int) -> Fauna:
    """Return what time has made of creatures; in one piece or in many, it is the same."""
    creatures, number, at = dict(fauna.creatures), fauna.next_number, fauna.at
    last = min(tick, at + MOST_SEASONS * SEASON)
    while at < last:
        living = [each for each in creatures.values() if each.died is None]
        if not living:
            break
        at = min(last, (at // SEASON + 1) * SEASON)
        for each in _aged(living, at):
            creatures[each.number] = each
        if at % SEASON == 0:
            for each in _turned(fauna, creatures, at, number):
                creatures[each.number] = each
                number = max(number, each.number + 1)
    kept = {key: each for key, each in creatures.items() if each.died is None or key >= number - MOST_KEPT}
    return replace(fauna, at=max(fauna.at, tick), next_number=number, creatures=kept)


def spawned(fauna: Fauna, species: int, kind: int, biome: int, position: Position, traits: Iterable[float]) -> Fauna:
    """Return the creatures with a grown one more; the hungry eat it, or what it brings, at once.

    Raises:
        TooManyCreatures
    """
    _require_room(fauna, 1)
    at = fauna.at
    born = at - LIFESPANS[kind] // GROWN
    new = Creature(
        number=fauna.next_number,
        species=species,
        kind=kind,
        biome=biome,
        position=position,
        born=born,
        fed=at,
        mated=at,
        traits=tuple(traits),
    )
    changed = {new.number: new}
    living = fauna.living()
    if not any(each.kind == kind and each.biome == biome for each in living):
        for each in living:
            if _eats(each, new):
                changed[each.number] = replace(each, fed=at) if at - each.fed >= MEAL else each
    return replace(fauna, next_number=new.number + 1, creatures={**fauna.creatures, **changed})


def bred(fauna: Fauna, chosen: Sequence[Creature]) -> tuple[Fauna, list[Creature]]:
    """Return the creatures with the young of the first two of some that can have any, and these young.

    Raises:
        NoPair, TooManyCreatures
    """
    at = fauna.at
    able: dict[tuple[int, int], list[Creature]] = defaultdict(list)
    food = food_of(fauna)
    for each in chosen:
        needs = needs_at(each, at, has_food=(each.kind, each.biome) in food)
        if each.is_grown(at) and needs.hunger <= EATS_AT and needs.urge >= FULL:
            able[each.species, each.biome].append(each)
    pairs = [each for each in able.values() if len(each) > 1]
    if not pairs:
        raise NoPair
    mother, father = pairs[0][:2]
    stream = Stream(fauna.seed, f"litter/{at}/{mother.number}")
    young = _litter(fauna, stream, mother, father, at, fauna.next_number)
    _require_room(fauna, len(young))
    parents = [replace(each, mated=at) for each in (mother, father)]
    creatures = {**fauna.creatures, **{each.number: each for each in (*parents, *young)}}
    return replace(fauna, next_number=fauna.next_number + len(young), creatures=creatures), young


def changed(before: Fauna, after: Fauna) -> tuple[list[Creature], list[int]]:
    """Return the creatures that are new or not as they were, and the numbers of those that are forgotten."""
    saved = [each for key, each in after.creatures.items() if before.creatures.get(key) != each]
    return saved, [key for key in before.creatures if key not in after.creatures]


def counted(creatures: Iterable[Creature]) -> list[int]:
    """Return how many there are of each kind."""
    found = [0] * len(KINDS)
    for each in creatures:
        found[each.kind] += 1
    return found


def _require_room(fauna: Fauna, more: int) -> None:
    if len(fauna.living()) + more > MOST:
        raise TooManyCreatures(most=MOST)


def _last_meal(fed: int, tick: int) -> int:
    """Return the tick of the last meal of one that has found food all the time."""
    return fed + (tick - fed) // MEAL * MEAL


def _eats(eater: Creature, other: Creature) -> bool:
    return eater.kind != PLANT and other.kind == eater.kind - 1 and other.biome == eater.biome


def _aged(living: Sequence[Creature], until: int) -> list[Creature]:
    """Return those whom time changes: the old die, and those who starve, after what they ate has died out."""
    changed: list[Creature] = []
    lasts: dict[tuple[int, int], int] = {}  # {(kind, biome): the tick at which the last of them dies, if it is before}
    for each in sorted(living, key=lambda each: each.kind):
        death, cause, fed = each.born + LIFESPANS[each.kind], OLD_AGE, each.fed
        if each.kind != PLANT:
            food = lasts.get((each.kind - 1, each.biome))
            if food is None or food <= until:
                fed = each.fed if food is None else _last_meal(each.fed, max(each.fed, food - 1))
                if fed + STARVES < death:
                    death, cause = fed + STARVES, STARVED
        key = each.kind, each.biome
        lasts[key] = max(lasts.get(key, 0), death)
        if death <= until:
            changed.append(replace(each, fed=fed, died=death, cause=cause))
        elif fed != each.fed:
            changed.append(replace(each, fed=fed))
    return changed


def _turned(fauna: Fauna, creatures: Mapping[int, Creature], tick: int, number: int) -> list[Creature]:
    """Return whom the end of a season changes, and who is born."""
    stream = Stream(fauna.seed, f"creatures/{tick // SEASON}")
    changed: list[Creature] = []
    places: dict[int, tuple[list[Creature], list[Creature], list[Creature]]] = {}
    for each in creatures.values():
        if each.died is None:
            places.setdefault(each.biome, ([], [], []))[each.kind].append(each)
    room = MOST - sum(len(kind) for kinds in places.values() for kind in kinds)
    for biome in sorted(places):
        plants, eaters, hunters = places[biome]
        for hunter in hunters:
            largest = 2 * hunter.traits[_SIZE] + 1
            prey = [each for each in eaters if each.traits[_SIZE] <= largest]
            found = min(1.0, len(prey) / (EATERS_PER_HUNTER * len(hunters)))
            if prey and (caught := _hunted(stream, hunter, prey, FOUND * found, tick)):
                eaters[:] = [each for each in eaters if each is not creatures[caught.number]]
                changed.append(caught)
                room += 1
        if hunters and not eaters:
            changed += [replace(each, fed=_last_meal(each.fed, tick - 1)) for each in hunters]
        wanted = (MOST_PLANTS, EATERS_PER_PLANT * len(plants), len(eaters) // EATERS_PER_HUNTER)
        for kind, there in enumerate((plants, eaters, hunters)):
            free = min(room, wanted[kind] - len(there))
            for mother, father in _pairs(there, tick):
                if free <= 0:
                    break
                if stream.unit() < 0.25 + mother.traits[_FERTILITY] / 20:
                    young = _litter(fauna, stream, mother, father, tick, number)[:free]
                    changed += young
                    number += len(young)
                    free -= len(young)
                    room -= len(young)
    return changed


def _hunted(stream: Stream, hunter: Creature, prey: Sequence[Creature], found: float, tick: int) -> Creature | None:
    chased = prey[stream.below(len(prey))]
    chance = hunt_success(hunter.traits[_SPEED], chased.traits[_SPEED], 10 * chased.traits[_CAMOUFLAGE])
    return replace(chased, died=tick, cause=HUNTED) if stream.unit() < found * chance else None


def _pairs(there: Iterable[Creature], tick: int) -> list[tuple[Creature, Creature]]:
    """Return grown ones of the same species by twos."""
    grown: dict[int, list[Creature]] = defaultdict(list)
    for each in there:
        if each.is_grown(tick):
            grown[each.species].append(each)
    return [pair for _, found in sorted(grown.items()) for pair in zip(found[::2], found[1::2], strict=False)]


def _litter(fauna: Fauna, stream: Stream, mother: Creature, father: Creature, tick: int, number: int) -> list[Creature]:
    size = 1 if mother.kind == PLANT else 1 + int(mother.traits[_LITTER] / 4)
    return [
        Creature(
            number=number + place,
            species=mother.species,
            kind=mother.kind,
            biome=mother.biome,
            position=_beside(fauna.space, stream, mother.position),
            born=tick,
            fed=tick,
            mated=tick,
            mother=mother.number,
            father=father.number,
            generation=1 + max(mother.generation, father.generation),
            traits=tuple(_inherited(stream, *both) for both in zip(mother.traits, father.traits, strict=True)),
        )
        for place in range(size)
    ]


def _beside(space: Space, stream: Stream, position: Position) -> Position:
    east, north = (stream.below(2 * FAR + 1) - FAR for _ in range(2))
    return place_at(space, position.x + east, position.y + north, position.z) or position


def _inherited(stream: Stream, of_mother: float, of_father: float) -> float:
    value = (of_mother + of_father) / 2
    if stream.unit() < MUTATES:
        value *= 1 + stream.between(-CHANGES, CHANGES)
    return round(max(0.0, min(10.0, value)), 3)
