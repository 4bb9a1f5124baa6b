"""Declaring commands: one declaration serves dispatch, /help, the registration with Discord and autocompletion."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from functools import partial
from typing import Any, ClassVar, Final

from msgspec import Struct

from doors.discord.interaction import Interaction, Member
from doors.discord.replies import Choice, DiscordReply, Form
from doors.discord.settings import settings
from kernel.content.command_texts import OPTION_NAME
from kernel.database import Tx
from kernel.errors import NotAllowed, Refused
from kernel.quantities import MOST, Share, parse_quantity
from kernel.texts import term, to_translate, translate

TEXT: Final = 3
INTEGER: Final = 4
FLAG: Final = 5
MEMBER: Final = 6

Run = Callable[[Interaction, Tx], DiscordReply | Form]
Suggest = Callable[[Interaction, Tx], Iterable[Choice]]
"""Returns suggestions for the caller, best first; the caller's input is matched elsewhere."""

_CONTROLS = re.compile(r"[\x00-\x1f\x7f]")


class BadOption(Refused):
    """An option has an invalid value."""

    code: ClassVar[str] = "validation"
    message: ClassVar[str] = "{option}: is not valid."


class Missing(BadOption):
    message: ClassVar[str] = "{option}: is required."


class NotOfType(BadOption):
    """Only a client of its own making sends a value of another type than it was told."""

    message: ClassVar[str] = "{option}: must be {type}."


class NotOneLine(BadOption):
    message: ClassVar[str] = "{option}: must be one line of at most {most} characters."


class OutOfRange(BadOption):
    message: ClassVar[str] = "{option}: must be from {least} to {most}."


class TooSmall(BadOption):
    message: ClassVar[str] = "{option}: must be at least {least}."


class NoSuchChoice(BadOption):
    message: ClassVar[str] = "{option}: there is no such choice as {value}."


class AdministratorsOnly(NotAllowed):
    """The command is for administrators of the game's own server."""

    code: ClassVar[str] = "forbidden"
    message: ClassVar[str] = "Only administrators of the game's own server may do that, and only there."


class CommandOption(Struct, frozen=True):
    """An option of a command.

    Attributes:
        least, most: the range of an integer; for a text, `most` is the maximum length.
        read: reads a text that people type in their own way.
    """

    name: str
    description: str
    type: int
    required: bool = False
    choices: tuple[Choice, ...] = ()
    least: int | None = None
    most: int | None = None
    suggest: Suggest | None = None
    read: Callable[[Any], Share | int] | None = None

    def checked(self, value: Any) -> str | int | bool | Member | Share | None:
        """Return the value if it is valid.

        Raises:
            BadOption, or what `read` raises
        """
        name = term(OPTION_NAME, self.name)
        if isinstance(value, str):
            value = value.strip()
        if value is None or value == "":
            if self.required:
                raise Missing(option=name)
            return None
        if self.read is not None:
            return self.read(value)
        if type(value) is not _PYTHON[self.type]:
            raise NotOfType(option=name, type=translate(_CALLED[self.type]))
        most = self.most or 100
        if isinstance(value, str) and (len(value) > most or _CONTROLS.search(value)):
            raise NotOneLine(option=name, most=most)
        if type(value) is int and not (self.least or 0) <= value <= (self.most or value):
            if self.most:
                raise OutOfRange(option=name, least=self.least or 0, most=self.most)
            raise TooSmall(option=name, least=self.least or 0)
        if self.choices and value not in [choice.value for choice in self.choices]:
            raise NoSuchChoice(option=name, value=value)
        return value


_PYTHON: Mapping[int, type] = {TEXT: str, INTEGER: int, FLAG: bool, MEMBER: Member}
_CALLED = {
    TEXT: to_translate("text"),
    INTEGER: to_translate("a whole number"),
    FLAG: to_translate("yes or no"),
    MEMBER: to_translate("a member"),
}


def text(
    name: str,
    description: str,
    *,
    required: bool = False,
    choices: Iterable[str | Choice] = (),
    longest: int = 100,
    suggest: Suggest | None = None,
) -> CommandOption:
    made = tuple(Choice(each, each) if isinstance(each, str) else each for each in choices)
    return CommandOption(name, description, TEXT, required, made, most=longest, suggest=suggest)


def integer(
    name: str,
    description: str,
    *,
    required: bool = False,
    least: int = 0,
    most: int | None = None,
    suggest: Suggest | None = None,
) -> CommandOption:
    return CommandOption(name, description, INTEGER, required, least=least, most=most, suggest=suggest)


def _quantities(call: Interaction, tx: Tx) -> list[Choice]:
    return [Choice(each, each) for each in ("1", "5", "10", "100", "half", "all")]


def quantity(name: str, description: str, *, required: bool = False, least: int = 1, most: int = MOST) -> CommandOption:
    """Return an option for how many: a number, or a share such as half or all. `Interaction.quantity` reads it."""
    read = partial(parse_quantity, least=least, most=most)
    return CommandOption(name, description, TEXT, required, most=30, suggest=_quantities, read=read)


def flag(name: str, description: str) -> CommandOption:
    """Return an option that is true or false."""
    return CommandOption(name, description, FLAG)


def member(name: str, description: str, *, required: bool = False) -> CommandOption:
    """Return an option for a member of the server."""
    return CommandOption(name, description, MEMBER, required)


class Component(Struct, frozen=True):
    """The action of a button, a menu or a form.

    Attributes:
        changes: True if it changes the game; it then runs once per interaction.
        once: True if it runs once per custom id and player, however often it is pressed.
        own: True if only the recipient of its message may use it.
    """

    name: str
    run: Run
    changes: bool = False
    once: bool = False
    own: bool = False
    public: bool = False


class Command(Struct, frozen=True):
    """A slash command.

    Attributes:
        changes: True if it changes the game; it then runs once per interaction.
        admin: True if it is for administrators of the game's own server only.
        public: True if everyone in the channel sees the reply.
        deferred: True if Discord has to wait and another function runs the command.
    """

    name: str
    description: str
    options: tuple[CommandOption, ...]
    run: Run
    changes: bool = False
    admin: bool = False
    public: bool = False
    deferred: bool = False

    def is_for(self, call: Interaction) -> bool:
        """Tell whether the caller may use the command.

        Anyone may invite the bot to a server of their own, so only administrators of the game's server count.
        """
        if not self.admin:
            return True
        return call.administrator and settings.discord_guild_id in ("", call.guild_id)

    def checked(self, call: Interaction) -> Interaction:
        """Return the call with valid values for the declared options and without any others.

        Raises:
            BadOption
        """
        options = {option.name: option.checked(call.options.get(option.name)) for option in self.options}
        return replace(call, options={name: value for name, value in options.items() if value is not None})


COMMANDS: dict[str, Command] = {}
COMPONENTS: dict[str, Component] = {}


def command(
    name: str,
    description: str,
    *options: CommandOption,
    changes: bool = False,
    admin: bool = False,
    public: bool = False,
    deferred: bool = False,
) -> Callable[[Run], Run]:
    """Declare a slash command."""

    def declare(run: Run) -> Run:
        COMMANDS[name] = Command(name, description, options, run, changes, admin, public, deferred)
        return run

    return declare


def component(
    name: str,
    *,
    changes: bool = False,
    once: bool = False,
    own: bool = False,
    public: bool = False,
) -> Callable[[Run], Run]:
    """Declare the action for custom ids that are `name`, or begin with it and a colon.

    The rest of the custom id is in `Interaction.arguments`.

    Args:
        name: one word, or two with a colon between them.
    """

    def declare(run: Run) -> Run:
        COMPONENTS[name] = Component(name, run, changes, once, own, public)
        return run

    return declare


def find_component(custom_id: str) -> tuple[Component, tuple[str, ...]] | None:
    """Return the component of a custom id and the arguments in it; None if it is unknown."""
    words = custom_id.split(":")
    for length in (2, 1):
        found = COMPONENTS.get(":".join(words[:length]))
        if found:
            return found, tuple(words[length:])
    return None
