"""Commands that only look: around, at something, who is here. Source: worlds 5."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from contextlib import contextmanager
from math import sqrt
from typing import Any, Final

from kernel.naming import person_key, quoted
from kernel.texts import listed, number, speaking, spoken, translate
from worlds.acting import offering, overhearing, villagers
from worlds.acting.models import CommandOutcome, GameMessage, Scene, SeenPerson, TargetOutOfRange
from worlds.acting.needs import CLOSE, HEARD, MOST_LISTED, SIGHT, Needs
from worlds.acting.offering import Offer
from worlds.acting.scenery import Scenery, find_with_scenery
from worlds.acting.wildlife import with_creatures
from worlds.characters.models import Character
from worlds.commands.models import Parsed, PersonNotFound
from worlds.daytime.words import header
from worlds.deep_time.models import standing_of
from worlds.describing import asking
from worlds.describing.areas import area_of
from worlds.describing.asking import closer
from worlds.describing.facts import seen_moons
from worlds.describing.grammar import LANGUAGE, compose
from worlds.describing.models import Area, NearestThing, perception_step
from worlds.entities.models import Entity
from worlds.fixtures.content import Fixture, fixtures
from worlds.ground import words as ground_words
from worlds.ground.atlas import cell_on_map
from worlds.ground.models import NoMap
from worlds.ground.seeing import side_of
from worlds.items import rules as items
from worlds.items.content import items as catalogue
from worlds.space.models import METRE
from worlds.space.rules import offset
from worlds.villages.chatter import MATTERS
from worlds.weather import moons
from worlds.weather import words as weather_words
from worlds.weather.local import sky_over
from worlds.world.rules import portal_id

USUAL_PERCEPTION: Final = 50
"""Of those who have no attributes, such as watchers."""
MOST_NAMED: Final = 20
"""People, and things, that are named when one looks around."""


def look(scene: Scene, parsed: Parsed) -> CommandOutcome:
    """Describe where one is, or one thing or person."""
    scene = with_creatures(scene)
    if not parsed.target:
        return _closer(scene)
    around = [*scene.things, *offering.offered(scene), *scene.people]
    seen = find_with_scenery(scene, around, parsed.target, names_of, lambda: area_here(scene))
    if isinstance(seen, Scenery):
        return CommandOutcome(messages=[GameMessage("area_description", seen.text, {"target": seen.name})])
    return CommandOutcome(messages=[GameMessage("area_description", describe(scene, seen), {"target": name_of(seen)})])


def looking_around(parsed: Parsed) -> Needs:
    """Return the needs: what models have written is of use only to who looks around."""
    return Needs(
        things=SIGHT,
        people=SIGHT,
        ground=True,
        prospect=True,
        living=True,
        written=not parsed.target,
        talkers=0 if parsed.target else HEARD + MATTERS,
    )


def _closer(scene: Scene) -> CommandOutcome:
    """Describe where one is, and with what a model has written about it if that is there."""
    area = area_here(scene)
    messages = [_around(scene, area)]
    if scene.written is None or area is None:
        return CommandOutcome(messages=messages)
    wanted = asking.wanted(area, scene.language, scene.written)
    if wanted.written is not None:
        messages.append(GameMessage("area_description", closer(wanted.written.text)))
    return CommandOutcome(messages=messages, wanted=wanted)


def around(scene: Scene) -> GameMessage:
    """Return what one sees when one looks around."""
    return _around(scene, area_here(scene))


def _around(scene: Scene, area: Area | None) -> GameMessage:
    if scene.world.is_lobby:
        lines = [
            f"[{scene.world.name}]",
            translate("A round hall of pale stone, with an arch in each of the four walls. Everyone arrives here."),
        ]
    else:
        lines = [header(scene.world.time.moment(scene.now))]
    metadata: dict[str, Any] = {}
    if area is not None:
        if _reads_english():
            lines[0] = " ".join([lines[0], *compose(area)])
        else:
            said = (ground_words.in_words(area.seen), weather_words.in_words(area.weather, area.coming))
            lines[0] = " ".join(filter(None, [lines[0], *said, moons.in_words(seen_moons(area))]))
        metadata["weather"] = weather_words.as_json(area.weather)
    things = sorted(scene.things, key=_is_one_of_many_portals)
    seen = named(scene.people, things)
    offers = offering.offered(scene)[: offering.MOST_OFFERED]
    if offers:
        metadata["offers"] = offering.as_json(offers)
    busy = [each for each in seen if isinstance(each, SeenPerson) and villagers.is_busy(each)]
    names = [*(shown(each) for each in seen if each not in busy), *map(offering.shown, offers)]
    if busy:
        lines.append(" ".join(map(villagers.doing, busy)))
    if names:
        lines.append(translate("You see: {names}.", names=listed(names)))
    elif not busy:
        lines.append(_nothing_near(scene))
    if heard := overhearing.overheard(scene):
        lines.append(" ".join(overhearing.in_words(scene, each) for each in heard))
        metadata["talks"] = overhearing.as_json(heard)
    if smoke := villagers.smoke(scene):
        lines.append(smoke)
        metadata["villages"] = [villagers.as_json(each) for each in scene.villages]
    exits = [each.name for each in things[:MOST_NAMED] if each.portal_to is not None]
    if exits:
        lines.append(translate("Ways out: {names}.", names=listed(exits)))
    if len(scene.people) > MOST_NAMED:
        lines.append(translate("There are more people. Write who to read their names."))
    if len(things) > MOST_NAMED and scene.world.is_lobby:
        lines.append(translate("Portals lead to more worlds. Write worlds to read their names, then: enter <world>"))
    elif len(things) > MOST_NAMED:
        lines.append(translate("There are more things. Go nearer to them, or name what you look for: look <thing>"))
    return GameMessage("area_description", "\n".join(lines), {"entities": [mark(each) for each in seen], **metadata})


@contextmanager
def the_games_language() -> Generator[None]:
    """Speak English inside as long as the game is not translated: its sentences have no words of translated pages."""
    with speaking(LANGUAGE if _reads_english() else spoken()):
        yield


def _reads_english() -> bool:
    """Tell whether someone reads composed sentences, which are English: so is all that is not translated for them."""
    plain = "The ground is level."
    return spoken() == LANGUAGE or translate(plain) == plain


def _nothing_near(scene: Scene) -> str:
    if scene.me.is_flying:
        return translate("There is nothing near you but the air.")
    if scene.ground is not None and scene.ground.cover(scene.me.position).water:
        return translate("There is nothing near you but the water.")
    return translate("There is nothing near you but the ground.")


def area_here(scene: Scene) -> Area | None:
    """Return what is described of where one is; None in a world without ground."""
    if scene.ground is None:
        return None
    return area_of(
        scene.world,
        scene.ground,
        sky_over(scene.world, scene.ground, scene.me.position),
        scene.me.position,
        scene.now,
        perception_step(scene.me.attributes.get("Perception", USUAL_PERCEPTION)),
        is_flying=scene.me.is_flying,
        thing=_nearest(scene),
        others=len(scene.people),
    )


def _nearest(scene: Scene) -> NearestThing | None:
    """Return the nearest thing that is not at one's feet."""
    here = scene.me.position
    for each in scene.things:
        east, north, _ = offset(scene.world.space, here, each.position)
        metres_away = round(sqrt(east * east + north * north) / METRE)
        if metres_away:
            name = catalogue.by_key[each.item].name_of(each.quantity) if each.item else name_of(each)
            return NearestThing(f"the {name}", metres_away, side_of(east, north))
    return None


def named(people: Sequence[SeenPerson], things: Sequence[Entity]) -> list[SeenPerson | Entity]:
    """Return those who are named, and what is, of those who are there: the first of them, and portals last."""
    return [*people[:MOST_NAMED], *sorted(things, key=_is_one_of_many_portals)[:MOST_NAMED]]


def _is_one_of_many_portals(seen: Entity) -> bool:
    """Tell whether something is the portal to a player's world: there may be thousands of them."""
    return seen.portal_to is not None and seen.entity_id == portal_id(seen.portal_to)


def mark(seen: Entity | SeenPerson | Character) -> dict[str, Any]:
    """Return what a client needs to link to what is seen, and to draw it. The name is the one in the text."""
    x, y, z = (axis / 10 for axis in seen.position)
    if not isinstance(seen, Entity):
        identifier, kind, name = seen.character_id, "character", seen.name
    else:
        identifier, kind = seen.entity_id, "portal" if seen.portal_to is not None else seen.kind
        name = catalogue.by_key[seen.item].name_of(seen.quantity) if seen.item else name_of(seen)
    return {"id": str(identifier), "name": name, "type": kind, "position": {"x": x, "y": y, "z": z}}


def describe(scene: Scene, seen: Entity | SeenPerson | Offer) -> str:
    """Return what one sees of a thing, a person or a piece of ground; fine details only from close by."""
    if isinstance(seen, Offer):
        return offering.describe(seen)
    if isinstance(seen, SeenPerson):
        about = translate("{name}, {species}.", name=seen.name, species=seen.species)
        return f"{about} {seen.description}".strip()
    fixture = fixture_of(seen)
    parts = [f"{shown(seen)}.", fixture.description if fixture else seen.description]
    if fixture is not None and fixture.contents is not None:
        parts.append(translate("It is open.") if seen.is_open else translate("It is closed."))
    if seen.details and seen.squared_distance <= CLOSE * CLOSE:
        parts.append(fixture.details if fixture else seen.details)
    elif seen.details:
        parts.append(translate("Go nearer to see more."))
    return " ".join(filter(None, parts))


def world_map(scene: Scene, parsed: Parsed) -> CommandOutcome:
    """Show the whole world from above, and where one is.

    Raises:
        NoMap
    """
    drawn, world = scene.atlas, scene.world
    if drawn is None:
        raise NoMap(name=world.name)
    where = cell_on_map(drawn, world.space, scene.me.position)
    years = standing_of(world.generation).year
    lines = [
        translate(
            "{world}: {land} % land, {celsius} °C on average, the highest place at {metres} m.",
            world=world.name,
            land=f"{drawn['land_percent']:.0f}",
            celsius=f"{drawn['mean_temperature']:.0f}",
            metres=f"{drawn['highest_point']:.0f}",
        )
    ]
    lines.append(
        translate(
            "The sea is at {sea} m. Seed {seed}, {years} years of deep time.",
            sea=number(drawn["sea_level"]),
            seed=drawn["seed"],
            years=number(years),
        )
    )
    if years:
        lines.append(translate("These are of the ground that you walk on; world info has those of its deep time."))
    if world.space.shape == "spherical":
        latitude = scene.me.position.y / world.space.circumference * 360
        longitude = (scene.me.position.x / world.space.circumference * 360 + 180) % 360 - 180
        lines.append(
            translate(
                "You are at {latitude}, {longitude}.",
                latitude=f"{abs(latitude):.2f}° {translate('north') if latitude >= 0 else translate('south')}",
                longitude=f"{abs(longitude):.2f}° {translate('east') if longitude >= 0 else translate('west')}",
            )
        )
    return CommandOutcome(
        messages=[GameMessage("world_map_data", "\n".join(lines), {**drawn, "years": years, "player": where})]
    )


def who(scene: Scene, parsed: Parsed) -> CommandOutcome:
    """List the people in this world."""
    others = [each.name for each in scene.people[:MOST_LISTED]]
    mine = [scene.me.name] if person_key(scene.me.name).startswith(person_key(parsed.rest)) else []
    names = sorted([*mine, *others], key=str.lower)
    if not names:
        raise PersonNotFound(typed=quoted(parsed.rest))
    text = translate("In {world}: {names}.", world=scene.world.name, names=listed(names))
    if len(scene.people) > MOST_LISTED:
        text += " " + translate("There are more: write who and the beginning of a name.")
    return CommandOutcome(messages=[GameMessage("player_list", text, {"players": names})])


def inventory(scene: Scene, parsed: Parsed) -> CommandOutcome:
    """List what one holds, with its weight and the limit."""
    held = scene.me.inventory
    if not held.held:
        return CommandOutcome(messages=[GameMessage("info", translate("You carry nothing."))])
    lines = []
    for each in held.held:
        line = f"{each.quantity} × {each.name}" if each.quantity > 1 else each.name
        line += f" ({items.kilograms(each.grams)} kg)"
        lines.append(f"{line}, {each.slot.replace('_', ' ')}" if each.slot else line)
    limit = items.kilograms(items.carry_limit(scene.me.attributes.get("Might", 0)))
    total = translate("Together {weight} of {limit} kg.", weight=items.kilograms(held.grams), limit=limit)
    return CommandOutcome(messages=[GameMessage("info", "\n".join([*lines, total]))])


def name_of(seen: Entity | SeenPerson | Offer) -> str:
    """Return the name of what is seen."""
    fixture = fixture_of(seen) if isinstance(seen, Entity) else None
    return fixture.name if fixture else seen.name


def names_of(seen: Entity | SeenPerson | Offer) -> Sequence[str]:
    """Return the names under which something is found."""
    if isinstance(seen, Entity) and seen.item:
        kind = catalogue.by_key[seen.item]
        return (kind.name, kind.plural)
    return (name_of(seen),)


def shown(seen: Entity | SeenPerson) -> str:
    """Return how something stands in a list."""
    if isinstance(seen, SeenPerson):
        return translate("{name} ({species})", name=seen.name, species=seen.species)
    if seen.item:
        kind = catalogue.by_key[seen.item]
        return f"{seen.quantity} × {kind.name_of(seen.quantity)}" if seen.quantity > 1 else kind.name
    return name_of(seen)


def fixture_of(seen: Entity) -> Fixture | None:
    """Return what a thing is that no one can carry away; None for any other thing."""
    return fixtures.by_key.get(seen.fixture) if seen.fixture else None


def definite(name: str) -> str:
    """Return a name in a sentence: people and places have theirs to themselves."""
    return name if name[:1].isupper() else translate("the {name}", name=name)


def too_far(name: str, squared_distance: float | None, reach: int) -> TargetOutOfRange:
    """Return the refusal to do something from here.

    Args:
        squared_distance: in square decimetres.
        reach: within which it could be done, in decimetres.
    """
    away = metres(squared_distance or 0)
    return TargetOutOfRange(name=name, thing=definite(name), distance=away, reach=reach // METRE)


def metres(squared_distance: float) -> str:
    """Return a distance as it is shown."""
    return f"{sqrt(squared_distance) / 10:.1f}"
