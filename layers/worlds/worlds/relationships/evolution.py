"""What someone thinks of another after each event: as it happens, and when it is rebuilt from the log. Pure."""

from __future__ import annotations

from msgspec.structs import replace

from worlds.log.models import Recorded
from worlds.relationships.events import BaselineFrozen, RelationshipChanged
from worlds.relationships.models import Opinion, PastAction, Relationship, SocialAction, Trait, strangers
from worlds.relationships.rules import acted, neighbours


def evolve(before: Relationship | None, recorded: Recorded) -> Relationship:
    """Return the relationship after an event; `before` is None for two who have not met."""
    match recorded.event:
        case RelationshipChanged() as event:
            known = before or strangers(event.npc_id, event.other_id, event.world_id, event.game_time)
            opinion = Opinion(event.affection[1], event.trust[1], event.fear[1])
            after = replace(known, opinion=opinion, settled_at=event.game_time)
            if event.noticed is not None:
                after = replace(after, noticed=event.noticed)
            if event.behaviour:
                behaviour = {Trait(name): value for name, value in event.behaviour.items()}
                after = acted(after, PastAction(SocialAction(event.action), event.game_time, behaviour), event.day)
        case BaselineFrozen(baseline=stored) as event if stored:
            usual = {Trait(name): value for name, value in stored.items()}
            after = neighbours(event.npc_id, event.other_id, event.world_id, event.game_time, usual)
            after = replace(after, opinion=Opinion(event.affection, event.trust))
        case BaselineFrozen() as event:
            assert before is not None, "the baseline of two who have not met"
            after = replace(before, frozen=before.baseline if event.frozen else None, noticed=0.0)
        case other:
            raise AssertionError(f"{other.type} is nothing that happens to a relationship")
    return replace(after, version=recorded.version)
