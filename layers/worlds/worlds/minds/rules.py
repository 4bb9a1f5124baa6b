"""What people of the game take away from something: the one to whom it happens, and those who see it. Pure.

Source: worlds 17, 19.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Final
from uuid import UUID

from msgspec.structs import replace

from worlds.log.models import Recorded, WorldEvent
from worlds.memories.events import MemoryFormed
from worlds.memories.feelings import Felt, felt, seen_by_others, tempered
from worlds.memories.models import MemoryKind, Occurrence
from worlds.minds.models import NOTHING, Impressions, Incident, Mind, Remark
from worlds.promises.events import PromiseAdvanced
from worlds.promises.models import Promise
from worlds.relationships import rules as relationships_rules
from worlds.relationships.events import BaselineFrozen, RelationshipChanged
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
    minds = sorted(minds, key=lambda each: each.npc_id != happening.target_id)  # who says something first
    whole = felt(happening.occurrence, happening.share)
    if any(each.usual is not None for each in minds):
        # What is done in the name of one of the game's people is theirs to remember.
        total += Impressions([memory_of(happening, happening.actor_id, whole, new_id(), MemoryKind.EVENT)])
    # A death is felt by those who see it, and by no one else.
    seen = whole if happening.occurrence is Occurrence.DEATH else seen_by_others(whole)
    for mind in minds:
        if not mind.is_alive:
            continue
        found = NOTHING
        if mind.npc_id == happening.target_id:
            found = suffered(happening, mind, new_id())
        elif happening.occurrence not in UNSEEN:
            feeling = tempered(seen, mind.personality)
            found = Impressions(
                [memory_of(happening, mind.npc_id, feeling, new_id(), MemoryKind.OBSERVATION)],
                [*_reconsidered(happening, mind)],
            )
        total += found + _changes(happening, found, new_id)
    return total


def _reconsidered(happening: Incident, mind: Mind) -> Iterator[tuple[Relationship, Sequence[WorldEvent]]]:
    """Yield what someone who stands by makes of what one whom they know does who is inhabited: it shows what that
    one is like now, and changes nothing else.
    """
    before = _known(happening, mind)
    if before.frozen is not None or (before.version == 0 and mind.usual is not None and mind.is_neighbour):
        action = ACTIONS.get(happening.occurrence, SocialAction.TALK)
        yield before, opinion_after(before, action, Opinion(), happening.at, happening.day, _usual_to(mind))


def _changes(happening: Incident, found: Impressions, new_id: NewId) -> Impressions:
    """Return the memories of those who notice that someone is no longer as they were."""
    return Impressions(
        [
            change_noticed(replace(happening, happening_id=new_id()), remark, new_id())
            for remark in remarks_of(found.relationships)
        ]
    )


def change_noticed(happening: Incident, remark: Remark, memory_id: UUID) -> MemoryFormed:
    """Return how someone remembers that another one has changed."""
    noticed = replace(happening, occurrence=Occurrence.CHANGE, target_id=None, content={})
    feeling = felt(Occurrence.CHANGE, remark.level.weight)
    return memory_of(noticed, remark.npc_id, feeling, memory_id, MemoryKind.OBSERVATION)


def remarks_of(relationships: Iterable[tuple[Relationship, Sequence[WorldEvent]]]) -> list[Remark]:
    """Return what people who notice a change say about it, in the order in which they notice it."""
    return [
        Remark(
            before.npc_id,
            before.other_id,
            relationships_rules.level_of(event.noticed),
            _rises(*event.affection),
        )
        for before, events in relationships
        for event in events
        if isinstance(event, RelationshipChanged) and event.noticed is not None
    ]


def _rises(old: float, new: float) -> bool:
    """Tell whether affection grows; where it cannot, whether it would."""
    return new > old or new == old > 0


def _known(happening: Incident, mind: Mind) -> Relationship:
    return mind.relationship or strangers(mind.npc_id, happening.actor_id, happening.world_id, happening.at)


def _usual_to(mind: Mind) -> Mapping[Trait, float] | None:
    return mind.usual if mind.is_neighbour else None


def suffered(happening: Incident, mind: Mind, memory_id: UUID) -> Impressions:
    """Return what the one takes away to whom something happens."""
    before = _known(happening, mind)
    action = ACTIONS.get(happening.occurrence, SocialAction.TALK)
    effect = relationships_rules.effect_of(action, happening.value) if action is not SocialAction.TALK else Opinion()
    feeling = tempered(felt(happening.occurrence, happening.share), mind.personality)
    return Impressions(
        [memory_of(happening, mind.npc_id, feeling, memory_id, MemoryKind.EVENT)],
        [(before, opinion_after(before, action, effect, happening.at, happening.day, _usual_to(mind)))],
    )


def bereaved(happening: Incident, mind: Mind) -> tuple[Relationship, Sequence[WorldEvent]]:
    """Return what someone thinks of the one who has killed their kin, whether they have seen it or not."""
    before = _known(happening, mind)
    action = SocialAction.VIOLENCE
    effect = relationships_rules.times(relationships_rules.effect_of(action), KIN)
    return before, opinion_after(before, action, effect, happening.at, happening.day, _usual_to(mind))


def opinion_after(
    before: Relationship,
    action: SocialAction,
    effect: Opinion,
    at: int,
    day: int,
    usual: Mapping[Trait, float] | None = None,
) -> list[WorldEvent]:
    """Return what happens to a relationship by an action; a change of who is inhabited is noticed then, too.

    Args:
        at: milliseconds of the world's own time; `day`: those of a day.
        usual: what a neighbour who is inhabited was like, whom one has always known even if nothing of it is stored.
    """
    events: list[WorldEvent] = []
    known = before
    if usual is not None and before.version == 0:
        events.append(
            BaselineFrozen(
                npc_id=before.npc_id,
                other_id=before.other_id,
                world_id=before.world_id,
                frozen=True,
                baseline={str(trait): value for trait, value in usual.items()},
                game_time=at,
            )
        )
        known = after(before, events)
    behaviour = relationships_rules.behaviour_of(action, known.frozen or relationships_rules.USUAL)
    acted = _changed(known, action, effect, at, day, behaviour)
    events.append(acted)
    if known.frozen is None:
        return events
    known = after(known, [acted])
    drift = relationships_rules.drift_of(known.frozen, relationships_rules.mean_of(known.history))
    reaction = relationships_rules.reaction_to(drift)
    if reaction is None or not relationships_rules.is_news(drift, known.noticed):
        return events
    noticed = _changed(known, SocialAction.CHANGE, reaction.effect, at, day, {})
    return [*events, noticed.model_copy(update={"noticed": drift.size})]


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
    new = relationships_rules.changed(old, effect)
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
    return relationships_rules.settle(relationship.opinion, max(0, at - relationship.settled_at) / day)


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
