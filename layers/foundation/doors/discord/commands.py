"""A command is declared once; that feeds its dispatch, /help, the registration with Discord and what is suggested."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any, ClassVar, Final

from doors.discord.interaction import Interaction, Member
from doors.discord.replies import Choice, Form, Reply
from doors.discord.settings import settings
from kernel.database import Tx
from kernel.errors import NotAllowed, Refused

TEXT: Final = 3
INTEGER: Final = 4
FLAG: Final = 5
MEMBER: Final = 6

Run = Callable[[Interaction, Tx], Reply | Form]
Suggest = Callable[[Interaction, Tx], Iterable[Choice]]
"""What fits to what the caller has, in a good order; what has been typed is compared elsewhere."""

_CONTROLS = re.compile(r"[\x00-\x1f\x7f]")


class BadOption(Refused):
    code: ClassVar[str] = "validation"
    message: ClassVar[str] = "{option}: {problem}."


class AdministratorsOnly(NotAllowed):
    code: ClassVar[str] = "forbidden"
    message: ClassVar[str] = "Only administrators of the game's own server may do that, and only there."


@dataclass(frozen=True, slots=True)
class CommandOption:
    """
    Attributes:
        least, most: of an integer; of a text `most` is its length.
    """

    name: str
    description: str
    type: int
    required: bool = False
    choices: tuple[Choice, ...] = ()
    least: int | None = None
    most: int | None = None
    suggest: Suggest | None = None

    def checked(self, value: Any) -> str | int | bool | Member | None:
        """
        Raises:
            BadOption
        """
        if isinstance(value, str):
            value = value.strip()
        if value is None or value == "":
            if self.required:
                raise BadOption(option=self.name, problem="is required")
            return None
        if type(value) is not _PYTHON[self.type]:
            raise BadOption(option=self.name, problem=f"must be {_CALLED[self.type]}")
        if isinstance(value, str) and (len(value) > (self.most or 100) or _CONTROLS.search(value)):
            raise BadOption(option=self.name, problem=f"must be one line of at most {self.most or 100} characters")
        if type(value) is int and not (self.least or 0) <= value <= (self.most or value):
            limits = f"from {self.least or 0} to {self.most}" if self.most else f"at least {self.least or 0}"
            raise BadOption(option=self.name, problem=f"must be {limits}")
        if self.choices and value not in [choice.value for choice in self.choices]:
            raise BadOption(option=self.name, problem=f"there is no such choice as {value}")
        return value


_PYTHON: Mapping[int, type] = {TEXT: str, INTEGER: int, FLAG: bool, MEMBER: Member}
_CALLED = {TEXT: "text", INTEGER: "a whole number", FLAG: "yes or no", MEMBER: "a member"}


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


def flag(name: str, description: str) -> CommandOption:
    return CommandOption(name, description, FLAG)


def member(name: str, description: str, *, required: bool = False) -> CommandOption:
    return CommandOption(name, description, MEMBER, required)


@dataclass(frozen=True, slots=True)
class Component:
    """What a button, a menu or a form does.

    Attributes:
        changes: the game; it happens once for an interaction.
        once: it happens once for its custom id and player, however often it is pressed.
        own: only for whoever got the message that it hangs on.
    """

    name: str
    run: Run
    changes: bool = False
    once: bool = False
    own: bool = False
    public: bool = False


@dataclass(frozen=True, slots=True)
class Command:
    """
    Attributes:
        changes: the game; it happens once for an interaction. Others only look.
        admin: for administrators only, of the server that the game belongs to.
        public: everybody in the channel sees the reply.
        deferred: Discord is told to wait, and somebody else runs it.
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
        """Anybody may invite a bot to a server where he is the administrator; that makes him none here."""
        if not self.admin:
            return True
        return call.administrator and settings.discord_guild_id in ("", call.guild_id)

    def checked(self, call: Interaction) -> Interaction:
        """The call with the command's own options, each as it was declared.

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
    """For custom ids that are `name`, or begin with it and a colon: the rest is in `Interaction.arguments`.

    Args:
        name: one word, or two with a colon between them.
    """

    def declare(run: Run) -> Run:
        COMPONENTS[name] = Component(name, run, changes, once, own, public)
        return run

    return declare


def find_component(custom_id: str) -> tuple[Component, tuple[str, ...]] | None:
    """With the arguments in the custom id."""
    words = custom_id.split(":")
    for length in (2, 1):
        found = COMPONENTS.get(":".join(words[:length]))
        if found:
            return found, tuple(words[length:])
    return None
