"""Commands that change where one is, or looks. Source: worlds 5 and 8."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import suppress
from math import ceil, hypot
from typing import Final

from msgspec import Struct

from kernel.texts import translate
from worlds.acting.looking import area_here, definite, name_of, names_of
from worlds.acting.models import CommandOutcome, GameMessage, MovementBlocked, NoStairs, NoWayThere, Scene, TooFarAtOnce
from worlds.acting.needs import Needs
from worlds.acting.offering import offered
from worlds.acting.scenery import Scenery, find_with_scenery
from worlds.acting.sheet import stamina_of
from worlds.acting.wildlife import with_creatures
from worlds.characters.events import FlightChanged, PlayerMoved, PlayerTurned
from worlds.characters.practice import NOTHING_LEARNED, Practice, practised
from worlds.commands.models import Parsed
from worlds.entities.models import Entity
from worlds.ground.models import TooDeep, is_too_deep
from worlds.movement import rules
from worlds.movement.models import Mode
from worlds.skills.models import Skill
from worlds.space import rules as space
from worlds.space.collisions import Solid, blocked_by
from worlds.space.models import METRE, Direction, Position

AROUND_A_STEP: Final = 120
"""Decimetres from one's way at which something is seen: what stands in it, and what is on the map at its end."""
FARTHEST: Final = 1000
"""Decimetres that one walks with one command without a goal in sight."""
SOUNDING: Final = 5 * METRE
"""How often the depth of water is looked at on a way."""
LONG_WALK: Final = 50 * METRE
SNEAKED: Final = 5 * METRE
"""From which one learns to find one's way, and to be quiet."""
LEARNED: Final = 2
"""Points of experience."""
FREE_ALTITUDE: Final = 100
"""Decimetres above which nothing is in the way."""
ASIDE: Final = (5, 20, 60)
"""Decimetres from the edge of an obstacle at which one walks around it."""

Way = tuple[int, int, int]
"""Decimetres to the east, to the north and up."""


class Obstacle(Struct, frozen=True):
    """Something that ends a way.

    Attributes:
        free: the part of the way before it.
    """

    solid: Solid
    free: Way


def step(scene: Scene, parsed: Parsed) -> CommandOutcome:
    """Go some metres in a direction."""
    if parsed.direction is None:
        return go_to(scene, parsed)
    direction = Direction[parsed.direction.upper()]
    length = parsed.distance or METRE
    return _move(scene, direction.value, length, parsed.mode or Mode.WALK, parsed.direction)


def go_to(scene: Scene, parsed: Parsed) -> CommandOutcome:
    """Walk straight to something that one sees, as near as one gets."""
    seen = with_creatures(scene)
    around = [*seen.things, *offered(scene), *scene.people]
    goal = find_with_scenery(scene, around, parsed.target, names_of, lambda: area_here(scene))
    mode = parsed.mode or Mode.WALK
    if isinstance(goal, Scenery):
        return _go_there(scene, goal, mode)
    away = space.offset(scene.world.space, scene.me.position, goal.position)
    near = max(goal.radius, METRE) if isinstance(goal, Entity) else METRE
    distance = _length(*away)
    if distance <= near:
        return CommandOutcome(messages=[GameMessage("movement", translate("You are there already."))])
    part = (distance - near) / distance
    east, north, up = (round(axis * part) for axis in away)
    return _walk_up_to(scene, (east, north, up), mode, name_of(goal))


def _go_there(scene: Scene, goal: Scenery, mode: Mode) -> CommandOutcome:
    if goal.way is None:
        raise NoWayThere(name=goal.name)
    if goal.way == (0, 0):
        return CommandOutcome(messages=[GameMessage("movement", translate("You are there already."))])
    distance = _length(*goal.way, 0)
    if not goal.is_far or distance <= FARTHEST:
        return _walk_up_to(scene, (*goal.way, 0), mode, goal.name)
    east, north = (axis * FARTHEST // distance for axis in goal.way)
    left = round((distance - FARTHEST) / METRE)
    text = translate("You walk towards {thing}. {metres} m are left.", thing=definite(goal.name), metres=left)
    return _walk_up_to(scene, (east, north, 0), mode, goal.name, text)


def face(scene: Scene, parsed: Parsed) -> CommandOutcome:
    """Look another way, without a step."""
    assert parsed.direction is not None
    x, y, z = Direction[parsed.direction.upper()].value
    facing = _facing(x, y, z) or scene.me.facing
    turned = [PlayerTurned(character_id=scene.me.character_id, facing=facing)] if facing != scene.me.facing else []
    text = translate("You face {direction}.", direction=translate(parsed.direction))
    return CommandOutcome(events=turned, messages=[GameMessage("action", text)])


def fly(scene: Scene, parsed: Parsed) -> CommandOutcome:
    """Take off, rise, sink or land."""
    me = scene.me
    highest = rules.ceiling(_larger_bound(scene))
    altitude = me.position.z if me.is_flying else 0
    if parsed.distance is not None:
        after = rules.fly_to(parsed.distance, highest, may_fly=me.is_watcher)
    elif me.is_watcher and parsed.words and parsed.words[0] in ("up", "down"):
        rise = rules.TAKE_OFF if parsed.words[0] == "up" else -rules.TAKE_OFF
        after = rules.change_altitude(altitude, rise, highest)
    else:
        after = rules.take_off(altitude, highest, may_fly=me.is_watcher)
    return _at_altitude(scene, after)


def around_the_way(parsed: Parsed) -> Needs:
    """Return the needs of a movement: what stands around, or what can be seen if it is a goal."""
    if parsed.direction is None:
        return Needs(things=FARTHEST, people=FARTHEST, surroundings=True, ground=True, prospect=True, living=True)
    around = min(parsed.distance or METRE, FARTHEST) + AROUND_A_STEP
    return Needs(things=around, people=around, surroundings=True, ground=True, living=True)


def _move(scene: Scene, way: tuple[int, int, int], length: int, mode: Mode, direction: str) -> CommandOutcome:
    me = scene.me
    if way[2] and not me.is_flying:
        raise NoStairs
    if way[2]:
        after = rules.change_altitude(me.position.z, way[2] * length, rules.ceiling(_larger_bound(scene)))
        return _at_altitude(scene, after)
    if length > FARTHEST and not me.is_watcher:
        raise TooFarAtOnce(metres=FARTHEST // METRE)
    walked = translate("You go {direction}.", direction=translate(direction))
    return _walk(scene, (way[0] * length, way[1] * length, 0), mode, walked)


def _at_altitude(scene: Scene, altitude: int) -> CommandOutcome:
    me = scene.me
    place = me.position._replace(z=altitude)
    changed = FlightChanged(character_id=me.character_id, is_flying=altitude > 0, position=place)
    events = [changed] if (place, altitude > 0) != (me.position, me.is_flying) else []
    if altitude:
        text = translate("You fly, {metres} m above the ground.", metres=altitude // METRE)
    elif scene.ground is not None and scene.ground.cover(me.position).water:
        text = translate("You come down to the water, and float on it.")
    else:
        text = translate("You land.")
    return CommandOutcome(events=events, messages=[GameMessage("movement", text)])


def _walk_up_to(scene: Scene, way: Way, mode: Mode, name: str, text: str = "") -> CommandOutcome:
    """Return the outcome of going to something: around what stands in the way, or else up to that.

    Args:
        name: of the goal.
        text: what one reads when nothing holds one up.

    Raises:
        OutOfBounds, MovementBlocked, InsufficientStamina, TooDeep, TilesMissing
    """
    text = text or translate("You walk to {thing}.", thing=definite(name))
    blocked = _first_obstacle(scene, scene.me.position, way)
    if blocked is None:
        return _walked(scene, [way], mode, text)
    for corner in _corners(scene, way, blocked.solid):
        rest = (way[0] - corner[0], way[1] - corner[1], way[2])
        middle = space.moved(scene.world.space, scene.me.position, *corner)
        if _first_obstacle(scene, scene.me.position, corner) or _first_obstacle(scene, middle, rest):
            continue
        with suppress(TooDeep):
            return _walked(scene, [corner, rest], mode, text)
    if _length(*blocked.free) < METRE:
        raise MovementBlocked(name=blocked.solid.name)
    held_up = translate(
        "You walk towards {goal}. Something is in the way: {thing}.", goal=definite(name), thing=blocked.solid.name
    )
    return _walked(scene, [blocked.free], mode, held_up)


def _corners(scene: Scene, way: Way, solid: Solid) -> Iterator[Way]:
    """Yield ways to places beside something that stands in the way: the nearest ones first."""
    east, north, _ = space.offset(scene.world.space, scene.me.position, solid.position)
    length = hypot(way[0], way[1]) or 1
    for aside in ASIDE:
        out = (solid.radius + aside) / length
        for turn in (1, -1):
            yield round(east - turn * way[1] * out), round(north + turn * way[0] * out), 0


def _walk(scene: Scene, way: Way, mode: Mode, text: str) -> CommandOutcome:
    """Return the outcome of going straight, if nothing is in the way and there is stamina for it.

    Raises:
        OutOfBounds, MovementBlocked, InsufficientStamina, TooDeep, TilesMissing
    """
    if blocked := _first_obstacle(scene, scene.me.position, way):
        raise MovementBlocked(name=blocked.solid.name)
    return _walked(scene, [way], mode, text)


def _walked(scene: Scene, parts: Sequence[Way], mode: Mode, text: str) -> CommandOutcome:
    """Return the outcome of a way on which nothing stands, if one can wade through its water, and has the stamina.

    Args:
        parts: straight ones, at least one; between them, one turns around a corner.

    Raises:
        OutOfBounds, InsufficientStamina, TooDeep, TilesMissing
    """
    me = scene.me
    target = me.position
    for part in parts:
        start, target = target, space.moved(scene.world.space, target, *part)
        if not me.is_flying and not me.is_watcher:
            _require_shallow(scene, start, part)
    squared = _square(parts[0]) if len(parts) == 1 else ceil(sum(_square(part) ** 0.5 for part in parts) ** 2)
    way = parts[-1]
    free = scene.world.is_lobby or not me.attributes
    points = 0 if free else rules.move_cost(mode, squared, is_watcher=me.is_watcher, is_flying=me.is_flying)
    before = stamina_of(me, scene.now)
    left = before if free else rules.spend(before, points)
    facing = _facing(*way) or me.facing
    event = PlayerMoved(
        character_id=me.character_id,
        start=me.position,
        to=target,
        mode=mode,
        facing=facing,
        stamina_cost=points,
        stamina=left.parts,
    )
    if points:
        text += " " + translate("Stamina {points}/{most}.", points=left.points, most=left.maximum)
    learned = _learned(scene, mode, squared) if points else NOTHING_LEARNED
    text = f"{text} {learned.text}".strip()
    has_changed = points or (target, facing) != (me.position, me.facing)  # not after once around a small world
    events = [event, *learned.events] if has_changed else []
    return CommandOutcome(events=events, messages=[GameMessage("movement", text)])


def _learned(scene: Scene, mode: Mode, squared_length: int) -> Practice:
    """Return what one learns on a way."""
    if mode == Mode.SNEAK and squared_length >= SNEAKED**2:
        return practised(scene.me, Skill.STEALTH, LEARNED, "sneak", scene.now)
    if squared_length >= LONG_WALK**2:
        return practised(scene.me, Skill.NAVIGATION, LEARNED, "walk", scene.now)
    return NOTHING_LEARNED


def _first_obstacle(scene: Scene, start: Position, way: Way) -> Obstacle | None:
    """Return what is in the way: looked at each half metre, and at its end. High in the air, nothing is.

    Raises:
        OutOfBounds
    """
    end = space.moved(scene.world.space, start, *way)
    if scene.me.is_flying and start.z > FREE_ALTITUDE:
        return None
    solids = [Solid(name_of(each), each.position, each.radius) for each in scene.things if each.radius]
    if not solids:
        return None
    steps = max(1, -(-_length(*way) // 5))
    free: Way = (0, 0, 0)
    for number in range(1, steps + 1):
        east, north, up = (axis * number // steps for axis in way)
        place = end if number == steps else space.moved(scene.world.space, start, east, north, up)
        found = blocked_by(scene.world.space, place, solids)
        if found and not _is_leaving(scene, start, found, place):
            return Obstacle(found, free)
        free = (east, north, up)
    return None


def _require_shallow(scene: Scene, start: Position, way: Way) -> None:
    """Refuse a way through water that is too deep to walk: looked at every five metres, and at its end.

    Someone who is in deep water already can leave it in any direction.

    Raises:
        TooDeep, TilesMissing
    """
    ground = scene.ground
    if ground is None or is_too_deep(ground.at(start)):
        return
    steps = max(1, -(-_length(*way) // SOUNDING))
    for number in range(1, steps + 1):
        east, north, up = (axis * number // steps for axis in way)
        place = space.moved(scene.world.space, start, *(way if number == steps else (east, north, up)))
        found = ground.at(place)
        if is_too_deep(found):
            raise TooDeep(water=translate(found.water))


def _is_leaving(scene: Scene, start: Position, obstacle: Solid, place: Position) -> bool:
    """Tell whether a step leads away from something that one stands too near to already."""
    before = space.squared_distance(scene.world.space, start, obstacle.position)
    after = space.squared_distance(scene.world.space, place, obstacle.position)
    return before < obstacle.radius**2 and after > before


def _facing(x: int, y: int, z: int) -> tuple[int, int, int] | None:
    found = rules.facing(x, y, z)
    return None if found is None else (round(found.x * 1000), round(found.y * 1000), round(found.z * 1000))


def _square(way: Way) -> int:
    return way[0] ** 2 + way[1] ** 2 + way[2] ** 2


def _length(x: int, y: int, z: int) -> int:
    return round((x * x + y * y + z * z) ** 0.5)


def _larger_bound(scene: Scene) -> int | None:
    place = scene.world.space
    if place.shape == "spherical":
        return place.circumference
    if place.shape == "bounded_cube":
        return max(place.highest.x - place.lowest.x, place.highest.y - place.lowest.y)
    return None
