"""The commands, declared once. Source: worlds 5."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from kernel.texts import to_translate
from worlds.commands.models import Arguments, Command, Topic, Who
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
    Command(name, f"{name} [distance]", _STEP_HELP, Topic.WAY, Arguments.STEP, aliases, mode=Mode.WALK)
    for name, aliases in DIRECTIONS.items()
)

COMMANDS: Final[tuple[Command, ...]] = (
    Command(
        "look",
        "look [target]",
        to_translate("See where you are, or look closely at a thing or a person."),
        Topic.WAY,
        Arguments.TARGET,
        ("l", "examine", "inspect", "view", "ex"),
    ),
    *_STEPS,
    Command(
        "walk",
        "walk <direction> [distance]",
        to_translate("Walk: one stamina a metre."),
        Topic.WAY,
        Arguments.GO,
        mode=Mode.WALK,
    ),
    Command(
        "run",
        "run <direction> [distance]",
        to_translate("Run: twice as fast, for two stamina a metre."),
        Topic.WAY,
        Arguments.GO,
        who=Who.PLAYER,
        mode=Mode.RUN,
    ),
    Command(
        "sneak",
        "sneak <direction> [distance]",
        to_translate("Go quietly and slowly, for one and a half stamina a metre."),
        Topic.WAY,
        Arguments.GO,
        who=Who.PLAYER,
        mode=Mode.SNEAK,
    ),
    Command(
        "sprint",
        "sprint <direction> [distance]",
        to_translate("Run as fast as you can, loudly, for four stamina a metre."),
        Topic.WAY,
        Arguments.GO,
        who=Who.PLAYER,
        mode=Mode.SPRINT,
    ),
    Command(
        "go",
        "go <direction, thing or place>",
        to_translate("Walk up to a thing or a place that you can see."),
        Topic.WAY,
        Arguments.GO,
        mode=Mode.WALK,
    ),
    Command(
        "face",
        "face <direction>",
        to_translate("Turn without taking a step."),
        Topic.WAY,
        Arguments.DIRECTION,
    ),
    Command(
        "fly",
        "fly [up, down or metres]",
        to_translate("Take off, rise or sink by ten metres, or fly at a height. Only watchers can."),
        Topic.WAY,
        Arguments.FLIGHT,
        options=("up", "down"),
    ),
    Command(
        "map",
        "map",
        to_translate("See the whole world from above."),
        Topic.WAY,
        aliases=("world map",),
    ),
    Command(
        "weather",
        "weather",
        to_translate("Read the weather and the forecast. The owner of a world can set it: weather rain"),
        Topic.WAY,
        aliases=("climate", "forecast"),
        options=_WEATHERS,
        owner_options=_WEATHERS,
    ),
    Command(
        "enter",
        "enter <portal or world>",
        to_translate("Go through a portal that is near; from the lobby, into any world."),
        Topic.WAY,
        Arguments.TARGET,
    ),
    Command(
        "lobby",
        "lobby",
        to_translate("Leave the world and go back to the lobby."),
        Topic.WAY,
        aliases=("exit", "leave", "hub"),
    ),
    Command(
        "help",
        "help [command]",
        to_translate("List the commands, or explain one."),
        Topic.WAY,
    ),
    Command(
        "who",
        "who",
        to_translate("See who is in this world."),
        Topic.PEOPLE,
        aliases=("players", "online"),
    ),
    Command(
        "say",
        "say <text>",
        to_translate("Speak to everyone within 50 metres."),
        Topic.PEOPLE,
        Arguments.TEXT,
        ("speak",),
    ),
    Command(
        "whisper",
        "whisper <who> <text>",
        to_translate("Speak to someone within five metres, so that no one else hears it."),
        Topic.PEOPLE,
        Arguments.ADDRESSED,
        ("psst",),
    ),
    Command(
        "tell",
        "tell <who> <text>",
        to_translate("Send someone a message, wherever they are. tell statue ... makes a new world."),
        Topic.PEOPLE,
        Arguments.ADDRESSED,
        ("message", "msg", "pm"),
    ),
    Command(
        "reply",
        "reply <text>",
        to_translate("Answer the last message that someone told you."),
        Topic.PEOPLE,
        Arguments.TEXT,
        ("r",),
    ),
    Command(
        "emote",
        "emote <text>",
        to_translate("Show what you do: emote waves"),
        Topic.PEOPLE,
        Arguments.TEXT,
        ("me",),
    ),
    Command(
        "ignore",
        "ignore <who>",
        to_translate("Hear nothing more from someone. Write it again to end that."),
        Topic.PEOPLE,
        Arguments.TARGET,
    ),
    Command(
        "report",
        "report <who> [reason]",
        to_translate("Tell the administrators about someone's behaviour."),
        Topic.PEOPLE,
        Arguments.ADDRESSED,
    ),
    Command(
        "get",
        "get <item> [n]",
        to_translate("Pick up something within three metres."),
        Topic.THINGS,
        Arguments.QUANTITY,
        ("take", "grab", "pick", "pickup"),
        Who.PLAYER,
    ),
    Command(
        "drop",
        "drop <item> [n]",
        to_translate("Put something on the ground."),
        Topic.THINGS,
        Arguments.QUANTITY,
        ("release", "discard", "throw"),
        Who.PLAYER,
    ),
    Command(
        "inventory",
        "inventory",
        to_translate("See what you carry, its weight and your limit."),
        Topic.THINGS,
        aliases=("inv", "i", "items", "bag"),
        who=Who.PLAYER,
    ),
    Command(
        "equip",
        "equip <item> [slot]",
        to_translate("Put on clothes, or take a weapon or a lamp in your hand."),
        Topic.THINGS,
        Arguments.WEAR,
        ("wear", "wield"),
        Who.PLAYER,
    ),
    Command(
        "unequip",
        "unequip <item>",
        to_translate("Take off what you wear or hold."),
        Topic.THINGS,
        Arguments.TARGET,
        ("remove",),
        Who.PLAYER,
    ),
    Command(
        "use",
        "use <item>",
        to_translate("Use something up: eat it, drink it, light it."),
        Topic.THINGS,
        Arguments.TARGET,
        ("consume", "activate", "apply"),
        Who.PLAYER,
    ),
    Command(
        "give",
        "give <item> [n] to <who>",
        to_translate("Give something to someone near you."),
        Topic.THINGS,
        Arguments.GIVE,
        who=Who.PLAYER,
    ),
    Command(
        "trade",
        "trade <who>",
        to_translate("Begin a trade with someone near you. Nothing changes hands before both have accepted."),
        Topic.THINGS,
        Arguments.TARGET,
        who=Who.PLAYER,
    ),
    Command(
        "offer",
        "offer <item> [n]",
        to_translate("Put something on your side of a trade."),
        Topic.THINGS,
        Arguments.QUANTITY,
        who=Who.PLAYER,
    ),
    Command(
        "accept",
        "accept",
        to_translate("Agree to a trade as it stands."),
        Topic.THINGS,
        who=Who.PLAYER,
    ),
    Command(
        "decline",
        "decline",
        to_translate("Leave a trade. Everyone keeps what is theirs."),
        Topic.THINGS,
        who=Who.PLAYER,
    ),
    Command(
        "open",
        "open <thing>",
        to_translate("Open a door, a chest or the like."),
        Topic.THINGS,
        Arguments.TARGET,
        who=Who.PLAYER,
    ),
    Command(
        "push",
        "push <thing>",
        to_translate("Push or pull something. move with a direction walks."),
        Topic.THINGS,
        Arguments.TARGET,
        ("pull", "move"),
        Who.PLAYER,
    ),
    Command(
        "score",
        "score",
        to_translate("See your attributes and how you are."),
        Topic.FIGHT,
        aliases=("sheet",),
        who=Who.PLAYER,
    ),
    Command(
        "skills",
        "skills",
        to_translate("See what you have learned."),
        Topic.FIGHT,
        aliases=("stats",),
        who=Who.PLAYER,
    ),
    Command(
        "create world",
        "create world",
        to_translate("Answer questions about a world, and it is made for you."),
        Topic.WORLDS,
    ),
    Command(
        "create character",
        "create character <name> <role> <species> [world]",
        to_translate("Make a character for a world."),
        Topic.WORLDS,
    ),
    Command(
        "watcher",
        "watcher <world>",
        to_translate("Enter a world without a body, to look around and fly."),
        Topic.WORLDS,
        Arguments.TARGET,
    ),
    Command(
        "world",
        "world <info, simulate, run, pause, speed, reset or map>",
        to_translate("Read about this world. Its owner can also let years pass."),
        Topic.WORLDS,
        options=("info", "simulate", "run", "pause", "speed", "reset", "map"),
        owner_options=("simulate", "run", "pause", "speed", "reset"),
    ),
    Command(
        "ecosystem",
        "ecosystem <status, spawn, log, lineage or breed>",
        to_translate("Read about the species of this world. Its owner can also add some."),
        Topic.WORLDS,
        aliases=("eco",),
        options=("status", "spawn", "log", "lineage", "breed"),
        owner_options=("spawn", "breed"),
    ),
)
"""All commands, in the order in which help lists them."""


def by_verb(commands: tuple[Command, ...]) -> Mapping[str, Command]:
    """Return {verb: its command}: names and aliases.

    Raises:
        ValueError: a verb means two commands.
    """
    found: dict[str, Command] = {}
    for command in commands:
        for verb in command.verbs:
            if found.setdefault(verb, command) is not command:
                raise ValueError(f"{verb} means {found[verb].name} and {command.name}")
    return MappingProxyType(found)


VERBS: Final = by_verb(COMMANDS)
"""{verb: its command}"""
