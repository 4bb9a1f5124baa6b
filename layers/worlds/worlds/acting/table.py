"""What each command does: the one table from names to actions. Reading and declaring them: worlds.commands."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from kernel.errors import DomainError
from worlds.acting import carrying, looking, moving, sheets, speaking, trading, travelling
from worlds.acting.models import NotYet, Outcome, Scene
from worlds.acting.needs import EARSHOT, NOTHING, SIGHT, Action, Needs, seeing
from worlds.commands import parsing
from worlds.commands.grammar import DIRECTIONS
from worlds.commands.models import Parsed


def _with_a_partner(parsed: Parsed) -> Needs:
    return Needs(partners=True)


def _in_a_trade(parsed: Parsed) -> Needs:
    return Needs(partners=True, trade=True)


_MOVE: Final = Action(moving.step, moving.around_the_way)

ACTIONS: Final[Mapping[str, Action]] = {
    **dict.fromkeys(DIRECTIONS, _MOVE),
    **dict.fromkeys(("walk", "run", "sneak", "sprint", "go"), _MOVE),
    "face": Action(moving.face),
    "fly": Action(moving.fly, seeing(things=SIGHT, people=SIGHT, ground=True)),
    "look": Action(looking.look, seeing(things=SIGHT, people=SIGHT, ground=True)),
    "map": Action(looking.world_map, lambda parsed: Needs(atlas=True)),
    "who": Action(looking.who, lambda parsed: Needs(everyone=True)),
    "inventory": Action(looking.inventory),
    "help": Action(looking.help_about),
    "say": Action(speaking.say, seeing(people=EARSHOT)),
    "emote": Action(speaking.emote, seeing(people=EARSHOT)),
    "whisper": Action(speaking.whisper, seeing(people=SIGHT)),
    "tell": Action(speaking.tell, speaking.naming_someone),
    "reply": Action(speaking.reply, lambda parsed: Needs(last_teller=True)),
    "ignore": Action(speaking.ignore, speaking.naming_someone),
    "report": Action(speaking.report, speaking.naming_someone),
    "enter": Action(travelling.enter, travelling.through_portals),
    "lobby": Action(travelling.lobby, travelling.to_lobby),
    "watcher": Action(travelling.watcher, travelling.to_named_world),
    "create character": Action(travelling.create_character, travelling.to_last_word),
    "create world": Action(travelling.create_world),
    "world": Action(sheets.world, sheets.of_the_world),
    "score": Action(sheets.score),
    "skills": Action(sheets.skills),
    "get": Action(carrying.get, seeing(things=SIGHT)),
    "drop": Action(carrying.drop),
    "equip": Action(carrying.equip),
    "unequip": Action(carrying.unequip),
    "use": Action(carrying.use),
    "give": Action(trading.give, _with_a_partner),
    "trade": Action(trading.begin, _in_a_trade),
    "offer": Action(trading.offer, _in_a_trade),
    "accept": Action(trading.accept, _in_a_trade),
    "decline": Action(trading.decline, _in_a_trade),
}
"""{name of a command: what it does}"""


def needs_of(parsed: Parsed) -> Needs:
    """Return what a command needs to see."""
    action = ACTIONS.get(parsed.command.name)
    return NOTHING if action is None else action.needs(parsed)


def decide(scene: Scene, parsed: Parsed) -> Outcome:
    """Return what a command sets off.

    Raises:
        DomainError: it is refused.
    """
    parsing.require(
        parsed,
        has_body=bool(scene.me.attributes) or scene.world.is_lobby,
        is_owner=scene.world.owner_id == scene.me.account_id,
    )
    action = ACTIONS.get(parsed.command.name)
    if action is None:
        raise NotYet(command=parsed.command.name)
    return action.decide(scene, parsed)


def read(text: str) -> Parsed | DomainError:
    """Return what a line means, or why it means nothing."""
    try:
        return parsing.parse(text)
    except DomainError as error:
        return error
