"""Commands about single creatures, and how one sees them: ecosystem spawn, breed, lineage. Source: worlds 5, 15.2."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any, Final
from uuid import UUID, uuid5

from msgspec import Struct
from msgspec.structs import replace

from kernel.naming import quoted
from kernel.texts import listed, number, to_translate, translate
from worlds.acting import settled_creatures
from worlds.acting.models import CommandOutcome, GameMessage, Scene
from worlds.acting.needs import SIGHT, Needs
from worlds.commands.models import Parsed
from worlds.deep_time.models import NoDeepTime, UnknownLineage, ground_of, standing_of
from worlds.ecosystem import creatures
from worlds.ecosystem.creature_queries import as_json
from worlds.ecosystem.creatures import EATS_AT, KEPT_TRAITS, MS_PER_TICK, Creature, DoesNotFit, Fauna, NoSpecies
from worlds.ecosystem.models import PLANT, name_of
from worlds.entities.models import Entity
from worlds.generation.biomes import Biome
from worlds.ground.models import Terrain
from worlds.ground.words import BIOMES
from worlds.space.models import METRE, Position
from worlds.space.rules import place_at, squared_distance
from worlds.world.events import CreaturesChanged

CREATURE: Final = "creature"
NEAREST: Final = 3
"""Metres from its owner at which a creature appears; FARTHEST at most."""
FARTHEST: Final = 15
TRIES: Final = 20
MOST_TOLD: Final = 5
"""Creatures that are named one by one."""
KINDS: Final = (to_translate("plant"), to_translate("plant eater"), to_translate("meat eater"))
CAUSES: Final[Mapping[str, str]] = {
    creatures.OLD_AGE: to_translate("of old age"),
    creatures.STARVED: to_translate("of hunger"),
    creatures.HUNTED: to_translate("of a hunter"),
    creatures.SLAIN: to_translate("in a fight"),
}


class KnownSpecies(Struct, frozen=True):
    """A species of a world's deep time.

    Attributes:
        biomes: numbers of those in which it lives.
        traits: in the order of KEPT_TRAITS.
        parent: the number of the species that it comes from; -1 for the first ones.
        born: the year in which it became a species.
    """

    number: int
    name: str
    kind: int
    biomes: Sequence[int]
    traits: Sequence[float]
    parent: int
    born: int


def of_the_ecosystem(parsed: Parsed) -> Needs:
    """Return the needs of a command about what lives in a world."""
    return Needs(creatures=True, world=parsed.words[0] in ("spawn", "breed"), ground=parsed.words[0] == "spawn")


def fauna_of(scene: Scene) -> Fauna:
    """Return the creatures of a world as they are now."""
    world = scene.world
    kept = world.generation.get("creatures", {"at": 0, "next_number": 1})
    _, seed = _ground(scene)
    stored = Fauna(seed, world.space, **kept, creatures={each.number: each for each in scene.creatures})
    # Each change of all has a number of its own in a run; a fight changes one. The dead are not always read.
    each_one = hash(tuple((each.number, each.died, each.position, each.hp, each.hp_since) for each in scene.creatures))
    key = world.world_id, standing_of(world.generation).run, stored.at, stored.next_number, each_one
    return settled_creatures.settled(key, stored, world.time.at(scene.now) // MS_PER_TICK)


def creature_id(world_id: UUID, number: int) -> UUID:
    """Return the id under which a creature is seen, and fights."""
    return uuid5(world_id, f"creature/{number}")


def with_creatures(scene: Scene, at: Position | None = None) -> Scene:
    """Return a scene whose creatures are among the things that one sees.

    Args:
        at: from where, if not from where the scene has one.
    """
    if not scene.creatures:
        return scene
    fauna = fauna_of(scene)
    food = creatures.food_of(fauna)
    here = at or scene.me.position
    space = scene.world.space
    near = [each for each in fauna.living() if squared_distance(space, here, each.position) <= SIGHT * SIGHT]
    seen = [_entity(scene, fauna, food, each) for each in near]
    return replace(scene, things=sorted([*scene.things, *seen], key=lambda each: each.squared_distance))


def spawn(scene: Scene, parsed: Parsed) -> CommandOutcome:
    """Let a grown creature of a species stand nearby, where its species lives.

    Raises:
        NoDeepTime, NoSpecies, UnknownLineage, DoesNotFit, TooManyCreatures
    """
    if scene.ground is None:
        raise NoDeepTime(name=scene.world.name)
    here = scene.ground.cover(scene.me.position).biome
    chosen = _species(scene, parsed.words[1] if len(parsed.words) > 1 else "")
    fits = [each for each in chosen if here in each.biomes]
    if not fits:
        possible = sorted({biome for each in chosen for biome in each.biomes})
        raise DoesNotFit(here=translate(BIOMES[here]), homes=_biomes(possible))
    before, [species, *_] = fauna_of(scene), fits
    name, kind = species.name, species.kind
    position = _place(scene, scene.ground, here)
    after = creatures.spawned(before, species.number, kind, here, position, species.traits)
    new = after.creatures[before.next_number]
    text = translate(
        "Creature {number}, {name} ({kind}), stands {metres} m from you.",
        number=new.number,
        name=name,
        kind=translate(KINDS[kind]),
        metres=_metres(scene, new),
    )
    if kind != PLANT and (kind, here) not in creatures.food_of(after):
        text += " " + translate("It finds nothing to eat here, and will starve within minutes of this world's time.")
    return _changed(scene, after, text)


def breed(scene: Scene, parsed: Parsed) -> CommandOutcome:
    """Let two creatures have young: of a species, or those whose numbers are typed.

    Raises:
        NoPair, UnknownLineage, TooManyCreatures
    """
    fauna = fauna_of(scene)
    typed = [word.lower() for word in parsed.words[1:]]
    chosen = [each for each in fauna.living() if not typed or typed[0] == _name(fauna, each).lower()]
    if len(typed) > 1 and all(map(str.isdecimal, typed)):
        chosen = [each for each in fauna.living() if str(each.number) in typed]
    if typed and not chosen:
        raise UnknownLineage(typed=quoted(" ".join(typed)))
    after, young = creatures.bred(fauna, chosen)
    mother = young[0].mother
    numbers = listed([str(each.number) for each in young])
    text = translate(
        "Creatures {mother} and {father}, {name}, have young: {numbers}.",
        name=_name(fauna, young[0]),
        mother=mother,
        father=young[0].father,
        numbers=numbers,
    )
    return _changed(scene, after, text)


def lineage(scene: Scene, parsed: Parsed) -> CommandOutcome:
    """Show where a creature, or a species, comes from; of a number that both have, show both.

    Raises:
        UnknownLineage
    """
    fauna = fauna_of(scene)
    typed = parsed.words[1].lower() if len(parsed.words) > 1 else ""
    found = fauna.creatures.get(int(typed)) if typed.isdecimal() and len(typed) < 9 else None
    try:
        species = _species(scene, typed)
    except UnknownLineage:
        if found is None:
            raise
        species = []
    lines = [] if found is None else [_line_of(scene, fauna, found)]
    return _told("\n".join([*lines, *(_origin(fauna.seed, each) for each in species)]))


def status(scene: Scene) -> list[str]:
    """Return lines about the creatures of a world, for `ecosystem status`; none if there are none."""
    if not scene.creatures:
        return []
    fauna = fauna_of(scene)
    living = fauna.living()
    plants, eaters, hunters = creatures.counted(living)
    lines = [
        translate(
            "Creatures: plants {plants}, plant eaters {eaters}, meat eaters {hunters}.",
            plants=number(plants),
            eaters=number(eaters),
            hunters=number(hunters),
        )
    ]
    nearest = sorted(living, key=lambda each: (squared_distance(*_way(scene, each)), each.number))[:MOST_TOLD]
    food = creatures.food_of(fauna)
    for each in nearest:
        needs = creatures.needs_at(each, fauna.at, has_food=(each.kind, each.biome) in food)
        lines.append(
            translate(
                "Creature {number}, {name}, {metres} m away: hunger {hunger}, thirst {thirst}, energy {energy},"
                " urge {urge}.",
                number=each.number,
                name=_name(fauna, each),
                metres=_metres(scene, each),
                hunger=round(needs.hunger),
                thirst=round(needs.thirst),
                energy=round(needs.energy),
                urge=round(needs.urge),
            )
        )
    return lines


def log(scene: Scene) -> list[str]:
    """Return lines about those who have died last, for `ecosystem log`."""
    if not scene.creatures:
        return []
    fauna = fauna_of(scene)
    dead = [each for each in fauna.creatures.values() if each.died is not None]
    dead.sort(key=lambda each: (each.died or 0, each.number))
    return [
        translate(
            "Creature {number}, {name}, died {cause}.",
            number=each.number,
            name=_name(fauna, each),
            cause=translate(CAUSES[each.cause]),
        )
        for each in dead[-MOST_TOLD:]
    ]


def _ground(scene: Scene) -> tuple[Any, int]:
    generation = scene.world.generation
    if "parameters" not in generation or "seed" not in generation:
        raise NoDeepTime(name=scene.world.name)
    return ground_of(generation, standing_of(generation))


def _changed(scene: Scene, after: Fauna, text: str) -> CommandOutcome:
    before = Fauna(after.seed, after.space, creatures={each.number: each for each in scene.creatures})
    saved, removed = creatures.changed(before, after)
    event = CreaturesChanged(
        world_id=scene.world.world_id,
        at=after.at,
        next_number=after.next_number,
        saved=[as_json(each) for each in saved],
        removed=removed,
    )
    return CommandOutcome(world_events=[event], messages=[GameMessage("system", text)])


def _place(scene: Scene, ground: Terrain, biome: Biome) -> Position:
    """Return a place near who acts that is as they wished for; where they stand if chance finds no other."""
    me = scene.me.position
    for _ in range(TRIES):
        east, north = (scene.rng.randint(NEAREST, FARTHEST) * scene.rng.choice((-1, 1)) for _ in range(2))
        place = place_at(scene.world.space, me.x + east * METRE, me.y + north * METRE, me.z)
        if place is not None:
            there = ground.at(place)
            if there.biome == biome and (biome == Biome.OCEAN or not there.water):
                return place
    return me


def _entity(scene: Scene, fauna: Fauna, food: Collection[tuple[int, int]], each: Creature) -> Entity:
    description = [translate(KINDS[each.kind]).capitalize() + "."]
    if not each.is_grown(fauna.at):
        description.append(translate("It is young."))
    if each.kind != PLANT:
        needs = creatures.needs_at(each, fauna.at, has_food=(each.kind, each.biome) in food)
        if needs.hunger > EATS_AT:
            description.append(translate("It is starving."))
    return Entity(
        entity_id=creature_id(scene.world.world_id, each.number),
        kind=CREATURE,
        name=_name(fauna, each),
        description=" ".join(description),
        position=each.position,
        squared_distance=squared_distance(*_way(scene, each)),
        metadata={"number": each.number},
    )


def _line_of(scene: Scene, fauna: Fauna, each: Creature) -> str:
    lines = [
        translate(
            "Creature {number}: {name} ({kind}), of generation {generation}.",
            number=each.number,
            name=_name(fauna, each),
            kind=translate(KINDS[each.kind]),
            generation=each.generation,
        )
    ]
    if each.mother is None:
        lines.append(translate("It has no parents: it was put here."))
    else:
        lines.append(translate("Its parents: creatures {mother} and {father}.", mother=each.mother, father=each.father))
    young = [str(other.number) for other in fauna.creatures.values() if each.number in (other.mother, other.father)]
    if young:
        lines.append(translate("Its young: creatures {numbers}.", numbers=listed(young)))
    if each.cause:
        lines.append(translate("It died {cause}.", cause=translate(CAUSES[each.cause])))
    lines.append(", ".join(f"{name} {value:.1f}" for name, value in zip(KEPT_TRAITS, each.traits, strict=True)))
    return "\n".join(lines)


def _species(scene: Scene, typed: str) -> list[KnownSpecies]:
    """Return the species of a world that are known, or those that someone means.

    Raises:
        NoSpecies, UnknownLineage
    """
    homes, (_, seed) = standing_of(scene.world.generation).seen.get("homes", {}), _ground(scene)
    known = [
        KnownSpecies(number=int(key), name=name_of(seed, int(key), each["kind"]), **each) for key, each in homes.items()
    ]
    if not known:
        raise NoSpecies
    meant = [each for each in known if typed.lower() in ("", str(each.number), each.name.lower())]
    if not meant:
        raise UnknownLineage(typed=quoted(typed))
    return meant


def _origin(seed: int, species: KnownSpecies) -> str:
    text = translate(
        "Species {number}: {name} ({kind}), since year {year}, lives in: {biomes}.",
        number=species.number,
        name=species.name,
        kind=translate(KINDS[species.kind]),
        year=number(species.born),
        biomes=_biomes(species.biomes),
    )
    if species.parent >= 0:
        parent = name_of(seed, species.parent, species.kind)
        text += " " + translate("It comes from species {number}, {name}.", number=species.parent, name=parent)
    return text


def _biomes(biomes: Sequence[int]) -> str:
    return listed([translate(BIOMES[Biome(each)]) for each in biomes])


def _name(fauna: Fauna, each: Creature) -> str:
    return name_of(fauna.seed, each.species, each.kind)


def _way(scene: Scene, each: Creature) -> tuple[Any, Position, Position]:
    return scene.world.space, scene.me.position, each.position


def _metres(scene: Scene, each: Creature) -> str:
    return number(round(squared_distance(*_way(scene, each)) ** 0.5 / METRE))


def _told(text: str) -> CommandOutcome:
    return CommandOutcome(messages=[GameMessage("info", text)])
