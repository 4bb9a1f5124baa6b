"""The command sleep: one lies still for as long as rest brings something back. Source: worlds 8, 21 and 27.

The spec has no other rates for who sleeps: stamina and hit points come back as they do for all who rest. Who sleeps is
seen asleep, and wakes by doing something, by being hurt, and after ten minutes at the latest.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from msgspec.structs import replace

from kernel.texts import translate
from worlds.acting.fighting import fighter_of
from worlds.acting.models import CommandOutcome, GameMessage, NoSleepNow, Scene, WellRested, posts_to, said_by
from worlds.acting.needs import SIGHT, Needs
from worlds.acting.sheet import stamina_of
from worlds.acting.workshop import wait
from worlds.characters.events import MovementModeChanged, StaminaChanged
from worlds.characters.models import LONGEST_SLEEP, SLEEPING, Character
from worlds.combat.bodies import hurt_of
from worlds.combat.models import moment
from worlds.combat.rules import healed_at
from worlds.commands.models import Parsed
from worlds.movement import rules as movement
from worlds.movement.models import Mode

LYING_DOWN: Final = Needs(hearers=SIGHT)
UNDISTURBED: Final = frozenset({"sleep", "help", "hint", "who", "score", "skills", "inventory", "recipes", "worlds"})
"""Commands that one can read the answer of in one's sleep."""


def sleep(scene: Scene, parsed: Parsed) -> CommandOutcome:
    """Lie down and sleep.

    Raises:
        NoSleepNow: one is in a fight, or bleeds.
        WellRested: nothing would come back.
    """
    me = scene.me
    fighter = fighter_of(scene)
    if fighter is not None and (fighter.is_fighting or fighter.ailments):
        raise NoSleepNow
    left = _rested_in(me, scene.now)
    if not left:
        raise WellRested
    time = wait(left // timedelta(milliseconds=1))
    if me.is_asleep(scene.now):
        return CommandOutcome(messages=[GameMessage("info", translate("You are asleep, for {time} more.", time=time))])
    before = stamina_of(me, scene.now)
    settled = StaminaChanged(character_id=me.character_id, old=me.stamina, new=before.parts, reason="slept")
    text = translate("You lie down and sleep. In {time} you will be rested. Anything you do wakes you.", time=time)
    seen = GameMessage("emote", translate("{name} lies down to sleep.", name=me.name), said_by(me))
    return CommandOutcome(
        events=[settled, MovementModeChanged(character_id=me.character_id, mode=SLEEPING)],
        messages=[GameMessage("action", text)],
        posts=posts_to(scene.people, seen),
    )


def woken(scene: Scene, parsed: Parsed, outcome: CommandOutcome) -> CommandOutcome:
    """Return the outcome of a command of someone whom it wakes, if they slept."""
    me = scene.me
    if me.mode != SLEEPING or parsed.command.name in UNDISTURBED:
        return outcome
    up = MovementModeChanged(character_id=me.character_id, mode=Mode.WALK)
    told = [GameMessage("info", translate("You wake up."))] if me.is_asleep(scene.now) else []
    return replace(outcome, events=[up, *outcome.events], messages=[*told, *outcome.messages])


def _rested_in(me: Character, now: datetime) -> timedelta:
    """Return how long it takes until rest has nothing more to bring back; ten minutes at most."""
    stamina, hurt = movement.rested_at(stamina_of(me, now)), moment(healed_at(hurt_of(me)))
    return min(LONGEST_SLEEP, max(stamina, hurt, now) - now)
