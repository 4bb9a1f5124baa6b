"""Commands by which people show each other how things are made. Source: worlds 23.2 and 27."""

from __future__ import annotations

from typing import Final
from uuid import uuid4

from kernel.texts import listed, translate
from worlds.acting.models import CommandOutcome, GameMessage, NotOneOfThePeople, PlayerPost, Scene
from worlds.acting.needs import REACH, Needs
from worlds.acting.talking import require_awake
from worlds.acting.trading import is_here, partner_names
from worlds.acting.workshop import (
    MOST_HINTED,
    SECOND,
    free_from,
    game_time,
    held_by_world,
    known_recipes,
    product_name,
    product_names,
    recipes_of,
    wait,
)
from worlds.characters.models import Character
from worlds.commands.matching import find, find_leading
from worlds.commands.models import IncompleteCommand, Parsed, PersonNotFound
from worlds.crafting import rules
from worlds.crafting.content import Recipe, recipes
from worlds.crafting.events import (
    LessonGiven,
    RecipeDiscovered,
)
from worlds.crafting.models import UNSKILLED, Craftsmanship, Source
from worlds.crafting.refusals import (
    LessonRefused,
    NothingToTeach,
    NotTaught,
    PupilKnows,
    PupilReserved,
    TeacherBusy,
    TeacherReserved,
    UnknownRecipe,
)
from worlds.memories.feelings import felt, tempered
from worlds.memories.models import MemoryKind, Occurrence
from worlds.minds import rules as minds
from worlds.minds.models import NOTHING as NO_IMPRESSIONS
from worlds.minds.models import Impressions, Incident
from worlds.relationships.models import Opinion, Relationship, SocialAction, strangers

TEACHING: Final = Needs(partners=True, locks_partners=True, crafting=True, pupils=True, minds=REACH)
LEARNING: Final = Needs(people=REACH, partners=True, locks_partners=True, crafting=True, pupils=True, minds=REACH)


def teach(scene: Scene, parsed: Parsed) -> CommandOutcome:
    """Show someone within reach how to make something.

    Raises:
        PersonNotFound, UnknownRecipe, LessonRefused, PupilReserved, PupilKnows, HandsBusy, StillAtWork, WorkReady
    """
    me = scene.me
    pupil, rest = find_leading(scene.partners, parsed.rest, partner_names, PersonNotFound, is_here)
    recipe = find(known_recipes(scene), rest, product_names, UnknownRecipe)
    if me.character_id in pupil.ignored:
        raise LessonRefused(name=pupil.name)
    if pupil.is_npc and _affection(scene, pupil) < rules.AFFECTION_TO_TEACH:
        raise PupilReserved(name=pupil.name)
    theirs = scene.pupils.get(pupil.character_id)
    if theirs is not None and recipe.key in recipes_of(scene, theirs.researched, theirs.learned):
        raise PupilKnows(name=pupil.name, recipe=product_name(recipe))
    begins = free_from(scene)
    proficiency = scene.crafts.proficiency.get(recipe.key, 0.0)
    understood = scene.rng.random() < rules.chance_to_teach(proficiency)
    given = _lesson(scene, me, pupil, recipe, begins=begins, understood=understood)
    names, mine = (
        {"name": pupil.name, "recipe": product_name(recipe)},
        {"name": me.name, "recipe": product_name(recipe)},
    )
    if not understood:
        told = translate("{name} shows you how to make this, but you do not understand: {recipe}.", **mine)
        own = translate("You show {name} how to make this, but it is not understood: {recipe}.", **names)
        return CommandOutcome(events=[given], messages=[GameMessage("action", own)], posts=_heard(pupil, told))
    told = translate("{name} teaches you how to make this: {recipe}.", **mine)
    return CommandOutcome(
        events=[given],
        messages=[GameMessage("action", translate("You teach {name} how to make this: {recipe}.", **names))],
        posts=_heard(pupil, told),
        others=[(pupil, [_learned(scene, me, pupil, recipe)])],
        impressions=_grateful(scene, pupil, recipe, Occurrence.HELP) if pupil.is_npc else NO_IMPRESSIONS,
    )


def learn(scene: Scene, parsed: Parsed) -> CommandOutcome:
    """Let one of the game's own people show one how to make something that belongs to their trade.

    Raises:
        IncompleteCommand, PersonNotFound, NotOneOfThePeople, SoundAsleep, TeacherReserved, TeacherBusy
        NothingToTeach, NotTaught, HandsBusy, StillAtWork, WorkReady
    """
    me = scene.me
    if not parsed.recipient:
        raise IncompleteCommand(syntax=parsed.command.syntax)
    teacher = find(scene.partners, parsed.recipient, partner_names, PersonNotFound)
    if not teacher.is_npc:
        raise NotOneOfThePeople(name=teacher.name)
    require_awake(scene, teacher.character_id)
    if _affection(scene, teacher) < rules.AFFECTION_TO_TEACH:
        raise TeacherReserved(name=teacher.name)
    theirs = scene.pupils.get(teacher.character_id, UNSKILLED)
    now = game_time(scene)
    if theirs.work is not None and theirs.work.ends_at > now:
        raise TeacherBusy(name=teacher.name, time=wait(theirs.work.ends_at - now))
    recipe = _taught(scene, teacher, theirs, parsed.target)
    free_from(scene)
    understood = scene.rng.random() < rules.chance_to_teach(theirs.proficiency.get(recipe.key, 0.0))
    given = _lesson(scene, teacher, me, recipe, begins=now, understood=understood)
    names = {"name": teacher.name, "recipe": product_name(recipe)}
    if not understood:
        text = translate("{name} shows you how to make this, but you do not understand: {recipe}.", **names)
        return CommandOutcome(messages=[GameMessage("action", text)], others=[(teacher, [given])])
    return CommandOutcome(
        events=[_learned(scene, teacher, me, recipe)],
        messages=[GameMessage("action", translate("{name} teaches you how to make this: {recipe}.", **names))],
        others=[(teacher, [given])],
        impressions=_grateful(scene, teacher, recipe, Occurrence.TALK),
    )


def _lesson(
    scene: Scene, teacher: Character, pupil: Character, recipe: Recipe, *, begins: int, understood: bool
) -> LessonGiven:
    return LessonGiven(
        character_id=teacher.character_id,
        world_id=scene.world.world_id,
        pupil_id=pupil.character_id,
        recipe=recipe.key,
        succeeded=understood,
        position=teacher.position,
        begun_at=game_time(scene),
        busy_until=begins + rules.lesson_seconds(recipe) * SECOND,
    )


def _learned(scene: Scene, teacher: Character, pupil: Character, recipe: Recipe) -> RecipeDiscovered:
    return RecipeDiscovered(
        character_id=pupil.character_id,
        world_id=scene.world.world_id,
        recipe=recipe.key,
        source=Source.TAUGHT,
        teacher_id=teacher.character_id,
    )


def _taught(scene: Scene, teacher: Character, theirs: Craftsmanship, typed: str) -> Recipe:
    """Return what someone is asked to teach.

    Raises:
        NothingToTeach, NotTaught
    """
    mine = {each.key for each in known_recipes(scene)}
    trade = rules.trade_recipes(teacher.occupation, held_by_world(scene))
    learned = {key: recipes.by_key[key] for key in theirs.learned if key in recipes.by_key}
    possible = sorted(
        (each for key, each in {**trade, **learned}.items() if key not in mine), key=lambda each: each.level
    )
    if not possible:
        raise NothingToTeach(name=teacher.name)
    try:
        return find(possible, typed, product_names, UnknownRecipe)
    except UnknownRecipe:
        some = listed([product_name(each) for each in possible[:MOST_HINTED]])
        raise NotTaught(name=teacher.name, recipes=some) from None


def _known_to(scene: Scene, npc: Character) -> Relationship:
    """Return what one of the game's own people thinks of who acts."""
    mind = next((each for each in scene.minds if each.npc_id == npc.character_id), None)
    if mind is not None and mind.relationship is not None:
        return mind.relationship
    return strangers(npc.character_id, scene.me.character_id, scene.world.world_id, game_time(scene))


def _affection(scene: Scene, npc: Character) -> float:
    return minds.settled(_known_to(scene, npc), game_time(scene), scene.world.time.day_length).affection


def _grateful(scene: Scene, npc: Character, recipe: Recipe, kind: Occurrence) -> Impressions:
    """Return what a lesson does to the one of the game's people who gives it, or learns from it: they remember it.

    Args:
        kind: help for a pupil; for a teacher, a talk.
    """
    before, effect = _known_to(scene, npc), Opinion(rules.AFFECTION_FOR_LESSON)
    at, day = game_time(scene), scene.world.time.day_length
    changes = minds.opinion_after(before, SocialAction.HELP, effect, at, day)
    mind = next((each for each in scene.minds if each.npc_id == npc.character_id), None)
    lesson = Incident(
        happening_id=uuid4(),
        occurrence=kind,
        actor_id=scene.me.character_id,
        world_id=scene.world.world_id,
        target_id=npc.character_id,
        at=at,
        day=day,
        position=scene.me.position,
        content={"recipe": recipe.key},
    )
    feeling = tempered(felt(kind), {} if mind is None else mind.personality)
    memory = minds.memory_of(lesson, npc.character_id, feeling, uuid4(), MemoryKind.EVENT)
    return Impressions([memory], [(before, changes)])


def _heard(pupil: Character, text: str) -> list[PlayerPost]:
    return [] if pupil.is_npc else [PlayerPost(pupil.character_id, GameMessage("action", text))]
