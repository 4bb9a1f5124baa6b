"""How lines are read. Source: worlds 2.4, 5."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kernel.errors import DomainError
from kernel.quantities import ALL, NoWholeNumber, NumberTooLarge, NumberTooSmall, Share, Wanted
from worlds.commands.grammar import COMMANDS, DIRECTIONS, VERBS, by_verb
from worlds.commands.matching import find
from worlds.commands.models import (
    AmbiguousCommand,
    BodyNeeded,
    CommandTooLong,
    CommandTopic,
    DistanceOutOfRange,
    EmptyCommand,
    IncompleteCommand,
    NotADistance,
    UnknownCommand,
    UnknownDirection,
    UnknownOption,
    UnknownTopic,
    UnreadableCommand,
    WorldCommand,
)
from worlds.commands.parsing import clean, complete, help_about, help_text, line_of, parse, require
from worlds.items.models import WearSlot
from worlds.movement.models import Mode
from worlds.world.models import AdminsOnly

# The rows of the specification that need no fight or economy.
ROWS = {
    "north": "n",
    "northeast": "ne",
    "east": "e",
    "southeast": "se",
    "south": "s",
    "southwest": "sw",
    "west": "w",
    "northwest": "nw",
    "up": "u",
    "down": "d dn",
    "run": "",
    "sneak": "",
    "sprint": "",
    "walk": "",
    "look": "l examine inspect view ex",
    "face": "",
    "fly": "",
    "map": "world_map",
    "say": "speak",
    "whisper": "psst",
    "tell": "message msg pm",
    "reply": "r",
    "talk": "chat",
    "emote": "me",
    "who": "players online",
    "get": "take grab pick pickup",
    "drop": "release discard throw",
    "inventory": "inv i items bag",
    "equip": "wear wield",
    "unequip": "remove",
    "use": "consume activate apply",
    "open": "",
    "craft": "make build forge",
    "gather": "harvest mine fish chop",
    "attack": "hit fight strike kill",
    "defend": "block",
    "flee": "escape",
    "push": "pull move",
    "enter": "",
    "lobby": "exit leave hub",
    "watcher": "",
    "create world": "",
    "create character": "",
    "weather": "climate forecast",
    "ecosystem": "eco",
    "world": "",
    "skills": "stats",
    "score": "sheet",
    "help": "",
}
OURS = {
    *("hint", "follow", "go", "give", "worlds", "trade", "offer", "accept", "decline", "ignore", "report"),
    *("recipes", "research", "experiment", "teach", "learn", "promise", "threaten", "buy", "sell", "barter"),
}


def test_the_commands_are_those_of_the_specification_and_ours():
    found = {each.name: " ".join(alias.replace(" ", "_") for alias in each.aliases) for each in COMMANDS}

    assert found == {**ROWS, **dict.fromkeys(OURS, ""), "search": "prospect", "prices": "goods wares"}


@pytest.mark.parametrize(
    ("line", "target", "quantity"),
    [("fish", "", None), ("gather 5", "", 5), ("chop down the birch 3", "birch", 3), ("mine all", "", ALL)],
)
def test_one_gathers_what_is_named_or_what_is_nearest(line: str, target: str, quantity: Wanted | None):
    found = parse(line)

    assert (found.command.name, found.target, found.quantity) == ("gather", target, quantity)


def test_a_verb_means_one_command():
    with pytest.raises(ValueError, match="look means look and look"):
        by_verb((COMMANDS[0], WorldCommand("look", "look", "", CommandTopic.WAY)))


def test_look_at_the_old_statue_and_l_statue_find_the_same():
    things = ("old statue", "portal")

    targets = [parse(line).target for line in ("look at the old statue", "l statue")]

    assert targets == ["old statue", "statue"]
    assert {find(things, target, lambda each: (each,)) for target in targets} == {"old statue"}


@pytest.mark.parametrize(
    ("line", "command", "direction", "distance", "mode"),
    [
        ("n", "north", "north", None, Mode.WALK),
        ("NE", "northeast", "northeast", None, Mode.WALK),
        ("n 5", "north", "north", 50, Mode.WALK),
        ("north 10 m", "north", "north", 100, Mode.WALK),
        ("n 10m", "north", "north", 100, Mode.WALK),
        ("south 2.1", "south", "south", 21, Mode.WALK),
        ("w 1,000", "west", "west", 10_000, Mode.WALK),
        ("w 10k", "west", "west", 100_000, Mode.WALK),
        ("north-east 3", "northeast", "northeast", 30, Mode.WALK),
        ("north east 3", "northeast", "northeast", 30, Mode.WALK),
        ("dn", "down", "down", None, Mode.WALK),
        ("run north 10", "run", "north", 100, Mode.RUN),
        ("run 10 north", "run", "north", 100, Mode.RUN),
        ("sneak sw", "sneak", "southwest", None, Mode.SNEAK),
        ("sprint north west 4", "sprint", "northwest", 40, Mode.SPRINT),
        ("walk e", "walk", "east", None, Mode.WALK),
        ("move north", "walk", "north", None, Mode.WALK),
        ("move ne 2", "walk", "northeast", 20, Mode.WALK),
        ("move north-east", "walk", "northeast", None, Mode.WALK),
        ("go north", "go", "north", None, Mode.WALK),
        ("face south-west", "face", "southwest", None, None),
        ("fly", "fly", None, None, None),
        ("fly up", "fly", "up", None, None),
        ("fly d", "fly", "down", None, None),
        ("fly 50 m", "fly", None, 500, None),
        ("fly 0", "fly", None, 0, None),
    ],
)
def test_ways(line: str, command: str, direction: str | None, distance: int | None, mode: Mode | None):
    found = parse(line)

    assert (found.command.name, found.direction, found.distance, found.mode) == (command, direction, distance, mode)


def test_one_may_go_to_things():
    assert [
        (each.command.name, each.target, each.mode)
        for each in map(parse, ("go to the lamp", "run to Ana", "go west gate", "walk up the hill", "move to the lamp"))
    ] == [
        ("go", "lamp", Mode.WALK),
        ("go", "Ana", Mode.RUN),
        ("go", "west gate", Mode.WALK),
        ("go", "hill", Mode.WALK),
        ("go", "lamp", Mode.WALK),
    ]


@pytest.mark.parametrize(
    ("line", "refusal"),
    [
        ("n 0", NumberTooSmall),
        ("n 0.0", DistanceOutOfRange),
        ("n 10001", NumberTooLarge),
        ("n 10000.1", DistanceOutOfRange),
        ("n -5", NumberTooSmall),
        ("n 1.25", NoWholeNumber),
        ("n far", NotADistance),
        ("n 5 5", NotADistance),
        ("run", IncompleteCommand),
        ("go to the", IncompleteCommand),
        ("face", IncompleteCommand),
        ("face left", UnknownDirection),
        ("fly high", NotADistance),
        ("world foo", UnknownOption),
        ("world s", UnknownOption),
        ("ecosystem 7", UnknownOption),
    ],
)
def test_ways_that_lead_nowhere(line: str, refusal: type[DomainError]):
    with pytest.raises(refusal):
        parse(line)


@pytest.mark.parametrize(
    ("line", "target", "quantity"),
    [
        ("get lamp", "lamp", None),
        ("get the lamp", "lamp", None),
        ("pick up the lamp", "lamp", None),
        ("get arrows 5", "arrows", 5),
        ("drop 5 arrows", "arrows", 5),
        ("drop 5 of them", "of them", 5),
        ("get all", "", ALL),
        ("get all arrows", "arrows", ALL),
        ("throw arrows half", "arrows", Share(ALL.part / 2)),
        ("get 2.lamp", "2.lamp", None),
        ("get Loaf of Bread", "Loaf of Bread", None),
        ("offer 3 Clay", "Clay", 3),
    ],
)
def test_things_and_how_many(line: str, target: str, quantity: object):
    found = parse(line)

    assert (found.target, found.quantity) == (target, quantity)


@pytest.mark.parametrize(
    ("line", "refusal"),
    [
        ("get", IncompleteCommand),
        ("get 5", IncompleteCommand),
        ("get the", IncompleteCommand),
        ("get 0 arrows", NumberTooSmall),
        ("get 10,001 arrows", NumberTooLarge),
        ("get 1.5 arrows", NoWholeNumber),
    ],
)
def test_quantities_that_are_none(line: str, refusal: type[DomainError]):
    with pytest.raises(refusal):
        parse(line)


def test_what_is_given_goes_to_someone():
    found = parse("give 5 arrows to the Old Man")

    assert (found.target, found.quantity, found.recipient) == ("arrows", 5, "Old Man")
    assert parse("give letter to Tom to Ana").target == "letter to Tom"
    for line in ("give", "give arrows", "give arrows to", "give to Ana"):
        with pytest.raises(IncompleteCommand, match=r"give <item> \[n\] to <who>"):
            parse(line)


@pytest.mark.parametrize(
    ("line", "target", "slot"),
    [
        ("equip copper ring", "copper ring", None),
        ("equip copper ring ring2", "copper ring", WearSlot.RING2),
        ("wear the cap on the head", "cap", WearSlot.HEAD),
        ("wield axe in main hand", "axe", WearSlot.MAIN_HAND),
        ("wear head", "head", None),
    ],
)
def test_clothes_and_where_they_go(line: str, target: str, slot: WearSlot | None):
    found = parse(line)

    assert (found.command.name, found.target, found.slot) == ("equip", target, slot)


@pytest.mark.parametrize(
    ("line", "command", "target"),
    [
        ("look", "look", ""),
        ("Examine a rusty lamp", "look", "rusty lamp"),
        ("remove cap", "unequip", "cap"),
        ("apply bandage", "use", "bandage"),
        ("open the Chest", "open", "Chest"),
        ("pull lever", "push", "lever"),
        ("push the crate north east", "push", "crate"),
        ("move crate", "push", "crate"),
        ("push north", "push", "north"),
        ("enter Temperate", "enter", "Temperate"),
        ("trade with Ana", "trade", "Ana"),
        ("ignore Ana", "ignore", "Ana"),
        ("watcher Temperate", "watcher", "Temperate"),
    ],
)
def test_targets(line: str, command: str, target: str):
    found = parse(line)

    assert (found.command.name, found.target) == (command, target)


@pytest.mark.parametrize(
    ("line", "command", "rest"),
    [
        ("SAY Hello,  World!", "say", "Hello,  World!"),
        ("say to the a", "say", "to the a"),
        ("psst Ana  Two  words", "whisper", "Ana  Two  words"),
        ("pm Ana hi", "tell", "Ana hi"),
        ("r hey", "reply", "hey"),
        ("me waves", "emote", "waves"),
        ("say \u201c", "say", "\u201c"),
        ("report Ana", "report", "Ana"),
        ("world info", "world", "info"),
        ("eco log", "ecosystem", "log"),
        ("forecast", "weather", ""),
        ("World  Map", "map", ""),
        ("create world", "create world", ""),
        ("create character Ana player elf", "create character", "Ana player elf"),
        ("stats", "skills", ""),
        ("sheet", "score", ""),
        ("hub", "lobby", ""),
        ("online", "who", ""),
        ("bag", "inventory", ""),
        ("help create world", "help", "create world"),
        ("accept", "accept", ""),
        ("decline", "decline", ""),
    ],
)
def test_what_is_said_stays_as_written(line: str, command: str, rest: str):
    found = parse(line)

    assert (found.command.name, found.rest) == (command, rest)


@pytest.mark.parametrize("line", ["say", "tell", "tell Ana", "whisper Ana", "world", "create character Ana", "trade"])
def test_what_is_missing_is_asked_for(line: str):
    with pytest.raises(IncompleteCommand, match="Write it like this: "):
        parse(line)


@pytest.mark.parametrize(
    ("line", "command"),
    [
        ("inven", "inventory"),
        ("exa lamp", "look"),
        ("create w", "create world"),
        ("northe", "northeast"),
        ("Spe hi", "say"),
    ],
)
def test_a_unique_beginning_is_enough(line: str, command: str):
    assert parse(line).command.name == command


def test_a_beginning_of_several_is_asked_about():
    with pytest.raises(AmbiguousCommand, match=r"create world or create character\?"):
        parse("create")
    with pytest.raises(AmbiguousCommand, match=r"who or whisper\?"):
        parse("wh")


@pytest.mark.parametrize(
    ("line", "meant"),
    [
        ("lok", "look"),
        ("lcok", "look"),
        ("inventroy", "inventory"),
        ("wisper Ana hi", "whisper"),
        ("craete world", "create world"),
    ],
)
def test_the_nearest_verb_is_suggested(line: str, meant: str):
    with pytest.raises(UnknownCommand, match=rf"Did you mean {meant}\?"):
        parse(line)


@pytest.mark.parametrize("line", ["xyzzy", "zz", "?"])
def test_nothing_is_suggested_for_what_is_far_from_all_verbs(line: str):
    with pytest.raises(UnknownCommand, match=r"Write help to see them all\.$"):
        parse(line)


@pytest.mark.parametrize(
    ("text", "refusal"),
    [
        ("", EmptyCommand),
        (" \n", EmptyCommand),
        ("\u200b", EmptyCommand),
        ("<b></b>", EmptyCommand),
        ("say \0", UnreadableCommand),
        ("x" * 1025, CommandTooLong),
    ],
)
def test_lines_that_are_none(text: str, refusal: type[DomainError]):
    with pytest.raises(refusal):
        parse(text)


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("say " + "x" * 1020, "say " + "x" * 1020),
        ("say <b>hi</b> <img src=x>there", "say hi there"),
        ("say <<b>script>alert</script>", "say alert"),
        ("say 1 < 2 > 0, <3", "say 1 < 2 > 0, <3"),
        ("say\ta\nb\u2028c", "say a b c"),
        ("say \x1b[31mred\x07 \u202eback", "say [31mred back"),
        ("say \ud800", "say ?"),
    ],
)
def test_lines_have_no_tags_and_no_control_characters(text: str, line: str):
    assert clean(text) == line


def test_the_older_form_means_the_same():
    assert parse(line_of("north")) == parse("north")
    assert parse(line_of("get", target="arrows", quantity="5")) == parse("get arrows 5")
    assert parse(line_of("tell", recipient="Ana", message="hi")) == parse("tell Ana hi")
    assert parse(line_of("give", "arrows", "5", recipient="Ana")) == parse("give arrows 5 to Ana")


def test_who_may_do_what():
    require(parse("look"), has_body=False, is_admin=False)
    require(parse("get lamp"), has_body=True, is_admin=False)
    require(parse("weather"), has_body=False, is_admin=False)
    require(parse("weather rain"), has_body=False, is_admin=True)
    with pytest.raises(BodyNeeded):
        require(parse("get lamp"), has_body=False, is_admin=True)
    with pytest.raises(AdminsOnly):
        require(parse("weather rain"), has_body=True, is_admin=False)
    for line in ("world simulate --years 5", "world SIM", "eco br", "weather clea"):
        with pytest.raises(AdminsOnly):
            require(parse(line), has_body=True, is_admin=False)


@pytest.mark.parametrize(
    ("begun", "lines"),
    [
        ("he", ["help"]),
        ("INV", ["inventory"]),
        ("spe", ["speak"]),
        ("run n", ["run north", "run northeast", "run northwest"]),
        ("create ", ["create world", "create character"]),
        ("get l", ["get lamp"]),
        ("weather s", ["weather storm", "weather snow"]),
        ("fly ", ["fly up", "fly down"]),
        ("help unequ", ["help unequip"]),
        ("xyzzy l", []),
        ("say l", []),
        ("", []),
    ],
)
def test_lines_are_completed(begun: str, lines: list[str]):
    assert complete(begun, names=("lamp", "axe")) == lines


def test_help_lists_all_commands_by_group():
    people = "who, say, whisper, tell, reply, talk, promise, threaten, emote, ignore, report, teach, learn, follow"
    assert help_text("").splitlines()[1] == f"People: {people}"
    assert all(each.name in help_text("") for each in COMMANDS)


def test_help_explains_what_a_topic_begins():
    assert help_text("examine") == (
        "look [target]: See where you are, or look closely at a thing or a person. Also: l, examine, inspect, view, ex."
    )
    assert [each.name for each in help_about("create")] == ["create world", "create character"]
    assert [each.name for each in help_about("world simulate")] == ["world"]
    assert "whisper" in [each.name for each in help_about("people")]
    with pytest.raises(UnknownTopic, match=r"Did you mean look\?"):
        help_about("lok")


words = st.sampled_from(
    (*VERBS, *DIRECTIONS, "to", "the", "5", "all", "2.", "in", "head", "<b>", "'", "--", "10m", "½")
)
lines = st.text(max_size=40) | st.lists(words | st.text(max_size=5), max_size=6).map(" ".join)


@given(lines)
def test_whatever_is_typed_is_read_or_refused(line: str):
    complete(line, names=(line,))
    for read in (parse, help_text):
        with suppress(DomainError):
            read(line)


@given(lines.filter(lambda each: "\0" not in each))
def test_cleaning_twice_is_cleaning_once(line: str):
    try:
        once = clean(line)
    except EmptyCommand:
        return

    assert clean(once) == once


@pytest.mark.parametrize(
    ("line", "target", "direction", "pulls"),
    [
        ("push chest", "chest", None, False),
        ("push the oak chest to north", "oak chest", "north", False),
        ("push barrel sw", "barrel", "southwest", False),
        ("pull chest", "chest", None, True),
        ("pul chest n", "chest", "north", True),
        ("move chest", "chest", None, False),
        ("push lid up", "lid up", None, False),
    ],
)
def test_what_is_pushed_and_where(line: str, target: str, direction: str | None, pulls: bool):
    found = parse(line)

    assert (found.command.name, found.target, found.direction, found.pulls) == ("push", target, direction, pulls)


@pytest.mark.parametrize(
    ("line", "target", "quantity", "who"),
    [
        ("buy 3 wool from Maren", "wool", 3, "Maren"),
        ("buy wool from the smith 3", "wool", 3, "smith"),
        ("buy wool 3", "wool", 3, ""),
        ("buy all berries from Maren", "berries", ALL, "Maren"),
        ("sell axe to Maren Holt", "axe", None, "Maren Holt"),
        ("sell axe", "axe", None, ""),
    ],
)
def test_what_is_bought_and_sold_is_read_with_whom(line: str, target: str, quantity: object, who: str):
    found = parse(line)

    assert (found.target, found.quantity, found.recipient) == (target, quantity, who)


def test_a_deal_in_its_older_form_is_the_same_line():
    assert line_of("buy", "wool", "3", recipient="Maren") == "buy wool 3 from Maren"
    assert line_of("sell", "wool", "3", recipient="Maren") == "sell wool 3 to Maren"
