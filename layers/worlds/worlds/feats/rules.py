"""What counts as a feat. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from worlds.carrying.events import ItemGathered, ItemHandedOver
from worlds.crafting.events import ItemCrafted, LessonGiven, NodeResearched, ThingBuilt
from worlds.demand.events import PurchaseAttempted
from worlds.feats.content import Feat, feats
from worlds.feats.models import Accomplishment, FeatKind
from worlds.log.models import WorldEvent
from worlds.relationships.events import RelationshipChanged
from worlds.skills.events import SkillLeveledUp
from worlds.space.models import METRE, Position, Space
from worlds.space.rules import is_within
from worlds.world.events import WorldReady

IN_VILLAGE: Final = 100 * METRE
"""From the middle of a village, within which one has come there."""

_KINDS: Final = {
    ItemCrafted: FeatKind.CRAFTED,
    ThingBuilt: FeatKind.BUILT,
    ItemGathered: FeatKind.GATHERED,
    NodeResearched: FeatKind.RESEARCHED,
    PurchaseAttempted: FeatKind.BOUGHT,
    ItemHandedOver: FeatKind.GAVE,
    WorldReady: FeatKind.MADE_WORLD,
}


def accomplishments(events: Iterable[WorldEvent]) -> Iterator[Accomplishment]:
    """Yield what may count of what has happened."""
    for event in events:
        if kind := _KINDS.get(type(event)):
            yield Accomplishment(kind)
            continue
        match event:
            case LessonGiven(succeeded=True):
                yield Accomplishment(FeatKind.TAUGHT)
            case SkillLeveledUp():
                yield Accomplishment(FeatKind.REACHED_LEVEL, event.level, event.level - 1)
            case RelationshipChanged():
                before, after = event.affection
                yield Accomplishment(FeatKind.BEFRIENDED, after, before)
            case _:
                pass


def achieved(done: Iterable[Accomplishment]) -> list[Feat]:
    """Return the feats among what was done, in the order of their keys: that of the locks on their rows."""
    found = {feat.key: feat for each in done for feat in feats.by_kind.get(each.kind, ()) if _counts(each, feat)}
    return [found[key] for key in sorted(found)]


def _counts(each: Accomplishment, feat: Feat) -> bool:
    """Tell whether something counts: of a level or a friendship only the step across the least one."""
    return not feat.least or each.before < feat.least <= each.value


def came_to_village(space: Space, before: Position, after: Position, centres: Sequence[Position]) -> bool:
    """Tell whether a step has led someone into a village."""
    return any(
        is_within(space, after, centre, IN_VILLAGE) and not is_within(space, before, centre, IN_VILLAGE)
        for centre in centres
    )
