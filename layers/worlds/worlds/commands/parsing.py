"""How a line that a player types is read. Pure. Source: worlds 2.4, 5."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Final

from msgspec.structs import replace

from kernel.naming import clean_name, key, quoted, typing_errors
from kernel.quantities import NotANumber, NotAQuantity, Share, Wanted, parse_number, parse_quantity
from kernel.texts import alternatives, listed, translate
from kernel.texts import number as in_digits
from worlds.commands.grammar import COMMANDS, DIRECTIONS, VERBS
from worlds.commands.models import (
    AmbiguousCommand,
    Arguments,
    BodyNeeded,
    CommandTooLong,
    CommandTopic,
    DistanceOutOfRange,
    EmptyCommand,
    IncompleteCommand,
    NotADistance,
    Parsed,
    UnknownCommand,
    UnknownDirection,
    UnknownOption,
    UnknownTopic,
    UnreadableCommand,
    Who,
    WorldCommand,
)
from worlds.items.models import UnknownSlot
from worlds.items.rules import slot_named
from worlds.movement.models import Mode
from worlds.world.models import AdminsOnly

LONGEST: Final = 1024
FARTHEST: Final = 10_000
"""Metres at once. Source: worlds 5."""
HIGHEST: Final = 100_000
"""Metres: no world's ceiling is higher than the atmosphere."""
MOST_ERRORS: Final = 2

_BREAKS: Final = re.compile(r"[\t-\r\x1c-\x1f\x85\u2028\u2029]")
_TAG: Final = re.compile(r"</?[A-Za-z!?][^<>]*>")
STATUE: Final = frozenset({"statue", "old statue"})
"""In the lobby: who tells it something wants to make a world."""
_FILLERS: Final = frozenset({"at", "to", "with", "up", "down", "the", "a", "an"})
_ARTICLES: Final = frozenset({"the", "a", "an"})
_BEFORE_SLOT: Final = frozenset({"in", "on"})
_METRES: Final = re.compile(r"\s*(?:m|metres?|meters?)$", re.IGNORECASE)
_TENTHS: Final = re.compile(r"(\d{1,6})[.,](\d)")
_WAYS: Final = {each: name for name, aliases in DIRECTIONS.items() for each in (name, *aliases)}


def parse(text: str) -> Parsed:
    """Read a line.

    Raises:
        EmptyCommand, CommandTooLong, UnreadableCommand, UnknownCommand, AmbiguousCommand, IncompleteCommand,
        UnknownDirection, NotADistance, DistanceOutOfRange
        DomainError: a number that is none, too small or too large; see `kernel.quantities`.
    """
    line = clean(text)
    command, rest = _verb(line)
    words = tuple(filter(None, map(key, rest.split())))
    verb = key(line.split()[0])
    if command == VERBS["move"] and "move".startswith(verb) and _leads_on(words):
        command = VERBS["walk"]
    pulls = command == VERBS["pull"] and verb.startswith("pul")
    return _READERS[command.arguments](Parsed(command, words, rest, pulls=pulls))


def _leads_on(words: tuple[str, ...]) -> bool:
    """Return whether `move` with these words means walking; otherwise it pushes something."""
    return bool(words) and (words[0] == "to" or words[0].replace(" ", "") in _WAYS)


def clean(text: str) -> str:
    """Return a line without tags and control characters, which may then be shown to others.

    Raises:
        EmptyCommand, CommandTooLong
        UnreadableCommand: it has a NUL.
    """
    if len(text) > LONGEST:
        raise CommandTooLong(most=in_digits(LONGEST))
    if "\0" in text:
        raise UnreadableCommand
    line = clean_name(_BREAKS.sub(" ", text.encode(errors="replace").decode()))
    removed = 1
    while removed:  # what is left and right of a tag may be another one
        line, removed = _TAG.subn("", line)
    line = line.strip()
    if not line:
        raise EmptyCommand
    return line


_BEFORE_WHOM: Final = {"give": "to", "sell": "to", "buy": "from", "learn": "from"}
"""{command: the word before a person}"""


def line_of(action: str, target: str = "", quantity: str = "", message: str = "", recipient: str = "") -> str:
    """Return the line that means the same as a command of the older form, whose parts are apart. Source: worlds 4.1."""
    before_whom = _BEFORE_WHOM.get(key(action))
    if before_whom is not None and recipient:
        parts = (action, target, quantity, before_whom, recipient)
    else:
        parts = (action, recipient, target, quantity, message)
    return " ".join(filter(None, parts))


def require(parsed: Parsed, *, has_body: bool, is_admin: bool) -> None:
    """Refuse what this character may not do.

    Args:
        is_admin: of the world, as its owner is.

    Raises:
        BodyNeeded, AdminsOnly
    """
    if parsed.who == Who.PLAYER and not has_body:
        raise BodyNeeded
    if parsed.who == Who.OWNER and not is_admin:
        raise AdminsOnly


def complete(text: str, names: Iterable[str] = ()) -> list[str]:
    """Return the lines that a line may be the beginning of, in the order of the commands; perhaps none.

    Args:
        names: of what is near or carried, for commands that take a thing or a person.
    """
    begun = " ".join(text[:LONGEST].split()).lower() + (" " if text[-1:].isspace() else "")
    if not begun.strip():
        return []
    found = [command.name for command in COMMANDS if command.name.startswith(begun)]
    if found or " " not in begun:
        return found or [verb for verb in VERBS if verb.startswith(begun)]
    verb, _, argument = begun.partition(" ")
    command = VERBS.get(verb) or _only_prefixed(verb)
    if command is None:
        return []
    return [f"{verb} {each}" for each in _arguments(command, names) if each.lower().startswith(argument)]


def help_about(topic: str) -> tuple[WorldCommand, ...]:
    """Return the commands that a topic is the beginning of, or whose group it names; all of them for "".

    What follows a command, as in `help world simulate`, makes no difference.

    Raises:
        UnknownTopic
    """
    words = key(topic).split()
    for wanted in (" ".join(words[:2]), " ".join(words[:1])):
        if wanted in VERBS:
            return (VERBS[wanted],)
        found = tuple(each for each in COMMANDS if any(verb.startswith(wanted) for verb in each.verbs))
        found = found or tuple(each for each in COMMANDS if key(each.topic).startswith(wanted))
        if found:
            return found
    raise UnknownTopic(typed=quoted(topic), meant=_nearest(" ".join(words)))


def help_text(topic: str) -> str:
    """Return what help says, in the reader's language: one line for each command, or for each group without a topic.

    Raises:
        UnknownTopic
    """
    commands = help_about(topic)
    if not key(topic):
        lines = [
            f"{group}: {', '.join(each.name for each in commands if each.topic == group)}"
            for group in CommandTopic
            if any(each.topic == group for each in commands)
        ]
        return "\n".join((*lines, translate("Write help and a command to read what it does.")))
    return "\n".join(map(_explained, commands))


def _explained(command: WorldCommand) -> str:
    line = f"{command.syntax}: {translate(command.help)}"
    return f"{line} {translate('Also: {names}.', names=', '.join(command.aliases))}" if command.aliases else line


def _arguments(command: WorldCommand, names: Iterable[str]) -> Iterable[str]:
    match command.arguments:
        case Arguments.GO:
            return (*DIRECTIONS, *names)
        case Arguments.DIRECTION:
            return DIRECTIONS
        case Arguments.WORDS | Arguments.FLIGHT:
            return (each.name for each in COMMANDS) if command.name == "help" else command.options
        case Arguments.STEP | Arguments.TEXT:
            return ()
        case _:
            return names


def _verb(line: str) -> tuple[WorldCommand, str]:
    """Return the command that a line begins with, and the rest of the line as it was written."""
    parts = line.split(maxsplit=2)
    one = key(parts[0])
    rest = line[len(parts[0]) :].strip()
    if len(parts) > 1 and (command := VERBS.get(f"{one} {key(parts[1])}")):
        return command, parts[2].strip() if len(parts) > 2 else ""
    if command := VERBS.get(one):
        return command, rest
    if (way := one.replace(" ", "")) in _WAYS:  # north-east
        return VERBS[way], rest
    if len(parts) > 1 and (prefixed := _prefixed(f"{one} {key(parts[1])}")):
        return _single(prefixed), parts[2].strip() if len(parts) > 2 else ""
    if prefixed := _prefixed(one):
        return _single(prefixed), rest
    meant = _nearest(" ".join(map(key, parts[:2]))) or _nearest(one)
    raise UnknownCommand(typed=quoted(parts[0]), meant=meant)


def _prefixed(begun: str) -> list[WorldCommand]:
    """Return the commands with a verb that begins like this."""
    if not begun.strip():
        return []
    return list(dict.fromkeys(command for verb, command in VERBS.items() if verb.startswith(begun)))


def _only_prefixed(begun: str) -> WorldCommand | None:
    found = _prefixed(begun)
    return found[0] if len(found) == 1 else None


def _single(commands: list[WorldCommand]) -> WorldCommand:
    if len(commands) > 1:
        raise AmbiguousCommand(names=alternatives([each.name for each in commands]))
    return commands[0]


def _nearest(typed: str) -> list[str]:
    """Return the verb that differs least from what was typed, if that is little."""
    most = min(MOST_ERRORS, len(typed) - 1)
    if most < 1:
        return []
    errors = {verb: typing_errors(typed, verb, most) for verb in VERBS}
    nearest = min(errors, key=lambda verb: errors[verb])
    return [nearest] if errors[nearest] <= most else []


def _words(parsed: Parsed) -> Parsed:
    if len(parsed.rest.split()) < parsed.command.needed:
        raise IncompleteCommand(syntax=parsed.command.syntax)
    begun = [each for each in parsed.command.options if parsed.words and each.startswith(parsed.words[0])]
    if parsed.command.options and parsed.command.needed and len(begun) != 1:
        typed = quoted(f"{parsed.command.name} {parsed.words[0] if parsed.words else parsed.rest}")
        raise UnknownOption(typed=typed, syntax=parsed.command.syntax)
    # A beginning must not get around the right that the whole word needs.
    return replace(parsed, words=(begun[0], *parsed.words[1:])) if len(begun) == 1 else parsed


def _addressed(parsed: Parsed) -> Parsed:
    # Who says nothing to the statue, hears its question again.
    return parsed if parsed.command.name == "tell" and key(parsed.rest) in STATUE else _words(parsed)


def _target(parsed: Parsed) -> Parsed:
    target = _without_article(parsed.rest)
    if not target and parsed.command.needed:
        raise IncompleteCommand(syntax=parsed.command.syntax)
    return replace(parsed, target=target)


def _without_article(written: str) -> str:
    """Return a target without one leading filler, and then without an article."""
    words = written.split()
    for dropped in (_FILLERS, _ARTICLES):
        if words and key(words[0]) in dropped:
            words = words[1:]
    return " ".join(words)


def _step(parsed: Parsed) -> Parsed:
    """Read `north 10`, and `north east 10`, whose verb is only half of the direction."""
    found = _go(replace(parsed, rest=f"{parsed.command.name} {parsed.rest}"))
    return replace(found, command=VERBS[found.direction or parsed.command.name], rest=parsed.rest)


def _go(parsed: Parsed) -> Parsed:
    """Read a direction with a distance before or after it, or else the name of something to go to."""
    mode = parsed.command.mode
    written = parsed.rest.split()
    if not written:
        raise IncompleteCommand(syntax=parsed.command.syntax)
    if key(written[0]) in ("to", "towards"):
        return _go_to(parsed, " ".join(written[1:]), mode)
    for start in range(min(2, len(written))):  # 10 north
        for count in (2, 1):
            way = _WAYS.get("".join(map(key, written[start : start + count])).replace(" ", ""))
            others = [*written[:start], *written[start + count :]]
            if not way or start + count > len(written):
                continue
            if others and parsed.command.arguments == Arguments.GO and not re.search(r"\d", " ".join(others)):
                continue  # the west gate
            return replace(parsed, direction=way, distance=_distance(others, way), mode=mode)
    return _go_to(parsed, parsed.rest, mode)


def _go_to(parsed: Parsed, written: str, mode: Mode | None) -> Parsed:
    target = _without_article(written)
    if not target:
        raise IncompleteCommand(syntax=parsed.command.syntax)
    return replace(parsed, command=VERBS["go"], target=target, mode=mode)


def _distance(written: list[str], way: str) -> int | None:
    """Return a distance in decimetres; None if nothing is written."""
    if not written:
        return None
    distance = _decimetres(" ".join(written), 1, FARTHEST, f"{way} 10")
    if not 0 < distance <= 10 * FARTHEST:
        raise DistanceOutOfRange(most=in_digits(FARTHEST))
    return distance


def _decimetres(typed: str, least: int, most: int, example: str) -> int:
    """Return a number of metres in decimetres.

    Args:
        least, most: of whole metres.
    """
    unit = _METRES.search(typed)
    digits = typed[: unit.start()] if unit else typed
    if tenths := _TENTHS.fullmatch(digits):
        return 10 * int(tenths[1]) + int(tenths[2])
    try:
        return 10 * parse_number(digits, least, most)
    except NotANumber:
        raise NotADistance(typed=quoted(typed), example=example) from None


def _direction(parsed: Parsed) -> Parsed:
    if not parsed.words:
        raise IncompleteCommand(syntax=parsed.command.syntax)
    way = _WAYS.get("".join(parsed.words).replace(" ", ""))
    if way is None:
        raise UnknownDirection(typed=quoted(parsed.rest), names=listed(list(DIRECTIONS)))
    return replace(parsed, direction=way)


def _flight(parsed: Parsed) -> Parsed:
    way = _WAYS.get(parsed.words[0]) if parsed.words else None
    if not parsed.words or way in ("up", "down"):
        return replace(parsed, direction=way)
    return replace(parsed, distance=_decimetres(parsed.rest, 0, HIGHEST, "fly 50"))


def _quantity(parsed: Parsed) -> Parsed:
    name, quantity = read_counted(parsed.rest, parsed.command.least)
    if not name and not isinstance(quantity, Share) and parsed.command.needed:
        raise IncompleteCommand(syntax=parsed.command.syntax)
    return replace(parsed, target=name, quantity=quantity)


def read_counted(written: str, least: int = 1) -> tuple[str, Wanted | None]:
    """Return the name of things, "" for everything, and how many of them; None if that is not said."""
    words = _without_article(written).split()
    for place, others in ((0, words[1:]), (-1, words[:-1])):
        if not words:
            break
        try:
            quantity = parse_quantity(words[place], least)
        except (NotAQuantity, NotANumber):
            continue
        return _without_article(" ".join(others)), quantity
    return " ".join(words), None


def _wear(parsed: Parsed) -> Parsed:
    words = _without_article(parsed.rest).split()
    for count in (2, 1):
        try:
            slot = slot_named(" ".join(words[-count:])) if len(words) > count else None
        except UnknownSlot:
            continue
        if slot:
            thing = words[:-count]
            for dropped in (_ARTICLES, _BEFORE_SLOT):  # on the head
                thing = thing[:-1] if len(thing) > 1 and key(thing[-1]) in dropped else thing
            return replace(parsed, target=" ".join(thing), slot=slot)
    return _target(parsed)


def _push(parsed: Parsed) -> Parsed:
    found = _target(parsed)
    words = found.target.split()
    for count in (2, 1):
        way = _WAYS.get("".join(map(key, words[-count:])).replace(" ", "")) if len(words) > count else None
        if way and way not in ("up", "down"):
            thing = words[:-count]
            kept = thing[:-1] if len(thing) > 1 and key(thing[-1]) == "to" else thing  # push it to north
            return replace(found, target=" ".join(kept), direction=way)
    return found


def _combine(parsed: Parsed) -> Parsed:
    one, other = _parted(parsed, "with", "and")
    return replace(parsed, target=_without_article(one), recipient=other)


def _parted(parsed: Parsed, *between: str) -> tuple[str, str]:
    """Return what is written before and after the last of some words.

    Raises:
        IncompleteCommand: there is nothing on one side.
    """
    words = parsed.rest.split()
    place = max((index for index, each in enumerate(words) if key(each) in between), default=0)
    after = _without_article(" ".join(words[place + 1 :]))
    if not place or not after:
        raise IncompleteCommand(syntax=parsed.command.syntax)
    return " ".join(words[:place]), after


def _give(parsed: Parsed) -> Parsed:
    found = _dealt(parsed, "to")
    if not found.recipient:
        raise IncompleteCommand(syntax=parsed.command.syntax)
    return found


def _buy(parsed: Parsed) -> Parsed:
    return _dealt(parsed, "from")


def _sell(parsed: Parsed) -> Parsed:
    return _dealt(parsed, "to")


def _dealt(parsed: Parsed, before_whom: str) -> Parsed:
    """Read `3 wool from maren`, `wool from maren 3`, and `wool 3`."""
    words = parsed.rest.split()
    place = max((index for index, each in enumerate(words) if key(each) == before_whom), default=0)
    if not place:
        return _quantity(parsed)
    who, after = read_counted(" ".join(words[place + 1 :]))
    if not who:
        raise IncompleteCommand(syntax=parsed.command.syntax)
    found = _quantity(replace(parsed, rest=" ".join(words[:place])))
    return replace(found, rest=parsed.rest, recipient=who, quantity=found.quantity if after is None else after)


_READERS: Final[Mapping[Arguments, Callable[[Parsed], Parsed]]] = {
    Arguments.WORDS: _words,
    Arguments.STEP: _step,
    Arguments.GO: _go,
    Arguments.DIRECTION: _direction,
    Arguments.FLIGHT: _flight,
    Arguments.TARGET: _target,
    Arguments.QUANTITY: _quantity,
    Arguments.WEAR: _wear,
    Arguments.PUSH: _push,
    Arguments.GIVE: _give,
    Arguments.COMBINE: _combine,
    Arguments.BUY: _buy,
    Arguments.SELL: _sell,
    Arguments.TEXT: _words,
    Arguments.ADDRESSED: _addressed,
}
