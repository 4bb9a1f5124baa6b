"""Commands by which one deals with people of the game: talk, promise, threaten; and what they make of a gift.

Source: worlds 5, 19, 20.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final
from uuid import UUID, uuid4

from msgspec.structs import replace

from kernel.naming import key
from kernel.texts import spoken, translate
from worlds.acting.looking import name_of, names_of, too_far
from worlds.acting.models import (
    CommandOutcome,
    GameMessage,
    NoAnswer,
    NothingSaid,
    NothingToPromise,
    NotOneOfThePeople,
    PromisedAlready,
    PromiseTooLarge,
    Scene,
    SeenPerson,
    StatueIsTold,
    posts_to,
    said_by,
)
from worlds.acting.needs import EARSHOT, SIGHT, TALK, Needs
from worlds.acting.villagers import sound_asleep
from worlds.acting.wildlife import with_creatures
from worlds.characters.models import NPC, Character
from worlds.characters.practice import Practice, practised
from worlds.commands.matching import find, find_leading
from worlds.commands.models import Parsed, PersonNotFound
from worlds.commands.parsing import STATUE
from worlds.conversing.models import Address
from worlds.conversing.words import things_in_words
from worlds.entities.models import Entity
from worlds.items.content import WorldItem
from worlds.items.content import items as catalogue
from worlds.memories.models import Occurrence
from worlds.minds import rules
from worlds.minds.gifts import share_of, worth_of
from worlds.minds.models import Impressions, Incident, Mind
from worlds.npcs.personality import HIGH, LOW
from worlds.npcs.rounds import Habit
from worlds.promises.events import PromiseMade
from worlds.promises.models import DAYS
from worlds.skills.models import Skill

TALKING: Final = Needs(things=SIGHT, hearers=EARSHOT, ground=True, creatures=True, minds=TALK)
NOTICED: Final = Needs(things=SIGHT, hearers=EARSHOT, ground=True, creatures=True, minds=SIGHT)
MOST_PROMISED: Final = 100
LEARNED: Final = 5
"""Experience, of a talk and of a threat. Ours."""


def talk(scene: Scene, parsed: Parsed) -> CommandOutcome:
    """Say something to one of the game's own people, who answers in a while.

    Raises:
        NotOneOfThePeople, NothingSaid, StatueIsTold, NoAnswer, SoundAsleep, TargetOutOfRange, PersonNotFound
    """
    person, said = _addressed(scene, parsed.rest)
    learned = practised(scene.me, Skill.PERSUASION, LEARNED, f"talk/{person.character_id}", scene.now)
    address = Address(person.character_id, scene.me.character_id, said, spoken())
    if said:
        own = translate("You say to {name}: {text}", name=person.name, text=said)
        heard = translate("{me} says to {name}: {text}", me=scene.me.name, name=person.name, text=said)
    else:
        own = translate("You greet {name}.", name=person.name)
        heard = translate("{me} greets {name}.", me=scene.me.name, name=person.name)
    return CommandOutcome(
        messages=[
            GameMessage("speech_self", own),
            GameMessage("action", _with(translate("{name} thinks.", name=person.name), learned)),
        ],
        posts=posts_to(scene.people, GameMessage("speech", heard, said_by(scene.me))),
        address=address,
        events=learned.events,
    )


def threaten(scene: Scene, parsed: Parsed) -> CommandOutcome:
    """Frighten one of the game's own people, before the eyes of those around.

    Raises:
        NotOneOfThePeople, NothingSaid, StatueIsTold, NoAnswer, SoundAsleep, TargetOutOfRange, PersonNotFound
    """
    person, said = _addressed(scene, parsed.rest)
    mind = _mind(scene, person)
    own = translate("You threaten {name}.", name=person.name)
    heard = translate("{me} threatens {name}.", me=scene.me.name, name=person.name)
    if said:
        own = translate("You threaten {name}: {text}", name=person.name, text=said)
        heard = translate("{me} threatens {name}: {text}", me=scene.me.name, name=person.name, text=said)
    who = {"sender_id": str(mind.npc_id), "sender": mind.name}
    seen = GameMessage("emote", _shaken(mind, scene.me.name), who)
    learned = practised(scene.me, Skill.INTIMIDATION, LEARNED, f"threaten/{person.character_id}", scene.now)
    shaken = _with(_shaken(mind, translate("you")), learned)
    return CommandOutcome(
        messages=[GameMessage("speech_self", own), GameMessage("emote", shaken, who)],
        posts=[*posts_to(scene.people, GameMessage("speech", heard, said_by(scene.me))), *posts_to(scene.people, seen)],
        impressions=rules.witnessed(_happening(scene, Occurrence.THREAT, mind), scene.minds, uuid4),
        events=learned.events,
    )


def promise(scene: Scene, parsed: Parsed) -> CommandOutcome:
    """Promise things to one of the game's own people, who counts on them.

    Raises:
        NothingToPromise, PromisedAlready, PromiseTooLarge
        NotOneOfThePeople, NothingSaid, StatueIsTold, NoAnswer, SoundAsleep, TargetOutOfRange, PersonNotFound
    """
    person, _ = _addressed(scene, f'"{parsed.recipient}"')
    mind = _mind(scene, person)
    item = find(catalogue.by_key.values(), parsed.target, _names_of_item, NothingToPromise)
    quantity = 1 if parsed.quantity is None else parsed.quantity
    if not isinstance(quantity, int) or quantity > MOST_PROMISED:
        raise PromiseTooLarge(most=MOST_PROMISED)
    if any(each.item == item.key for each in mind.promises):
        raise PromisedAlready(name=person.name)
    happening = _happening(scene, Occurrence.PROMISE, mind, item=item.key, quantity=quantity)
    made = PromiseMade(
        promise_id=uuid4(),
        npc_id=mind.npc_id,
        character_id=scene.me.character_id,
        world_id=scene.world.world_id,
        item=item.key,
        quantity=quantity,
        game_time=happening.at,
        due=happening.at + DAYS * happening.day,
    )
    things = things_in_words(item.key, quantity)
    own = translate("You promise {name} {things}, within {days} days.", name=person.name, things=things, days=DAYS)
    heard = translate("{me} promises {name} {things}.", me=scene.me.name, name=person.name, things=things)
    return CommandOutcome(
        messages=[
            GameMessage("speech_self", own),
            GameMessage("action", translate("{name} will count on it.", name=person.name)),
        ],
        posts=posts_to(scene.people, GameMessage("speech", heard, said_by(scene.me))),
        impressions=rules.witnessed(happening, scene.minds, uuid4) + Impressions(promises=[(None, made)]),
    )


def received(
    scene: Scene, partner: Character, item: str, quantity: int, *, helps: bool = False
) -> tuple[GameMessage, Impressions]:
    """Return what people of the game make of a gift to one of them, and what the giver reads.

    Args:
        helps: it has healed them.
    """
    mind = next((each for each in scene.minds if each.npc_id == partner.character_id), None)
    thanks = translate("{name} thanks you.", name=partner.name)
    if mind is None or not mind.is_alive:
        return GameMessage("action", thanks), Impressions()
    worth = worth_of(catalogue.by_key[item], quantity)
    gift = _happening(scene, Occurrence.GIFT, mind, item=item, quantity=quantity)
    gift = replace(gift, value=worth, share=share_of(worth))
    total = rules.witnessed(gift, scene.minds, uuid4)
    if helps:
        thanks = translate("{name} is hurt, uses it at once, and thanks you.", name=partner.name)
        known = rules.opinions_after(total)[mind.npc_id, scene.me.character_id]
        helped = replace(gift, happening_id=uuid4(), occurrence=Occurrence.HELP)
        total += rules.witnessed(helped, [replace(mind, relationship=known)], uuid4)
    kept = rules.kept_by(gift, mind)
    if kept is None:
        return GameMessage("action", thanks), total
    open_promise, advanced = kept
    total += Impressions(promises=[kept])
    left = open_promise.quantity - advanced.given
    if left:
        things = things_in_words(item, left)
        told = translate("{name} still waits for {things}.", name=partner.name, things=things)
        return GameMessage("action", f"{thanks} {told}"), total
    after = rules.opinions_after(total)[mind.npc_id, scene.me.character_id]
    happening = replace(gift, happening_id=uuid4(), occurrence=Occurrence.PROMISE_KEPT)
    total += rules.witnessed(happening, [replace(mind, relationship=after)], uuid4)
    return GameMessage("action", f"{thanks} {translate('You have kept your promise.')}"), total


def _addressed(scene: Scene, text: str) -> tuple[SeenPerson, str]:
    """Return whom a text is meant for, one of the game's own people who is near and alive, and the rest of it."""
    scene = with_creatures(scene)
    found, said = find_leading([*scene.people, *scene.things], text, names_of, PersonNotFound, _is_here)
    if isinstance(found, Entity):
        if scene.world.is_lobby and key(name_of(found)) in STATUE:
            raise StatueIsTold
        raise NothingSaid(name=name_of(found))
    if found.role != NPC:
        raise NotOneOfThePeople(name=found.name)
    if found.squared_distance is None or found.squared_distance > TALK * TALK:
        raise too_far(found.name, found.squared_distance, TALK)
    if not _mind(scene, found).is_alive:
        raise NoAnswer(name=found.name)
    require_awake(scene, found.character_id)
    return found, said


def require_awake(scene: Scene, npc_id: UUID) -> None:
    """Refuse what one does not do with someone of the game who sleeps.

    Raises:
        SoundAsleep
    """
    person = next((each for each in scene.people if each.character_id == npc_id), None)
    if person is not None and person.doing == Habit.SLEEPS:
        mind = _mind(scene, person)
        raise sound_asleep(scene, person.name, person.species, mind.born, mind.personality)


def _mind(scene: Scene, person: SeenPerson) -> Mind:
    found = next((each for each in scene.minds if each.npc_id == person.character_id), None)
    return found or Mind(npc_id=person.character_id, name=person.name, is_alive=True, personality={})


def _happening(scene: Scene, occurrence: Occurrence, mind: Mind, **content: Any) -> Incident:
    return Incident(
        happening_id=uuid4(),
        occurrence=occurrence,
        actor_id=scene.me.character_id,
        world_id=scene.world.world_id,
        target_id=mind.npc_id,
        at=scene.world.time.at(scene.now),
        day=scene.world.time.day_length,
        position=scene.me.position,
        content=content,
    )


def _shaken(mind: Mind, by: str) -> str:
    if mind.personality.get("neuroticism", 50) >= HIGH:
        return translate("{name} shrinks back from {by}.", name=mind.name, by=by)
    if mind.personality.get("agreeableness", 50) <= LOW:
        return translate("{name} glares at {by}.", name=mind.name, by=by)
    return translate("{name} takes a step back from {by}.", name=mind.name, by=by)


def _with(text: str, learned: Practice) -> str:
    return f"{text} {learned.text}".strip()


def _names_of_item(item: WorldItem) -> Sequence[str]:
    return (item.name, item.plural)


def _is_here(found: SeenPerson | Entity) -> bool:
    return True
