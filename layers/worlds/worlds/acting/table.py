"""What each command does: the one table from names to actions. Reading and declaring them: worlds.commands."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from kernel.errors import DomainError
from worlds.acting import (
    ageing,
    agreeing,
    bargaining,
    carrying,
    crafting,
    fighting,
    forecasting,
    gathering,
    handling,
    helping,
    hinting,
    looking,
    moving,
    prospecting,
    prowling,
    remarking,
    researching,
    sheets,
    speaking,
    talking,
    teaching,
    trading,
    travelling,
    wildlife,
)
from worlds.acting.models import CommandOutcome, NotYet, Scene
from worlds.acting.needs import EARSHOT, NOTHING, SIGHT, CommandAction, Needs, seeing
from worlds.commands import parsing
from worlds.commands.grammar import DIRECTIONS
from worlds.commands.models import Parsed


def _giving(parsed: Parsed) -> Needs:
    return Needs(hearers=EARSHOT, partners=True, locks_partners=True, minds=SIGHT)


def _in_a_trade(parsed: Parsed) -> Needs:
    return Needs(partners=True, trade=True)


def _closing_a_trade(parsed: Parsed) -> Needs:
    return Needs(partners=True, locks_trader=True, trade=True)


def _changing_what_is_around(parsed: Parsed) -> Needs:
    return Needs(things=SIGHT, people=SIGHT, surroundings=True, living=True)


_MOVE: Final = CommandAction(moving.step, moving.around_the_way)

ACTIONS: Final[Mapping[str, CommandAction]] = {
    **dict.fromkeys(DIRECTIONS, _MOVE),
    **dict.fromkeys(("walk", "run", "sneak", "sprint", "go"), _MOVE),
    "face": CommandAction(moving.face),
    "fly": CommandAction(moving.fly, seeing(things=SIGHT, people=SIGHT, ground=True, living=True)),
    "look": CommandAction(looking.look, looking.looking_around),
    "gather": CommandAction(gathering.gather, lambda parsed: gathering.GATHERING),
    "search": CommandAction(prospecting.search, lambda parsed: prospecting.SEARCHING),
    "map": CommandAction(looking.world_map, lambda parsed: Needs(atlas=True)),
    "weather": CommandAction(forecasting.weather, forecasting.of_the_weather),
    "who": CommandAction(looking.who, lambda parsed: Needs(everyone=parsed.rest)),
    "inventory": CommandAction(looking.inventory),
    "help": CommandAction(helping.help_about, helping.of_help),
    "hint": CommandAction(hinting.hint, lambda parsed: hinting.HINTING),
    "say": CommandAction(speaking.say, seeing(hearers=EARSHOT)),
    "emote": CommandAction(speaking.emote, seeing(hearers=EARSHOT)),
    "whisper": CommandAction(speaking.whisper, seeing(people=SIGHT)),
    "tell": CommandAction(speaking.tell, speaking.telling),
    "reply": CommandAction(speaking.reply, lambda parsed: Needs(last_teller=True)),
    "ignore": CommandAction(speaking.ignore, speaking.naming_a_partner),
    "report": CommandAction(speaking.report, speaking.naming_someone),
    "talk": CommandAction(talking.talk, lambda parsed: talking.TALKING),
    "promise": CommandAction(talking.promise, lambda parsed: talking.NOTICED),
    "threaten": CommandAction(talking.threaten, lambda parsed: talking.NOTICED),
    "enter": CommandAction(travelling.enter, travelling.through_portals),
    "lobby": CommandAction(travelling.lobby, travelling.to_lobby),
    "watcher": CommandAction(travelling.watcher, travelling.to_named_world),
    "create character": CommandAction(travelling.create_character, travelling.to_last_word),
    "create world": CommandAction(travelling.create_world, lambda parsed: Needs(interview="")),
    "worlds": CommandAction(travelling.directory, travelling.through_directory),
    "world": CommandAction(sheets.world, sheets.of_the_world),
    "ecosystem": CommandAction(ageing.ecosystem, wildlife.of_the_ecosystem),
    "score": CommandAction(sheets.score),
    "follow": CommandAction(agreeing.follow, agreeing.of_following),
    "skills": CommandAction(sheets.skills),
    "get": CommandAction(carrying.get, _changing_what_is_around),
    "drop": CommandAction(carrying.drop, _changing_what_is_around),
    "equip": CommandAction(carrying.equip),
    "unequip": CommandAction(carrying.unequip),
    "craft": CommandAction(crafting.craft, lambda parsed: crafting.MAKING),
    "recipes": CommandAction(crafting.list_recipes, lambda parsed: crafting.RECIPES),
    "research": CommandAction(researching.research, lambda parsed: researching.RESEARCH),
    "experiment": CommandAction(researching.experiment, lambda parsed: researching.RESEARCH),
    "teach": CommandAction(teaching.teach, lambda parsed: teaching.TEACHING),
    "learn": CommandAction(teaching.learn, lambda parsed: teaching.LEARNING),
    "use": CommandAction(fighting.use_item),
    "attack": CommandAction(fighting.attack, fighting.attacking),
    "defend": CommandAction(fighting.defend),
    "flee": CommandAction(fighting.flee),
    "open": CommandAction(handling.open_thing, lambda parsed: handling.OPENING),
    "push": CommandAction(handling.push, lambda parsed: handling.PUSHING),
    "give": CommandAction(trading.give, _giving),
    "trade": CommandAction(trading.begin, _in_a_trade),
    "offer": CommandAction(trading.offer, _in_a_trade),
    "accept": CommandAction(trading.accept, _closing_a_trade),
    "decline": CommandAction(trading.decline, _in_a_trade),
    "prices": CommandAction(bargaining.prices, lambda parsed: bargaining.LOOKING),
    "buy": CommandAction(bargaining.buy, lambda parsed: bargaining.BARGAINING),
    "sell": CommandAction(bargaining.sell, lambda parsed: bargaining.BARGAINING),
    "barter": CommandAction(bargaining.barter, lambda parsed: bargaining.BARGAINING),
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
        is_admin=scene.is_admin,
    )
    action = ACTIONS.get(parsed.command.name)
    if action is None:
        raise NotYet(command=parsed.command.name)
    fighting.require_standing(scene, parsed)
    if fighting.leads_out(scene, parsed):
        return fighting.flee(scene, parsed)
    outcome = fighting.with_wounds(scene, remarking.with_remarks(scene, action.decide(scene, parsed)))
    return prowling.with_prowlers(scene, outcome)


def read(text: str) -> Parsed | DomainError:
    """Return what a line means, or why it means nothing."""
    try:
        return parsing.parse(text)
    except DomainError as error:
        return error
