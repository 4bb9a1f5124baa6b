"""Commands that find out how things are done and made. Source: worlds 23.2 and 27."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final
from uuid import uuid4

from kernel.texts import listed, to_translate, translate
from worlds.acting.carrying import held_named, stored
from worlds.acting.models import CommandOutcome, GameMessage, Scene
from worlds.acting.needs import Needs
from worlds.acting.workshop import (
    MOST_LISTED,
    SECOND,
    amount,
    amounts,
    begun_work,
    discovery,
    done,
    finished,
    free_from,
    game_time,
    held_by_world,
    is_at,
    known_nodes,
    known_recipes,
    product_name,
    wait,
)
from worlds.characters.practice import practised
from worlds.commands.matching import find
from worlds.commands.models import Parsed
from worlds.crafting import rules
from worlds.crafting.content import recipes
from worlds.crafting.events import (
    ExperimentFailed,
    NodeResearched,
)
from worlds.crafting.models import Source, WorkKind
from worlds.crafting.refusals import (
    NothingToFindOut,
    TooFewToTry,
    TooUnskilledToTry,
)
from worlds.crafting.rules import Taken
from worlds.items import rules as items
from worlds.technology import rules as research_rules
from worlds.technology.content import TechnologyNode, technology
from worlds.technology.models import ResearchCostMissing, UnknownTechnology

RESEARCH: Final = Needs(crafting=True)
PROMISES: Final[Mapping[float, str]] = {
    rules.TRADITIONAL: to_translate("But you are sure that something can be made of them."),
    rules.COMPLEMENTARY: to_translate("They seem to go together, though."),
    rules.SAME: to_translate("They are too much alike to tell you anything new."),
    rules.NONSENSE: to_translate("They have nothing to do with each other."),
}
"""{how well two things go together: what one learns of that by failing}"""


def research(scene: Scene, parsed: Parsed) -> CommandOutcome:
    """Find out how something is done; or list what one could find out next.

    Raises:
        UnknownTechnology, NodeKnownAlready, PrerequisitesMissing, ResearchCostMissing
        HandsBusy, StillAtWork, WorkReady, WorkLeft
    """
    world, known = held_by_world(scene), known_nodes(scene)
    if not parsed.target:
        work = scene.crafts.work
        if work is not None and work.kind is WorkKind.RESEARCH:
            return _go_on(scene)
        return _researchable(scene)
    held = [each for each in technology.by_key.values() if research_rules.is_held(each, world)]
    node = find(held, parsed.target, lambda each: (each.name,), UnknownTechnology)
    if is_at(scene.crafts.work, WorkKind.RESEARCH, node.key):
        return _go_on(scene)
    research_rules.require_unlockable(node, known)
    begins = free_from(scene)
    lasts = round(research_rules.research_seconds(node, world) * SECOND)
    taken = _require_cost(scene, node)
    if lasts <= rules.AT_ONCE * SECOND:
        return _researched(scene, node, taken, begins + lasts)
    return begun_work(scene, WorkKind.RESEARCH, node.key, node.name, begins + lasts)


def experiment(scene: Scene, parsed: Parsed) -> CommandOutcome:
    """Try two things with each other: perhaps one finds out what can be made of them. Failing uses them up.

    Raises:
        ItemNotHeld, TooFewToTry, NothingToFindOut, TooUnskilledToTry, StillAtWork, WorkReady
    """
    me = scene.me
    one, other = held_named(me, parsed.target), held_named(me, parsed.recipient)
    if one.item.key == other.item.key and me.inventory.count(one.item) < 2:
        raise TooFewToTry(item=one.item.name)
    free_from(scene)
    known = {each.key for each in known_recipes(scene)}
    found = rules.experiment(one.item.key, other.item.key, known, held_by_world(scene))
    if found is None:
        raise NothingToFindOut(one=one.item.name, other=other.item.name)
    skill = found.recipe.skill
    level = me.skills.get(skill, 0)
    if not level:
        raise TooUnskilledToTry(one=one.item.name, other=other.item.name, skill=skill.value)
    success = scene.rng.random() < rules.chance_to_discover(found.compatibility, level)
    learned = practised(me, skill, rules.XP, f"experiment/{one.item.key}/{other.item.key}", scene.now)
    if success:
        known_now = discovery(scene, found.recipe, Source.EXPERIMENT)
        text = translate(
            "You try {one} with {other}, and it comes to you how to make this: {recipe}.",
            one=one.item.name,
            other=other.item.name,
            recipe=product_name(found.recipe),
        )
        return done([known_now, *learned.events], f"{text} {learned.text}")
    left, _ = items.take(me.inventory, one.holding_id, 1, uuid4)
    second = next(each for each in left.held if each.item.key == other.item.key)
    left, _ = items.take(left, second.holding_id, 1, uuid4)
    failed = ExperimentFailed(
        **stored(me, left), item=one.item.key, world_id=scene.world.world_id, other=other.item.key
    )
    text = translate("You try {one} with {other}. Both are spoiled.", one=one.item.name, other=other.item.name)
    return done([failed, *learned.events], f"{text} {translate(PROMISES[found.compatibility])} {learned.text}")


def _go_on(scene: Scene) -> CommandOutcome:
    """Take what is ready, or say how long it still takes."""
    work = finished(scene, WorkKind.RESEARCH)
    if isinstance(work, CommandOutcome):
        return work
    node = technology.by_key[work.subject]
    return _researched(scene, node, _require_cost(scene, node), work.ends_at)


def _require_cost(scene: Scene, node: TechnologyNode) -> Taken:
    taken = rules.take(node.cost, scene.me.inventory, uuid4)
    if not isinstance(taken, Taken):
        raise ResearchCostMissing(node=node.name, missing=listed(amounts(taken)))
    return taken


def _researched(scene: Scene, node: TechnologyNode, taken: Taken, busy_until: int) -> CommandOutcome:
    me = scene.me
    researched = NodeResearched(
        **stored(me, taken.left),
        item=node.key,
        world_id=scene.world.world_id,
        node=node.key,
        position=me.position,
        begun_at=game_time(scene),
        busy_until=busy_until,
    )
    unlocked = recipes.of_node.get(node.key, ())
    discovered = [
        discovery(scene, each, Source.RESEARCH) for each in unlocked if scene.crafts.learned.get(each.key) is None
    ]
    names = [product_name(each) for each in unlocked]
    text = translate("You have found out about {node}. You can make now: {names}.", node=node.name, names=listed(names))
    return done([researched, *discovered], text)


def _researchable(scene: Scene) -> CommandOutcome:
    known, world = known_nodes(scene), held_by_world(scene)
    lines = [
        translate(
            "{node}: {time}, and {cost}.",
            node=node.name,
            time=wait(round(research_rules.research_seconds(node, world) * SECOND)),
            cost=listed([amount(each.item, each.quantity) for each in node.cost]) or translate("nothing else"),
        )
        for node in research_rules.within_reach(known, world)
    ]
    if not lines:
        return CommandOutcome(
            messages=[GameMessage("info", translate("You know all that can be known in this world. Try experiment."))]
        )
    shown = [translate("You could find out about:"), *lines[:MOST_LISTED]]
    if len(lines) > MOST_LISTED:
        shown.append(translate("{count} more.", count=len(lines) - MOST_LISTED))
    shown.append(translate("Begin with: research <name>"))
    return CommandOutcome(messages=[GameMessage("info", "\n".join(shown))])
