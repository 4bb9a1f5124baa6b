"""What has happened in a village, as one who lives there tells it: true, since it follows from what is stored. Pure.

Source: worlds 19, 20, 29.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final
from uuid import UUID

from msgspec import Struct

from kernel.texts import to_translate, translate
from worlds.conversing.words import when_in_words
from worlds.npcs.appearance import FEMALE, MALE
from worlds.npcs.models import Npc

KIN: Final = {
    ("spouse", FEMALE): to_translate("my wife {name}"),
    ("spouse", MALE): to_translate("my husband {name}"),
    ("parent", FEMALE): to_translate("my mother {name}"),
    ("parent", MALE): to_translate("my father {name}"),
    ("child", FEMALE): to_translate("my daughter {name}"),
    ("child", MALE): to_translate("my son {name}"),
    ("sibling", FEMALE): to_translate("my sister {name}"),
    ("sibling", MALE): to_translate("my brother {name}"),
}
"""{(what someone is to the one who speaks, sex): how they speak of them}"""
CAUSES: Final = {
    "old age": to_translate("{who} died of old age {when}."),
    "an illness": to_translate("{who} died of an illness {when}."),
    "a fight": to_translate("{who} was killed {when}."),
}
"""{cause, as `worlds.npcs` has it: how it is told}"""


class VillageEvent(Struct, frozen=True):
    """Something that has happened to people of a village.

    Attributes:
        day: of the world.
        who: one or two of them; `child` was born to them.
        cause: of a death; "" for a wedding or a birth.
    """

    day: int
    who: Sequence[Npc]
    child: Npc | None = None
    cause: str = ""


def events_of(people: Sequence[Npc], day_length: int, since: int, until: int) -> list[VillageEvent]:
    """Return births, weddings and deaths after one day and up to another, the latest first.

    Args:
        people: of a village, the dead among them.
        day_length: milliseconds of a day of the world.
    """
    by_id = {each.character_id: each for each in people}
    found: list[VillageEvent] = []
    for each in people:
        born = each.born // day_length
        mother, father = (None if key is None else by_id.get(key) for key in (each.mother_id, each.father_id))
        if since < born <= until and mother is not None and father is not None:
            found.append(VillageEvent(born, (mother, father), each))
        spouse = None if each.spouse_id is None else by_id.get(each.spouse_id)
        # Once for both.
        if each.wed is not None and since < each.wed <= until and spouse is not None and each.number < spouse.number:
            found.append(VillageEvent(each.wed, (each, spouse)))
        if each.died is not None and since < each.died <= until:
            found.append(VillageEvent(each.died, (each,), cause=each.cause))
    return sorted(found, key=lambda each: (-each.day, min(one.number for one in each.who)))


def told(event: VillageEvent, teller: Npc, names: Mapping[UUID, str], today: int) -> str:
    """Return how someone of the village tells of something that has happened there."""
    when = when_in_words(today - event.day)
    if event.cause:
        who = _upper(called(event.who[0], teller, names))
        return translate(CAUSES.get(event.cause, to_translate("{who} died {when}.")), who=who, when=when)
    one, other = event.who
    if teller.character_id in (one.character_id, other.character_id):
        partner = names[(other if teller.character_id == one.character_id else one).character_id]
        if event.child is None:
            return translate("{name} and I wed {when}.", name=partner, when=when)
        return translate(
            "{name} and I had a child {when}: {child}.", name=partner, when=when, child=names[event.child.character_id]
        )
    first, second = _upper(called(one, teller, names)), called(other, teller, names)
    if event.child is None:
        return translate("{one} and {other} wed {when}.", one=first, other=second, when=when)
    return translate(
        "{one} and {other} had a child {when}: {child}.",
        one=first,
        other=second,
        when=when,
        child=names[event.child.character_id],
    )


def called(who: Npc, teller: Npc, names: Mapping[UUID, str]) -> str:
    """Return how someone speaks of another one of their village: kin as such, others by their names."""
    name = names[who.character_id]
    text = KIN.get((_kinship(who, teller), who.sex))
    return name if text is None else translate(text, name=name)


def _kinship(who: Npc, of: Npc) -> str:
    if of.spouse_id == who.character_id:
        return "spouse"
    if who.character_id in (of.mother_id, of.father_id):
        return "parent"
    if of.character_id in (who.mother_id, who.father_id):
        return "child"
    shared = {who.mother_id, who.father_id} & {of.mother_id, of.father_id} - {None}
    return "sibling" if shared and who.character_id != of.character_id else ""


def _upper(text: str) -> str:
    return text[:1].upper() + text[1:]
