"""What each command does: the one table from names to actions. Reading and declaring them: worlds.commands."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from kernel.errors import DomainError
from worlds.acting import carrying, handling, looking, moving, sheets, speaking, trading, travelling
from worlds.acting.models import CommandOutcome, NotYet, Scene
from worlds.acting.needs import EARSHOT, NOTHING, SIGHT, CommandAction, Needs, seeing
from worlds.commands import parsing
from worlds.commands.grammar import DIRECTIONS
from worlds.commands.models import Parsed


def _changing_a_partner(parsed: Parsed) -> Needs:
    return Needs(partners=True, locks_partners=True)


def _in_a_trade(parsed: Parsed) -> Needs:
    return Needs(partners=True, trade=True)


def _closing_a_trade(parsed: Parsed) -> Needs:
    return Needs(partners=True, locks_trader=True, trade=True)


def _changing_what_is_around(parsed: Parsed) -> Needs:
    return Needs(things=SIGHT, people=SIGHT, surroundings=True)


_MOVE: Final = CommandAction(moving.step, moving.around_the_way)

ACTIONS: Final[Mapping[str, CommandAction]] = {
    **dict.fromkeys(DIRECTIONS, _MOVE),
    **dict.fromkeys(("walk", "run", "sneak", "sprint", "go"), _MOVE),
    "face": CommandAction(moving.face),
    "fly": CommandAction(moving.fly, seeing(things=SIGHT, people=SIGHT, ground=True)),
    "look": CommandAction(looking.look, seeing(things=SIGHT, people=SIGHT, ground=True)),
    "map": CommandAction(looking.world_map, lambda parsed: Needs(atlas=True)),
    "who": CommandAction(looking.who, lambda parsed: Needs(everyone=parsed.rest)),
    "inventory": CommandAction(looking.inventory),
    "help": CommandAction(looking.help_about),
    "say": CommandAction(speaking.say, seeing(hearers=EARSHOT)),
    "emote": CommandAction(speaking.emote, seeing(hearers=EARSHOT)),
    "whisper": CommandAction(speaking.whisper, seeing(people=SIGHT)),
    "tell": CommandAction(speaking.tell, speaking.naming_someone),
    "reply": CommandAction(speaking.reply, lambda parsed: Needs(last_teller=True)),
    "ignore": CommandAction(speaking.ignore, speaking.naming_a_partner),
    "report": CommandAction(speaking.report, speaking.naming_someone),
    "enter": CommandAction(travelling.enter, travelling.through_portals),
    "lobby": CommandAction(travelling.lobby, travelling.to_lobby),
    "watcher": CommandAction(travelling.watcher, travelling.to_named_world),
    "create character": CommandAction(travelling.create_character, travelling.to_last_word),
    "create world": CommandAction(travelling.create_world),
    "worlds": CommandAction(travelling.directory, travelling.through_directory),
    "world": CommandAction(sheets.world, sheets.of_the_world),
    "score": CommandAction(sheets.score),
    "skills": CommandAction(sheets.skills),
    "get": CommandAction(carrying.get, _changing_what_is_around),
    "drop": CommandAction(carrying.drop, _changing_what_is_around),
    "equip": CommandAction(carrying.equip),
    "unequip": CommandAction(carrying.unequip),
    "use": CommandAction(carrying.use),
    "open": CommandAction(handling.open_thing, lambda parsed: handling.OPENING),
    "push": CommandAction(handling.push, lambda parsed: handling.PUSHING),
    "give": CommandAction(trading.give, _changing_a_partner),
    "trade": CommandAction(trading.begin, _in_a_trade),
    "offer": CommandAction(trading.offer, _in_a_trade),
    "accept": CommandAction(trading.accept, _closing_a_trade),
    "decline": CommandAction(trading.decline, _in_a_trade),
}
"""{name of a command: what it does}"""


def needs_of(parsed: Parsed) -> Needs:
    """Return what a command needs to see."""
    action = ACTIONS.get(parsed.command.name)
    return NOTHING if action is None else action.needs(parsed)


def decide(scene: Scene, parsed: Parsed) -> CommandOutcome:
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
