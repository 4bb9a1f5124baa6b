"""The values and refusals of commands."""

from __future__ import annotations

from enum import StrEnum

from msgspec import Struct

from kernel.errors import NotAllowed, NotFound, Refused
from kernel.quantities import Wanted
from worlds.items.models import WearSlot
from worlds.movement.models import Mode


class Who(StrEnum):
    """Who may use a command."""

    WATCHER = "watcher"
    """Everyone: no body is needed."""
    PLAYER = "player"
    """Characters with a body in the world."""
    OWNER = "owner"
    """The world's owner and its admins, and administrators."""


class Arguments(StrEnum):
    """How the words after a verb are read."""

    WORDS = "words"
    """As they are: each command knows its own."""
    STEP = "step"
    """[distance]; the command's name is the direction."""
    GO = "go"
    """A direction and perhaps a distance, or else a thing or place to walk to."""
    DIRECTION = "direction"
    FLIGHT = "flight"
    """`up` or `down`, or a height in metres, or nothing."""
    TARGET = "target"
    """The name of a thing, a person or a place."""
    QUANTITY = "quantity"
    """The name of things, with a quantity before or after it."""
    WEAR = "wear"
    """The name of a thing, perhaps followed by a slot."""
    PUSH = "push"
    """The name of a thing, perhaps followed by a direction."""
    GIVE = "give"
    """Things with a quantity, and who gets them."""
    COMBINE = "combine"
    """Two things, with `with` between them."""
    BUY = "buy"
    """Things with a quantity, and perhaps from whom."""
    SELL = "sell"
    """Things with a quantity, and perhaps to whom."""
    TEXT = "text"
    """What is said, as it is written."""
    ADDRESSED = "addressed"
    """Who is meant, and a text as it is written. `matching.find_leading` separates them: names may have blanks."""


class CommandTopic(StrEnum):
    """The groups in which help lists commands. Source: worlds 27."""

    WAY = "Find your way"
    PEOPLE = "People"
    THINGS = "Things"
    FIGHT = "Fight"
    WORLDS = "Worlds"


class WorldCommand(Struct, frozen=True):
    """A command, declared once: parsing, help, completion and dispatch all read it.

    Attributes:
        name: one word, or two.
        syntax: <needed> and [optional] arguments.
        help: a sentence that says what it does; in English, to be translated where it is shown.
        aliases: other verbs for it.
        options: words that may come first after the verb, for help and completion.
        owner_options: those of the options that only the world's owner may use.
        mode: how it walks, for commands that walk.
        least: the lowest quantity, for commands that take one.
    """

    name: str
    syntax: str
    help: str
    topic: CommandTopic
    arguments: Arguments = Arguments.WORDS
    aliases: tuple[str, ...] = ()
    who: Who = Who.WATCHER
    options: tuple[str, ...] = ()
    owner_options: tuple[str, ...] = ()
    mode: Mode | None = None
    least: int = 1

    @property
    def verbs(self) -> tuple[str, ...]:
        return (self.name, *self.aliases)

    @property
    def needed(self) -> int:
        """How many arguments it needs at least."""
        return self.syntax.count("<")


class Parsed(Struct, frozen=True):
    """What a player wants.

    Attributes:
        words: what follows the verb, each word as it is compared.
        rest: what follows the verb, as it was written.
        target: the name of a thing, person or place, as it was written, without article; "" for none.
        recipient: the name of who gets it.
        quantity: None for what the command takes by itself.
        direction: one of ten, by its full name.
        distance: decimetres along each axis that changes, or the height to fly at; None for what the command takes
            by itself.
        mode: how to walk.
        slot: where to wear it; None for the first free one.
        pulls: wants something to come, and not to go.
    """

    command: WorldCommand
    words: tuple[str, ...] = ()
    rest: str = ""
    target: str = ""
    recipient: str = ""
    quantity: Wanted | None = None
    direction: str | None = None
    distance: int | None = None
    mode: Mode | None = None
    slot: WearSlot | None = None
    pulls: bool = False

    @property
    def who(self) -> Who:
        """Who may do that."""
        return Who.OWNER if self.words and self.words[0] in self.command.owner_options else self.command.who


class EmptyCommand(Refused):
    code = "invalid_command"
    message = "Write a command, for example: look. Write help to see them all."


class CommandTooLong(Refused):
    code = "invalid_command"
    message = "That is longer than {most} characters. Say it in two parts."


class UnreadableCommand(Refused):
    """A NUL in a text shows that no person typed it."""

    code = "invalid_command"
    message = "That command cannot be read. Type it again, without copying."


class UnknownCommand(Refused):
    code = "invalid_command"
    message = "There is no command {typed}. Write help to see them all."


class AmbiguousCommand(Refused):
    code = "invalid_command"
    message = "Which command do you mean: {names}?"


class IncompleteCommand(Refused):
    code = "invalid_command"
    message = "Something is missing. Write it like this: {syntax}"


class UnknownOption(Refused):
    code = "invalid_command"
    message = "There is no command {typed}. Write it like this: {syntax}"


class UnknownDirection(Refused):
    code = "invalid_command"
    message = "{typed} is not a direction. The directions are: {names}."


class NotADistance(Refused):
    code = "invalid_input"
    message = "{typed} is not a distance in metres. Write it like this: {example}"


class DistanceOutOfRange(Refused):
    code = "invalid_input"
    message = "You can go from 0.1 m to {most} m at once."


class UnknownTopic(NotFound):
    code = "not_found"
    message = "There is no help about {typed}. Write help to see all commands."


class TargetNotFound(NotFound):
    code = "target_not_found"
    message = "There is no {typed} here. Write look to see what is."


class PersonNotFound(NotFound):
    code = "target_not_found"
    message = "There is no one called {typed}. Write who to see who is here."


class TargetUnclear(Refused):
    code = "invalid_input"
    message = "Which one do you mean: {names}? Write more of its name, or 2.{typed} for the second."


class NameUnclear(Refused):
    """A text begins with the names of several people, one of which goes on where the other ends."""

    code = "invalid_input"
    message = "Who is meant: {names}? Write the name with its quotation marks."


class TooFewTargets(NotFound):
    code = "target_not_found"
    message = "There are not {number} of {typed} here."


class BodyNeeded(NotAllowed):
    code = "forbidden"
    message = "Watchers cannot do that. Enter the world with a character of your own."
