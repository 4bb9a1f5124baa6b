"""What the commands of crafts share: what one knows, and whether hands are free for more. Source: worlds 23.2.

What takes no longer than ten minutes is there at once, and its time is paid afterwards: hands that have worked half an
hour ahead are too busy for more. For the rest one begins, stays, and takes it when its time is over. Nothing is used up
before that, so walking away costs nothing but time.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

from kernel.texts import listed, translate
from worlds.acting.models import CommandOutcome, GameMessage, Scene
from worlds.crafting import rules
from worlds.crafting.content import Recipe, recipes
from worlds.crafting.events import RecipeDiscovered, WorkBegun
from worlds.crafting.models import Source, Work, WorkKind
from worlds.crafting.refusals import (
    HandsBusy,
    NotAtWork,
    StillAtWork,
    WorkLeft,
    WorkReady,
)
from worlds.crafting.rules import Lacking
from worlds.daytime.words import duration
from worlds.items.content import WorldItem
from worlds.items.content import items as catalogue
from worlds.log.models import WorldEvent
from worlds.technology import rules as research_rules
from worlds.technology.content import technology
from worlds.technology.models import WorldTechnology, technology_of
from worlds.time.rules import MINUTE

MOST_HINTED: Final = 5
"""Recipes, in a refusal or a hint."""
MOST_LISTED: Final = 12
"""Recipes, in each part of a list."""
SECOND: Final = 1_000
"""Milliseconds."""


def free_from(scene: Scene) -> int:
    """Return from when on hands are free: now, or when what was made ahead is paid.

    Raises:
        HandsBusy, StillAtWork, WorkReady
    """
    now, work = game_time(scene), scene.crafts.work
    if work is None or work.is_left:
        return now
    if work.kind is WorkKind.DONE:
        left = work.ends_at - now - rules.WORK_AHEAD * SECOND
        if left > 0:
            raise HandsBusy(time=wait(left), seconds=-(-left // SECOND))
        return max(now, work.ends_at)
    if now < work.ends_at:
        raise StillAtWork(subject=_subject(work), time=wait(work.ends_at - now))
    raise WorkReady(subject=_subject(work), command=_command(work.kind))


def is_at(work: Work | None, kind: WorkKind, subject: str) -> bool:
    """Tell whether someone is at some work, and has not left it."""
    return work is not None and not work.is_left and (work.kind, work.subject) == (kind, subject)


def begun_work(scene: Scene, kind: WorkKind, subject: str, name: str, ends_at: int) -> CommandOutcome:
    """Return what comes of beginning work that takes long."""
    me = scene.me
    begun = WorkBegun(
        character_id=me.character_id,
        world_id=scene.world.world_id,
        kind=kind,
        subject=subject,
        position=me.position,
        version=me.version,
        begun_at=game_time(scene),
        ends_at=ends_at,
    )
    text = translate(
        "You begin to work on {name}. It takes {time}. Stay here, and then write: {command}",
        name=name,
        time=wait(begun.ends_at - begun.begun_at),
        command=_command(kind),
    )
    return done([begun], text)


def finished(scene: Scene, kind: WorkKind) -> Work | CommandOutcome:
    """Return work whose time is over; or the outcome that says how long it still takes.

    Raises:
        NotAtWork, WorkLeft
    """
    work = scene.crafts.work
    if work is None or work.kind is not kind:
        raise NotAtWork
    if work.is_left:
        raise WorkLeft(subject=_subject(work), command=f"{_command(kind)} {_subject(work)}")
    now = game_time(scene)
    if now < work.ends_at:
        left = wait(work.ends_at - now)
        return done([], translate("You work on {name}. It takes another {time}.", name=_subject(work), time=left))
    return work


def known_recipes(scene: Scene) -> list[Recipe]:
    """Return the recipes that one knows."""
    return list(recipes_of(scene, scene.crafts.researched, scene.crafts.learned).values())


def recipes_of(scene: Scene, researched: Iterable[str], learned: Iterable[str]) -> dict[str, Recipe]:
    """Return the recipes that someone knows in the world of a scene, by their keys."""
    return rules.known_recipes(research_rules.known_nodes(researched, held_by_world(scene)), learned)


def known_nodes(scene: Scene) -> frozenset[str]:
    """Return the keys of the nodes that one knows."""
    return research_rules.known_nodes(scene.crafts.researched, held_by_world(scene))


def held_by_world(scene: Scene) -> WorldTechnology:
    """Return what the world of a scene holds of technology."""
    return technology_of(scene.world.generation)


def discovery(scene: Scene, recipe: Recipe, source: Source) -> RecipeDiscovered:
    """Return that the one whom a scene is about knows a recipe from now on."""
    return RecipeDiscovered(
        character_id=scene.me.character_id,
        world_id=scene.world.world_id,
        recipe=recipe.key,
        source=source,
    )


def product_name(recipe: Recipe) -> str:
    """Return what a recipe is called: what comes of it."""
    return recipes.product(recipe).name


def product_names(recipe: Recipe) -> Sequence[str]:
    """Return the names under which a recipe is found."""
    product = recipes.product(recipe)
    return (product.name, product.plural) if isinstance(product, WorldItem) else (product.name,)


def amounts(lacking: Iterable[Lacking]) -> list[str]:
    """Return what is missing, in words."""
    return [amount(each.amount.item, each.quantity) for each in lacking]


def amount(item: str, quantity: int) -> str:
    """Return so many of a kind of thing, in words."""
    name = catalogue.by_key[item].name_of(quantity)
    return f"{name} × {quantity}" if quantity > 1 else name


def shortened(names: Sequence[str]) -> str:
    """Return the first of many names, and how many more there are."""
    more = len(names) - MOST_LISTED
    if more <= 0:
        return listed(names)
    return listed([*names[:MOST_LISTED], translate("{count} more", count=more)])


def wait(milliseconds: int) -> str:
    """Return how long something takes, in whole minutes: it is over when they are."""
    return duration(-(-milliseconds // MINUTE) * MINUTE)


def game_time(scene: Scene) -> int:
    """Return the milliseconds of the world's own time."""
    return scene.world.time.at(scene.now)


def done(events: Sequence[WorldEvent], text: str) -> CommandOutcome:
    """Return the outcome of something that was done."""
    return CommandOutcome(events=events, messages=[GameMessage("action", text.strip())])


def _subject(work: Work) -> str:
    if work.kind is WorkKind.RESEARCH:
        return technology.by_key[work.subject].name
    return product_name(recipes.by_key[work.subject])


def _command(kind: WorkKind) -> str:
    return "research" if kind is WorkKind.RESEARCH else "craft"
