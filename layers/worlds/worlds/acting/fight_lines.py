"""What those who see a fight read of it. Pure. Source: worlds 4.2, 27."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID

from kernel.texts import listed, to_translate, translate
from worlds.acting.carrying import told_broken
from worlds.combat.models import Fight, moment
from worlds.combat.settling import FightHappening
from worlds.items.content import items
from worlds.posts import envelopes
from worlds.posts.envelopes import Envelope

BRINGS: Final[Mapping[str, str]] = {
    "poison": to_translate("{name} is poisoned"),
    "stun": to_translate("{name} is stunned"),
    "slow": to_translate("{name} is slowed"),
    "haste": to_translate("{name} is hastened"),
    "bleed": to_translate("{name} bleeds"),
}
BRINGS_YOU: Final[Mapping[str, str]] = {
    "poison": to_translate("you are poisoned"),
    "stun": to_translate("you are stunned"),
    "slow": to_translate("you are slowed"),
    "haste": to_translate("you are hastened"),
    "bleed": to_translate("you bleed"),
}
FAILED: Final[Mapping[str, str]] = {
    "breath": to_translate("You are out of breath: nothing comes of it."),
    "gone": to_translate("There is no one to strike any more."),
    "reach": to_translate("You strike, but {target} is out of reach."),
    "arrows": to_translate("You have nothing left to shoot with."),
    "item": to_translate("You do not have that any more."),
}
HURTS: Final[Mapping[str, str]] = {
    "poison": to_translate("The poison hurts {name}: {damage} damage. {name} {hp}/{most}."),
    "bleed": to_translate("{name} bleeds: {damage} damage. {name} {hp}/{most}."),
}
HURTS_YOU: Final[Mapping[str, str]] = {
    "poison": to_translate("The poison hurts: {damage} damage. You {hp}/{most}."),
    "bleed": to_translate("You bleed: {damage} damage. You {hp}/{most}."),
}
JOINS: Final[Mapping[str, str]] = {
    "creature": to_translate("{name} leaps at {target}!"),
    "person": to_translate("{name} comes running, and turns against {target}."),
}
JOINS_AGAINST_YOU: Final[Mapping[str, str]] = {
    "creature": to_translate("{name} leaps at you! Write flee to get away, or attack."),
    "person": to_translate("{name} comes running, and turns against you."),
}
OWN: Final[Mapping[str, str]] = {
    "defend": to_translate("You are on your guard: until you do something else, hits hurt half as much."),
    "fled": to_translate("You get away."),
    "caught": to_translate("You do not get away."),
    "used": to_translate("You have used it. You {hp}/{most}."),
    "defeated": to_translate("You are defeated. In 10 s you get up, at the place where everyone arrives."),
    "up": to_translate("You get up where everyone arrives, with {hp}/{most}. For a minute no one can attack you."),
    "calm": to_translate("The fight is over for you."),
}
OTHERS: Final[Mapping[str, str]] = {
    "defend": to_translate("{name} is on guard."),
    "fled": to_translate("{name} gets away."),
    "ran": to_translate("{name} runs away."),
    "caught": to_translate("{name} does not get away."),
    "defeated": to_translate("{name} falls, defeated."),
    "died": to_translate("{name} is dead."),
    "fallen": to_translate("Nothing is left of {name} but what they had."),
    "left": to_translate("{name} has left."),
}


def line(happening: FightHappening, names: Mapping[UUID, str], reader: UUID) -> str:
    """Return what someone reads of what has happened; "" for what does not concern them.

    Args:
        names: of all who were in the fight.
    """
    name = names.get(happening.who, "")
    target = names.get(happening.target, "") if happening.target else ""
    is_own = happening.who == reader
    match happening.kind:
        case "hit":
            return _hit(happening, name, target, reader)
        case "fumble":
            if is_own:
                return translate("You miss {target}, and badly.", target=target)
            if happening.target == reader:
                return translate("{name} misses you, and badly.", name=name)
            return translate("{name} misses {target}, and badly.", name=name, target=target)
        case "failed":
            return translate(FAILED[happening.reason], target=target) if is_own else ""
        case "joins":
            texts = JOINS_AGAINST_YOU if happening.target == reader else JOINS
            return translate(texts[happening.reason], name=name, target=target)
        case "desists":
            return translate("{name} turns away from you.", name=name) if happening.target == reader else ""
        case "hurt":
            texts = HURTS_YOU if is_own else HURTS
            numbers = {"damage": happening.damage, "hp": happening.hp, "most": happening.max_hp}
            return translate(texts[happening.reason], name=name, **numbers)
        case "broken":
            item = items.by_key[happening.item].name
            return told_broken(item) if is_own else ""
        case kind:
            text = (OWN if is_own else OTHERS).get(kind)
            return translate(text, name=name, hp=happening.hp, most=happening.max_hp) if text else ""


def _hit(happening: FightHappening, name: str, target: str, reader: UUID) -> str:
    is_own, is_mine = happening.who == reader, happening.target == reader
    brings = BRINGS_YOU if is_mine else BRINGS
    also = [translate(brings[each], name=target) for each in happening.effects]
    if happening.interrupted:
        also.append(translate("you are interrupted") if is_mine else translate("{name} is interrupted", name=target))
    damage = translate("{damage} damage", damage=happening.damage)
    if not happening.damage:
        damage = translate("it does no harm")
    told = listed([damage, *also])
    if happening.critical:
        told = translate("critical! {told}", told=told)
    if is_own:
        return translate(
            "You hit {target}: {told}. {target} {hp}/{most}.",
            target=target,
            told=told,
            hp=happening.hp,
            most=happening.max_hp,
        )
    numbers = {"hp": happening.hp, "most": happening.max_hp}
    if is_mine:
        return translate("{name} hits you: {told}. You {hp}/{most}.", name=name, told=told, **numbers)
    return translate(
        "{name} hits {target}: {told}. {target} {hp}/{most}.", name=name, target=target, told=told, **numbers
    )


def combat_event(happening: FightHappening) -> Envelope:
    """Return what programs read of what has happened."""
    result: dict[str, Any] = {"outcome": happening.kind}
    if happening.kind in ("hit", "hurt"):
        result |= {"damage": happening.damage, "hp": happening.hp, "maxHP": happening.max_hp}
    if happening.kind == "hit":
        result |= {"critical": happening.critical, "interrupted": happening.interrupted}
        result["effects"] = list(happening.effects)
    if happening.reason:
        result["reason"] = happening.reason
    data = {
        "action": happening.action,
        "sourceId": str(happening.who),
        "targetId": str(happening.target) if happening.target else None,
        "result": result,
    }
    return envelopes.other("combat_event", data, moment(happening.at))


def names_in(fight: Fight, characters: Mapping[UUID, str]) -> dict[UUID, str]:
    """Return how those in a fight are called."""
    return {key: each.nature.name if each.nature else characters.get(key, "") for key, each in fight.fighters.items()}
