"""What a character learns by doing. Pure. Source: worlds 22."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from msgspec import Struct

from kernel.texts import decimal, number, translate
from worlds.characters.models import Character
from worlds.log.models import WorldEvent
from worlds.skills import rules
from worlds.skills.events import SkillIncreased, SkillLeveledUp, SkillUsed
from worlds.skills.models import ATTRIBUTES, Skill


class Practice(Struct, frozen=True):
    """What comes of the use of a skill.

    Attributes:
        events: of the character.
        text: what it reads of it.
    """

    events: Sequence[WorldEvent] = ()
    text: str = ""


NOTHING_LEARNED: Final = Practice()


def practised(character: Character, skill: Skill, xp: int, action: str, now: datetime) -> Practice:
    """Return what a character learns from a use of a skill.

    For several uses of the same skill in one command, ask once, with the sum.

    Args:
        xp: whole points that it is worth the first times.
        action: what was done, such as "gather/birch"; the same again within a minute is worth less.
    """
    level = character.skills.get(skill, 0)
    if not character.attributes or level >= rules.HIGHEST:
        return NOTHING_LEARNED
    earlier = rules.earlier_uses(character.uses, action_of(skill, action), now)
    percent = rules.percent(level, character.attributes.get(ATTRIBUTES[skill], 0), earlier)
    gained = xp * rules.POINT * percent // 100
    after, left = rules.gain(level, character.xp.get(skill, 0), gained)
    about = {"character_id": character.character_id, "skill": skill.value}
    events: list[WorldEvent] = [SkillUsed(**about, context=action, xp=xp, factor=percent / 100)]
    if gained:
        events.append(SkillIncreased(**about, old=level, new=after, xp_gained=gained, xp=left))
    if after > level:
        events.append(SkillLeveledUp(**about, level=after))
    return Practice(events, _told(skill, gained, level, after, left))


def action_of(skill: str, context: str) -> str:
    """Return the name under which the uses of a skill for something are counted."""
    return f"{skill}/{context}"


def points(hundredths: int) -> str:
    """Write experience, with decimals only where there are any."""
    whole, rest = divmod(hundredths, rules.POINT)
    if not rest:
        return number(whole)
    return number(whole) + decimal(rest / rules.POINT, 2)[1:]


def _told(skill: Skill, gained: int, before: int, after: int, left: int) -> str:
    fields = {"skill": skill.value, "gained": points(gained), "level": after, "xp": points(left)}
    if after == rules.HIGHEST:
        return translate("{skill} +{gained} XP: level {level}, the highest there is.", **fields)
    fields["cost"] = points(rules.cost(after + 1))
    if after > before:
        return translate("{skill} +{gained} XP: level {level} ({xp} of {cost}).", **fields)
    return translate("{skill} +{gained} XP ({xp} of {cost}).", **fields)
