"""Commands that make things, and say what one could make. Source: worlds 23.2 and 27."""

from __future__ import annotations

from typing import Final
from uuid import uuid4

from kernel.naming import quoted
from kernel.texts import listed, to_translate, translate
from worlds.acting.carrying import limit_of, stored
from worlds.acting.handling import require_room
from worlds.acting.looking import fixture_of
from worlds.acting.models import CommandOutcome, GameMessage, Scene
from worlds.acting.needs import REACH, SIGHT, Needs
from worlds.acting.workshop import (
    SECOND,
    amount,
    amounts,
    begun_work,
    done,
    finished,
    free_from,
    game_time,
    is_at,
    known_recipes,
    product_name,
    product_names,
    shortened,
)
from worlds.characters.models import Character
from worlds.characters.practice import practised
from worlds.commands.matching import find
from worlds.commands.models import Parsed
from worlds.crafting import rules
from worlds.crafting.content import Recipe, recipes
from worlds.crafting.events import (
    ItemCrafted,
    ThingBuilt,
)
from worlds.crafting.models import WorkKind
from worlds.crafting.refusals import (
    IngredientsMissing,
    SkillTooLow,
    StationMissing,
    ToolMissing,
    UnknownRecipe,
)
from worlds.crafting.rules import Taken
from worlds.fixtures.content import Fixture, Station, fixtures
from worlds.items import rules as items
from worlds.items.content import WorldItem
from worlds.items.content import items as catalogue
from worlds.log.models import WorldEvent
from worlds.skills import rules as skills
from worlds.skills.models import ATTRIBUTES
from worlds.space import rules as space

MAKING: Final = Needs(things=SIGHT, people=SIGHT, surroundings=True, ground=True, crafting=True)
RECIPES: Final = Needs(things=REACH, crafting=True)
FREE_SPACE: Final = 10
"""Decimetres between someone and what they build."""
QUALITIES: Final = (
    to_translate("poor"),
    to_translate("common"),
    to_translate("fine"),
    to_translate("masterwork"),
    to_translate("legendary"),
)
"""The names of qualities, from 0. Source: worlds 22."""


def craft(scene: Scene, parsed: Parsed) -> CommandOutcome:
    """Make something; or see what has become of the work that one has begun.

    Raises:
        UnknownRecipe, IngredientsMissing, StationMissing, ToolMissing, SkillTooLow, CarryLimitReached
        HandsBusy, StillAtWork, WorkReady, NotAtWork, WorkLeft
        InYourOwnWay, MovementBlocked, TooDeep: there is no room to build.
    """
    if not parsed.target:
        return _go_on(scene)
    recipe = find(known_recipes(scene), parsed.target, product_names, UnknownRecipe)
    if is_at(scene.crafts.work, WorkKind.CRAFT, recipe.key):
        return _go_on(scene)
    begins = free_from(scene)
    proficiency = scene.crafts.proficiency.get(recipe.key, 0.0)
    lasts = round(rules.seconds(recipe, proficiency) * SECOND)
    taken = _require_all(scene, recipe)
    if lasts <= rules.AT_ONCE * SECOND:
        return _made(scene, recipe, taken, begins + lasts)
    return begun_work(scene, WorkKind.CRAFT, recipe.key, product_name(recipe), begins + lasts)


def list_recipes(scene: Scene, parsed: Parsed) -> CommandOutcome:
    """List what one could make now, then what one knows; or only what has a part in its name."""
    part = parsed.rest.lower()
    known = [each for each in known_recipes(scene) if part in product_name(each).lower()]
    if not known and part:
        raise UnknownRecipe(typed=quoted(parsed.rest))
    now, some, others = list[Recipe](), list[tuple[int, str]](), list[str]()
    for recipe in known:
        lacking = _lacks(scene, recipe)
        if not lacking:
            now.append(recipe)
        elif _uses_something(scene.me, recipe):
            some.append(
                (len(lacking), f"{product_name(recipe)} ({translate('lacks {things}', things=listed(lacking))})")
            )
        else:
            others.append(product_name(recipe))
    lines: list[str] = []
    if now:
        lines.append(translate("You could make now: {names}.", names=shortened([product_name(each) for each in now])))
    if some:
        ordered = [text for _, text in sorted(some, key=lambda each: each[0])]
        lines.append(translate("Not quite: {names}.", names=shortened(ordered)))
    if others:
        lines.append(translate("You also know: {names}.", names=shortened(others)))
    if not lines:
        lines.append(translate("You do not know how to make anything yet. Write research to see what to find out."))
    lines.append(translate("Make one with: craft <recipe>. Find more with: recipes <part of a name>"))
    return CommandOutcome(messages=[GameMessage("info", "\n".join(lines), {"craftable": [each.key for each in now]})])


def possible_now(scene: Scene) -> list[Recipe]:
    """Return the recipes for which one has all, in their order."""
    return [each for each in known_recipes(scene) if not _lacks(scene, each)]


def _go_on(scene: Scene) -> CommandOutcome:
    """Take what is ready, or say how long it still takes."""
    work = finished(scene, WorkKind.CRAFT)
    if isinstance(work, CommandOutcome):
        return work
    recipe = recipes.by_key[work.subject]
    return _made(scene, recipe, _require_all(scene, recipe), work.ends_at)


def _require_all(scene: Scene, recipe: Recipe) -> Taken:
    """Refuse to make what one has not all for; return what is left without the ingredients.

    Raises:
        IngredientsMissing, StationMissing, ToolMissing, SkillTooLow
    """
    me = scene.me
    taken = rules.take(recipe.ingredients, me.inventory, uuid4)
    if not isinstance(taken, Taken):
        needed = listed([amount(each.item, each.quantity) for each in recipe.ingredients])
        raise IngredientsMissing(recipe=product_name(recipe), needed=needed, missing=listed(amounts(taken)))
    things = [catalogue.by_key[key].name_of(count) for key, count in taken.used.items()]
    if not rules.has_station(recipe, _stations(scene)):
        assert recipe.station is not None
        raise StationMissing(things=listed(things), station=_with_article(_station_name(recipe.station)))
    if recipe.station is not None:
        things.append(_with_article(_standing(scene, recipe.station)))
    if not rules.has_tool(recipe, me.inventory):
        assert recipe.tool is not None
        raise ToolMissing(things=listed(things), tool=_with_article(recipes.tools[recipe.tool].name))
    level = me.skills.get(recipe.skill, 0)
    if level < recipe.level:
        raise SkillTooLow(things=listed(things), skill=recipe.skill.value, level=recipe.level, yours=level)
    return taken


def _lacks(scene: Scene, recipe: Recipe) -> list[str]:
    """Return what one lacks to make something, in words; nothing if one could make it now."""
    me = scene.me
    taken = rules.take(recipe.ingredients, me.inventory, uuid4)
    lacking = [] if isinstance(taken, Taken) else amounts(taken)
    if recipe.station is not None and not rules.has_station(recipe, _stations(scene)):
        lacking.append(_with_article(_station_name(recipe.station)))
    if recipe.tool is not None and not rules.has_tool(recipe, me.inventory):
        lacking.append(_with_article(recipes.tools[recipe.tool].name))
    if me.skills.get(recipe.skill, 0) < recipe.level:
        lacking.append(f"{recipe.skill.value} {recipe.level}")
    return lacking


def _uses_something(me: Character, recipe: Recipe) -> bool:
    carried = {each.item.key for each in me.inventory.held}
    return any(amount.item in carried for each in recipe.ingredients for amount in each.choices)


def _stations(scene: Scene) -> list[Station]:
    near = (fixture_of(each) for each in scene.things if each.squared_distance <= REACH * REACH)
    return [each.station for each in near if each is not None and each.station is not None]


def _standing(scene: Scene, needed: Station) -> str:
    """Return the name of the nearest thing that serves."""
    near = (fixture_of(each) for each in scene.things if each.squared_distance <= REACH * REACH)
    return next(each.name for each in near if each and each.station and each.station.serves(needed))


def _station_name(needed: Station) -> str:
    """Return the name of the simplest thing that serves."""
    serving = [each for each in fixtures.by_key.values() if each.station and each.station.serves(needed)]
    return min(serving, key=lambda each: each.station.tier if each.station else 0).name


def _with_article(name: str) -> str:
    return f"{'an' if name[0].lower() in 'aeiou' else 'a'} {name}"


def _made(scene: Scene, recipe: Recipe, taken: Taken, busy_until: int) -> CommandOutcome:
    me = scene.me
    level, proficiency = me.skills.get(recipe.skill, 0), scene.crafts.proficiency.get(recipe.key, 0.0)
    quality = rules.quality(recipe, level, proficiency, _check(scene, recipe, level))
    product, after, events = recipes.product(recipe), taken.left, list[WorldEvent]()
    if isinstance(product, WorldItem):
        after = items.add_new(after, product, recipe.quantity, limit_of(me), uuid4, quality)
    for each in recipe.by_products:
        after = items.add_new(after, catalogue.by_key[each.item], each.quantity, limit_of(me), uuid4)
    crafted = ItemCrafted(
        **stored(me, after),
        item=recipe.key,
        quantity=recipe.quantity,
        world_id=scene.world.world_id,
        recipe=recipe.key,
        quality=quality,
        proficiency=rules.practised(recipe, proficiency),
        position=me.position,
        begun_at=game_time(scene),
        busy_until=busy_until,
    )
    events.append(crafted)
    if isinstance(product, Fixture):
        events.append(_built(scene, product, quality))
        text = translate("You build {name} ({quality}).", name=product.name, quality=translate(QUALITIES[quality]))
    else:
        things = amount(recipe.key, recipe.quantity)
        text = translate("You make {things} ({quality}).", things=things, quality=translate(QUALITIES[quality]))
    learned = practised(me, recipe.skill, rules.xp(recipe), f"craft/{recipe.key}", scene.now)
    events += learned.events
    return done(events, f"{text} {learned.text}")


def _check(scene: Scene, recipe: Recipe, level: int) -> skills.SkillCheck | None:
    against = rules.difficulty(recipe)
    if against is None:
        return None
    attribute = scene.me.attributes.get(ATTRIBUTES[recipe.skill], 0)
    partners = skills.synergy(recipe.skill, scene.me.skills)
    return skills.check(scene.rng.randint(1, 100), level, attribute, against, partners)


def _built(scene: Scene, kind: Fixture, quality: int) -> ThingBuilt:
    me = scene.me
    away = kind.radius + FREE_SPACE
    east, north = (round(away * each / 1_000) for each in me.facing[:2])
    target = space.moved(scene.world.space, me.position, east, north)
    require_room(scene, target, kind.radius)
    return ThingBuilt(
        character_id=me.character_id,
        world_id=scene.world.world_id,
        entity_id=uuid4(),
        fixture=kind.key,
        kind=kind.kind,
        name=kind.written_name,
        description=kind.written_description,
        details=kind.written_details or "",
        radius=kind.radius,
        quality=quality,
        position=target,
    )
