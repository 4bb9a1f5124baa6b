"""The commands, declared once. Source: worlds 5."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from kernel.texts import to_translate
from worlds.commands.models import Arguments, CommandTopic, Who, WorldCommand
from worlds.movement.models import Mode

DIRECTIONS: Final[Mapping[str, tuple[str, ...]]] = {
    "north": ("n",),
    "northeast": ("ne",),
    "east": ("e",),
    "southeast": ("se",),
    "south": ("s",),
    "southwest": ("sw",),
    "west": ("w",),
    "northwest": ("nw",),
    "up": ("u",),
    "down": ("d", "dn"),
}
"""{direction: its other names}"""

_STEP_HELP: Final = to_translate("Take a step of one metre, or go as many metres as you say.")
_WEATHERS: Final = ("clear", "cloudy", "rain", "storm", "snow")

_STEPS: Final = tuple(
    WorldCommand(name, f"{name} [distance]", _STEP_HELP, CommandTopic.WAY, Arguments.STEP, aliases, mode=Mode.WALK)
    for name, aliases in DIRECTIONS.items()
)

COMMANDS: Final[tuple[WorldCommand, ...]] = (
    WorldCommand(
        "look",
        "look [target]",
        to_translate("See where you are, or look closely at a thing or a person."),
        CommandTopic.WAY,
        Arguments.TARGET,
        ("l", "examine", "inspect", "view", "ex"),
    ),
    *_STEPS,
    WorldCommand(
        "walk",
        "walk <direction> [distance]",
        to_translate("Walk: one stamina a metre."),
        CommandTopic.WAY,
        Arguments.GO,
        mode=Mode.WALK,
    ),
    WorldCommand(
        "run",
        "run <direction> [distance]",
        to_translate("Run: twice as fast, for two stamina a metre."),
        CommandTopic.WAY,
        Arguments.GO,
        who=Who.PLAYER,
        mode=Mode.RUN,
    ),
    WorldCommand(
        "sneak",
        "sneak <direction> [distance]",
        to_translate("Go quietly and slowly, for one and a half stamina a metre."),
        CommandTopic.WAY,
        Arguments.GO,
        who=Who.PLAYER,
        mode=Mode.SNEAK,
    ),
    WorldCommand(
        "sprint",
        "sprint <direction> [distance]",
        to_translate("Run as fast as you can, loudly, for four stamina a metre."),
        CommandTopic.WAY,
        Arguments.GO,
        who=Who.PLAYER,
        mode=Mode.SPRINT,
    ),
    WorldCommand(
        "go",
        "go <direction, thing or place>",
        to_translate("Walk up to a thing or a place that you can see."),
        CommandTopic.WAY,
        Arguments.GO,
        mode=Mode.WALK,
    ),
    WorldCommand(
        "face",
        "face <direction>",
        to_translate("Turn without taking a step."),
        CommandTopic.WAY,
        Arguments.DIRECTION,
    ),
    WorldCommand(
        "fly",
        "fly [up, down or metres]",
        to_translate("Take off, rise or sink by ten metres, or fly at a height. Only watchers can."),
        CommandTopic.WAY,
        Arguments.FLIGHT,
        options=("up", "down"),
    ),
    WorldCommand(
        "map",
        "map",
        to_translate("See the whole world from above."),
        CommandTopic.WAY,
        aliases=("world map",),
    ),
    WorldCommand(
        "weather",
        "weather",
        to_translate("Read the weather and the forecast. The owner of a world can set it: weather rain"),
        CommandTopic.WAY,
        aliases=("climate", "forecast"),
        options=_WEATHERS,
        owner_options=_WEATHERS,
    ),
    WorldCommand(
        "enter",
        "enter <portal or world>",
        to_translate("Go through a portal that is near; from the lobby, into any world."),
        CommandTopic.WAY,
        Arguments.TARGET,
    ),
    WorldCommand(
        "lobby",
        "lobby",
        to_translate("Leave the world and go back to the lobby."),
        CommandTopic.WAY,
        aliases=("exit", "leave", "hub"),
    ),
    WorldCommand(
        "help",
        "help [command]",
        to_translate("List the commands, or explain one."),
        CommandTopic.WAY,
    ),
    WorldCommand(
        "hint",
        "hint",
        to_translate("Read what you could do next."),
        CommandTopic.WAY,
    ),
    WorldCommand(
        "who",
        "who [beginning of a name]",
        to_translate("See who is in this world."),
        CommandTopic.PEOPLE,
        aliases=("players", "online"),
    ),
    WorldCommand(
        "say",
        "say <text>",
        to_translate("Speak to everyone within 50 metres."),
        CommandTopic.PEOPLE,
        Arguments.TEXT,
        ("speak",),
    ),
    WorldCommand(
        "whisper",
        "whisper <who> <text>",
        to_translate("Speak to someone within five metres, so that no one else hears it."),
        CommandTopic.PEOPLE,
        Arguments.ADDRESSED,
        ("psst",),
    ),
    WorldCommand(
        "tell",
        "tell <who> <text>",
        to_translate("Send someone a message, wherever they are. tell statue ... makes a new world."),
        CommandTopic.PEOPLE,
        Arguments.ADDRESSED,
        ("message", "msg", "pm"),
    ),
    WorldCommand(
        "reply",
        "reply <text>",
        to_translate("Answer the last message that someone told you."),
        CommandTopic.PEOPLE,
        Arguments.TEXT,
        ("r",),
    ),
    WorldCommand(
        "talk",
        "talk <who> [text]",
        to_translate("Talk with one of the people who live here, within five metres. They answer, and remember."),
        CommandTopic.PEOPLE,
        Arguments.ADDRESSED,
        ("chat",),
        Who.PLAYER,
    ),
    WorldCommand(
        "promise",
        "promise <item> [n] to <who>",
        to_translate("Promise to bring something within seven days of this world. Giving it keeps the promise."),
        CommandTopic.PEOPLE,
        Arguments.GIVE,
        who=Who.PLAYER,
    ),
    WorldCommand(
        "threaten",
        "threaten <who> [text]",
        to_translate("Frighten one of the people who live here. Those who see it remember it, too."),
        CommandTopic.PEOPLE,
        Arguments.ADDRESSED,
        who=Who.PLAYER,
    ),
    WorldCommand(
        "emote",
        "emote <text>",
        to_translate("Show what you do: emote waves"),
        CommandTopic.PEOPLE,
        Arguments.TEXT,
        ("me",),
    ),
    WorldCommand(
        "ignore",
        "ignore <who>",
        to_translate("Hear nothing more from someone. Write it again to end that."),
        CommandTopic.PEOPLE,
        Arguments.TARGET,
    ),
    WorldCommand(
        "report",
        "report <who> [reason]",
        to_translate("Tell the administrators about someone's behaviour."),
        CommandTopic.PEOPLE,
        Arguments.ADDRESSED,
    ),
    WorldCommand(
        "get",
        "get <item> [n]",
        to_translate("Pick up something within three metres."),
        CommandTopic.THINGS,
        Arguments.QUANTITY,
        ("take", "grab", "pick", "pickup"),
        Who.PLAYER,
    ),
    WorldCommand(
        "drop",
        "drop <item> [n]",
        to_translate("Put something on the ground."),
        CommandTopic.THINGS,
        Arguments.QUANTITY,
        ("release", "discard", "throw"),
        Who.PLAYER,
    ),
    WorldCommand(
        "inventory",
        "inventory",
        to_translate("See what you carry, its weight and your limit."),
        CommandTopic.THINGS,
        aliases=("inv", "i", "items", "bag"),
        who=Who.PLAYER,
    ),
    WorldCommand(
        "equip",
        "equip <item> [slot]",
        to_translate("Put on clothes, or take a weapon or a lamp in your hand."),
        CommandTopic.THINGS,
        Arguments.WEAR,
        ("wear", "wield"),
        Who.PLAYER,
    ),
    WorldCommand(
        "unequip",
        "unequip <item>",
        to_translate("Take off what you wear or hold."),
        CommandTopic.THINGS,
        Arguments.TARGET,
        ("remove",),
        Who.PLAYER,
    ),
    WorldCommand(
        "use",
        "use <item>",
        to_translate("Use something up: eat it, drink it, light it."),
        CommandTopic.THINGS,
        Arguments.TARGET,
        ("consume", "activate", "apply"),
        Who.PLAYER,
    ),
    WorldCommand(
        "attack",
        "attack [who] [quick/normal/heavy]",
        to_translate("Strike at someone within reach. Players fight only if both want to: the other one attacks, too."),
        CommandTopic.FIGHT,
        Arguments.TARGET,
        ("hit", "fight", "strike", "kill"),
        Who.PLAYER,
    ),
    WorldCommand(
        "defend",
        "defend",
        to_translate("Be on your guard: hits hurt half as much until you do something else."),
        CommandTopic.FIGHT,
        aliases=("block",),
        who=Who.PLAYER,
    ),
    WorldCommand(
        "flee",
        "flee",
        to_translate("Try to get away from a fight. The faster you are, the better."),
        CommandTopic.FIGHT,
        aliases=("escape",),
        who=Who.PLAYER,
    ),
    WorldCommand(
        "give",
        "give <item> [n] to <who>",
        to_translate("Give something to someone near you."),
        CommandTopic.THINGS,
        Arguments.GIVE,
        who=Who.PLAYER,
    ),
    WorldCommand(
        "trade",
        "trade <who>",
        to_translate("Begin a trade with someone near you. Nothing changes hands before both have accepted."),
        CommandTopic.THINGS,
        Arguments.TARGET,
        who=Who.PLAYER,
    ),
    WorldCommand(
        "offer",
        "offer <item> [n]",
        to_translate("Put something on your side of a trade; offer <item> 0 takes it back."),
        CommandTopic.THINGS,
        Arguments.QUANTITY,
        who=Who.PLAYER,
        least=0,
    ),
    WorldCommand(
        "accept",
        "accept",
        to_translate("Agree to a trade as it stands."),
        CommandTopic.THINGS,
        who=Who.PLAYER,
    ),
    WorldCommand(
        "decline",
        "decline",
        to_translate("Leave a trade. Everyone keeps what is theirs."),
        CommandTopic.THINGS,
        who=Who.PLAYER,
    ),
    WorldCommand(
        "prices",
        "prices [who]",
        to_translate("See what one of the people who live here sells, and what they pay for what you carry."),
        CommandTopic.THINGS,
        Arguments.TARGET,
        ("goods", "wares"),
        Who.PLAYER,
    ),
    WorldCommand(
        "buy",
        "buy <item> [n] [from <who>]",
        to_translate("Buy something from one of the people who live here: buy 3 wool from Maren"),
        CommandTopic.THINGS,
        Arguments.BUY,
        who=Who.PLAYER,
    ),
    WorldCommand(
        "sell",
        "sell <item> [n] [to <who>]",
        to_translate("Sell something to one of the people who live here."),
        CommandTopic.THINGS,
        Arguments.SELL,
        who=Who.PLAYER,
    ),
    WorldCommand(
        "barter",
        "barter <who> [n item for n item]",
        to_translate(
            "Offer things for things: barter Maren 3 wool for 1 axe. If they want more, barter Maren agrees to that."
        ),
        CommandTopic.THINGS,
        Arguments.ADDRESSED,
        who=Who.PLAYER,
    ),
    WorldCommand(
        "open",
        "open <thing>",
        to_translate("Open a chest, a barrel or the like within three metres."),
        CommandTopic.THINGS,
        Arguments.TARGET,
        who=Who.PLAYER,
    ),
    WorldCommand(
        "push",
        "push <thing> [direction]",
        to_translate("Push something a metre away from you, or pull it towards you. move with a direction walks."),
        CommandTopic.THINGS,
        Arguments.PUSH,
        ("pull", "move"),
        Who.PLAYER,
    ),
    WorldCommand(
        "gather",
        "gather [place] [n]",
        to_translate(
            "Gather what grows, lives or lies at a place within three metres: wood, herbs, game, fish, ore. The right"
            " tool helps; ore needs one."
        ),
        CommandTopic.THINGS,
        Arguments.QUANTITY,
        ("harvest", "mine", "fish", "chop"),
        Who.PLAYER,
    ),
    WorldCommand(
        "search",
        "search",
        to_translate("Search the ground around you for ore. Write it again later to see what you have found."),
        CommandTopic.THINGS,
        aliases=("prospect",),
        who=Who.PLAYER,
    ),
    WorldCommand(
        "craft",
        "craft [recipe]",
        to_translate("Make something that you know how to make; or go on with what you have begun."),
        CommandTopic.THINGS,
        Arguments.TARGET,
        ("make", "build", "forge"),
        Who.PLAYER,
    ),
    WorldCommand(
        "recipes",
        "recipes [part of a name]",
        to_translate("See what you could make with what you carry, and what else you know how to make."),
        CommandTopic.THINGS,
        who=Who.PLAYER,
    ),
    WorldCommand(
        "research",
        "research [technology]",
        to_translate("Find out how something is done. Without a name: see what you could find out next."),
        CommandTopic.THINGS,
        Arguments.TARGET,
        who=Who.PLAYER,
    ),
    WorldCommand(
        "experiment",
        "experiment <item> with <item>",
        to_translate("Try two things with each other: perhaps you find a new recipe. Failing uses both up."),
        CommandTopic.THINGS,
        Arguments.COMBINE,
        who=Who.PLAYER,
    ),
    WorldCommand(
        "teach",
        "teach <who> <recipe>",
        to_translate("Show someone within three metres how to make something."),
        CommandTopic.PEOPLE,
        Arguments.ADDRESSED,
        who=Who.PLAYER,
    ),
    WorldCommand(
        "learn",
        "learn <recipe> from <who>",
        to_translate("Let one of the people who live here, who likes you, teach you something of their trade."),
        CommandTopic.PEOPLE,
        Arguments.BUY,
        who=Who.PLAYER,
    ),
    WorldCommand(
        "score",
        "score",
        to_translate("See your attributes and how you are."),
        CommandTopic.FIGHT,
        aliases=("sheet",),
        who=Who.PLAYER,
    ),
    WorldCommand(
        "sleep",
        "sleep",
        to_translate("Lie down until health and stamina are back. Anything you do wakes you, and so does a wound."),
        CommandTopic.FIGHT,
        who=Who.PLAYER,
    ),
    WorldCommand(
        "skills",
        "skills",
        to_translate("See what you have learned."),
        CommandTopic.FIGHT,
        aliases=("stats",),
        who=Who.PLAYER,
    ),
    WorldCommand(
        "follow",
        "follow [on or off]",
        to_translate("Let the chat and its overlay see where you are and what you do, or no longer."),
        CommandTopic.PEOPLE,
        options=("on", "off"),
    ),
    WorldCommand(
        "create world",
        "create world",
        to_translate("Answer questions about a world, and it is made for you."),
        CommandTopic.WORLDS,
    ),
    WorldCommand(
        "create character",
        "create character <name> <role> <species> [world]",
        to_translate("Make a character for a world."),
        CommandTopic.WORLDS,
    ),
    WorldCommand(
        "watcher",
        "watcher <world>",
        to_translate("Enter a world without a body, to look around and fly."),
        CommandTopic.WORLDS,
        Arguments.TARGET,
    ),
    WorldCommand(
        "worlds",
        "worlds [part of a name] [page]",
        to_translate("See the worlds that there are, and how many people are in each."),
        CommandTopic.WORLDS,
    ),
    WorldCommand(
        "world",
        "world <info, simulate, run, pause, speed, reset, intervene, vote or map>",
        to_translate("Read about this world. Its owner can also let years pass."),
        CommandTopic.WORLDS,
        options=("info", "simulate", "run", "pause", "speed", "reset", "intervene", "vote", "map"),
        owner_options=("simulate", "run", "pause", "speed", "reset", "intervene", "vote"),
    ),
    WorldCommand(
        "ecosystem",
        "ecosystem <status, spawn, log, lineage or breed>",
        to_translate("Read about the species of this world. Its owner can also add some."),
        CommandTopic.WORLDS,
        aliases=("eco",),
        options=("status", "spawn", "log", "lineage", "breed"),
        owner_options=("spawn", "breed"),
    ),
)
"""All commands, in the order in which help lists them."""


def by_verb(commands: tuple[WorldCommand, ...]) -> Mapping[str, WorldCommand]:
    """Return {verb: its command}: names and aliases.

    Raises:
        ValueError: a verb means two commands.
    """
    found: dict[str, WorldCommand] = {}
    for command in commands:
        for verb in command.verbs:
            if found.setdefault(verb, command) is not command:
                raise ValueError(f"{verb} means {found[verb].name} and {command.name}")
    return MappingProxyType(found)


VERBS: Final = by_verb(COMMANDS)
"""{verb: its command}"""
