"""What people of the game take away from something: the one to whom it happens, and those who see it. Pure.

Source: worlds 17, 19.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Final
from uuid import UUID

from worlds.log.models import Recorded, WorldEvent
from worlds.memories.events import MemoryFormed
from worlds.memories.feelings import Felt, felt, seen_by_others, tempered
from worlds.memories.models import MemoryKind, Occurrence
from worlds.minds.models import NOTHING, Impressions, Incident, Mind
from worlds.promises.events import PromiseAdvanced
from worlds.promises.models import Promise
from worlds.relationships import rules as relationships
from worlds.relationships.events import RelationshipChanged
from worlds.relationships.evolution import evolve
from worlds.relationships.models import Opinion, Relationship, SocialAction, Trait, strangers
from worlds.time.models import EPOCH

NewId = Callable[[], UUID]

ACTIONS: Final[Mapping[Occurrence, SocialAction]] = {
    Occurrence.GIFT: SocialAction.GIFT,
    Occurrence.HELP: SocialAction.HELP,
    Occurrence.THREAT: SocialAction.THREAT,
    Occurrence.VIOLENCE: SocialAction.VIOLENCE,
    Occurrence.DEATH: SocialAction.VIOLENCE,
    Occurrence.BETRAYAL: SocialAction.BETRAYAL,
    Occurrence.PROMISE_KEPT: SocialAction.SUPPORT,
    Occurrence.PROMISE_BROKEN: SocialAction.LIE,
}
"""{what happens: what it is to the one to whom it happens}; anything else is a contact without an effect."""
KIN: Final = 1.5
"""Of an act of violence, what the death of someone makes their kin think. Source: worlds 21.4."""
UNSEEN: Final = frozenset({Occurrence.PROMISE_BROKEN, Occurrence.BETRAYAL, Occurrence.TALK, Occurrence.CHANGE})
"""What no one notices who only stands by."""


def witnessed(happening: Incident, minds: Iterable[Mind], new_id: NewId) -> Impressions:
    """Return what all take away from something that happens before their eyes.

    The one to whom it happens thinks of who did it accordingly. Those who stand by remember it, too; what they think of
    them stays as it is.

    Args:
        minds: of the target, if it is one of the game's own people, and of those who see it. The dead notice nothing.
    """
    total = NOTHING
    whole = felt(happening.occurrence, happening.share)
    # A death is felt by those who see it, and by no one else.
    seen = whole if happening.occurrence is Occurrence.DEATH else seen_by_others(whole)
    for mind in minds:
        if not mind.is_alive:
            continue
        if mind.npc_id == happening.target_id:
            total += suffered(happening, mind, new_id())
        elif happening.occurrence not in UNSEEN:
            feeling = tempered(seen, mind.personality)
            total += Impressions([memory_of(happening, mind.npc_id, feeling, new_id(), MemoryKind.OBSERVATION)])
    return total


def suffered(happening: Incident, mind: Mind, memory_id: UUID) -> Impressions:
    """Return what the one takes away to whom something happens."""
    before = mind.relationship or strangers(mind.npc_id, happening.actor_id, happening.world_id, happening.at)
    action = ACTIONS.get(happening.occurrence, SocialAction.TALK)
    effect = relationships.effect_of(action, happening.value) if action is not SocialAction.TALK else Opinion()
    feeling = tempered(felt(happening.occurrence, happening.share), mind.personality)
    return Impressions(
        [memory_of(happening, mind.npc_id, feeling, memory_id, MemoryKind.EVENT)],
        [(before, opinion_after(before, action, effect, happening.at, happening.day))],
    )


def bereaved(happening: Incident, mind: Mind) -> tuple[Relationship, Sequence[WorldEvent]]:
    """Return what someone thinks of the one who has killed their kin, whether they have seen it or not."""
    before = mind.relationship or strangers(mind.npc_id, happening.actor_id, happening.world_id, happening.at)
    action = SocialAction.VIOLENCE
    effect = relationships.times(relationships.effect_of(action), KIN)
    return before, opinion_after(before, action, effect, happening.at, happening.day)


def opinion_after(before: Relationship, action: SocialAction, effect: Opinion, at: int, day: int) -> list[WorldEvent]:
    """Return what happens to a relationship by an action; a change of who is inhabited is noticed then, too.

    Args:
        at: milliseconds of the world's own time; `day`: those of a day.
    """
    acted = _changed(before, action, effect, at, day, relationships.behaviour_of(action))
    if before.frozen is None:
        return [acted]
    known = after(before, [acted])
    drift = relationships.drift_of(known.frozen, relationships.mean_of(known.history))
    reaction = relationships.reaction_to(drift)
    if reaction is None or drift.size < known.noticed + relationships.FURTHER:
        return [acted]
    noticed = _changed(known, SocialAction.CHANGE, reaction.effect, at, day, {})
    return [acted, noticed.model_copy(update={"noticed": drift.size})]


def after(before: Relationship, events: Iterable[WorldEvent]) -> Relationship:
    """Return a relationship after what happens to it."""
    for event in events:
        before = evolve(before, Recorded(before.aggregate_id, before.version + 1, EPOCH, event))
    return before


def opinions_after(impressions: Impressions) -> dict[tuple[UUID, UUID], Relationship]:
    """Return {(who thinks, of whom): what they think} after what has happened, of those whom that changes."""
    return {(before.npc_id, before.other_id): after(before, events) for before, events in impressions.relationships}


def _changed(
    before: Relationship, action: SocialAction, effect: Opinion, at: int, day: int, behaviour: Mapping[Trait, float]
) -> RelationshipChanged:
    old = settled(before, at, day)
    new = relationships.changed(old, effect)
    return RelationshipChanged(
        npc_id=before.npc_id,
        other_id=before.other_id,
        world_id=before.world_id,
        action=action,
        affection=(old.affection, new.affection),
        trust=(old.trust, new.trust),
        fear=(old.fear, new.fear),
        behaviour={str(trait): value for trait, value in behaviour.items()},
        game_time=max(at, before.settled_at),
        day=day,
    )


def settled(relationship: Relationship, at: int, day: int) -> Opinion:
    """Return what time has left of an opinion.

    Args:
        at: milliseconds of the world's own time; `day`: those of a day.
    """
    return relationships.settle(relationship.opinion, max(0, at - relationship.settled_at) / day)


def memory_of(happening: Incident, npc_id: UUID, feeling: Felt, memory_id: UUID, kind: MemoryKind) -> MemoryFormed:
    """Return how someone remembers what has happened."""
    content = dict(happening.content)
    if happening.position is not None:
        content["at"] = [*happening.position]
    if happening.target_id not in (None, npc_id):
        content["to"] = str(happening.target_id)
    tags = [happening.occurrence, str(happening.actor_id), *(tag for tag in [happening.content.get("item")] if tag)]
    return MemoryFormed(
        memory_id=memory_id,
        npc_id=npc_id,
        world_id=happening.world_id,
        kind=kind,
        occurrence=happening.occurrence,
        game_time=happening.at,
        clarity=1.0,
        weight=feeling.weight,
        profile={str(each): value for each, value in feeling.profile.items()},
        content=content,
        tags=tuple(tags),
        about_id=happening.actor_id,
        source_id=happening.happening_id,
    )


def kept_by(gift: Incident, mind: Mind) -> tuple[Promise, PromiseAdvanced] | None:
    """Return the promise that a gift keeps, as a whole or in part; None for none."""
    promise = next((each for each in mind.promises if each.item == gift.content["item"] and each.due >= gift.at), None)
    if promise is None:
        return None
    given = min(promise.quantity, promise.given + gift.content["quantity"])
    advanced = PromiseAdvanced(
        promise_id=promise.promise_id, world_id=promise.world_id, given=given, kept=given == promise.quantity
    )
    return promise, advanced
