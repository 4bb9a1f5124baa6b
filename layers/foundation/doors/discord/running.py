"""From an interaction to what is to be done: found, checked, handed on."""

from __future__ import annotations

from dataclasses import replace

import psycopg

from doors.discord import replies
from doors.discord.acting import PATIENCE, Act, Answer, Deed, Result, key, perform, private, refused
from doors.discord.commands import COMMANDS, AdministratorsOnly, Command, Component, Run, find_component
from doors.discord.events import DiscordInteractionDeferred
from doors.discord.interaction import AUTOCOMPLETE, CHAT_INPUT, COMMAND, COMPONENT, MODAL, Interaction
from doors.discord.replies import Choice
from kernel.connections import connection
from kernel.database import Tx, reading
from kernel.errors import DomainError, TryAgain
from kernel.events import service as events
from kernel.notes import note_route, note_user

UNKNOWN = "This client sends something Brandish does not know."
GONE = "Brandish does not know this any more. Try the command again."
NOT_YOURS = "That belongs to somebody else. Use the command yourself."


def respond(call: Interaction) -> Result:
    """The answer to anything that people do."""
    try:
        if call.type == AUTOCOMPLETE:
            return _suggest(call)
        if call.type == COMMAND and call.kind == CHAT_INPUT and call.name in COMMANDS:
            return _command(call, COMMANDS[call.name])
        if call.type in (COMPONENT, MODAL):
            return _component(call)
    except DomainError as error:
        return refused(error)
    return private(UNKNOWN, "unknown")


def allowed(command: Command, call: Interaction) -> Interaction:
    """The call with its options checked.

    Raises:
        AdministratorsOnly, BadOption
    """
    if not command.is_for(call):
        raise AdministratorsOnly
    return command.checked(call)


def _command(call: Interaction, command: Command) -> Result:
    note_route(f"/discord/{command.name}")
    checked = allowed(command, call)
    if command.deferred:
        return perform(checked, Deed(_deferral(command), key(call.id)))
    return perform(checked, Deed(_telling(command.run, command.public), key(call.id) if command.changes else None))


def _telling(run: Run, public: bool) -> Act:
    def act(call: Interaction, tx: Tx) -> Answer:
        return replies.answer(run(call, tx), public=public)

    return act


def _deferral(command: Command) -> Act:
    def act(call: Interaction, tx: Tx) -> Answer:
        events.announce(
            tx,
            DiscordInteractionDeferred(
                application_id=call.application_id,
                token=call.token,
                interaction={name: value for name, value in call.raw.items() if name != "token"},
            ),
        )
        return replies.waiting(public=command.public)

    return act


def _component(call: Interaction) -> Result:
    found = find_component(call.name)
    if found is None:
        return private(GONE, "unknown")
    component, arguments = found
    note_route(f"/discord/{component.name}")
    if component.own and call.asker not in (None, call.caller.id):
        return private(NOT_YOURS, "not theirs")
    return perform(replace(call, arguments=arguments), _pressed(component, call))


def _pressed(component: Component, call: Interaction) -> Deed:
    act = _telling(component.run, component.public)
    if component.once:
        return Deed(act, key(f"{call.name}/{call.caller.id}"), click=True)
    return Deed(act, key(call.id) if component.changes else None)


def _suggest(call: Interaction) -> Result:
    """Whatever is wrong: no suggestions. The caller is still typing."""
    command = COMMANDS.get(call.name)
    option = next((each for each in command.options if each.name == call.focused), None) if command else None
    if command is None or option is None or option.suggest is None or not command.is_for(call):
        return Result(replies.choices(()), "unknown")
    note_route(f"/discord/{command.name}")
    try:
        with reading(connection(PATIENCE)) as tx:
            found = list(option.suggest(call, tx))
            note_user(tx.about)
    except (DomainError, TryAgain, psycopg.OperationalError) as error:
        return Result(replies.choices(()), type(error).__name__)
    typed = str(call.options.get(option.name) or "").strip().casefold()
    return Result(replies.choices([each for each in found if _fits(each, typed)]), "suggested")


def _fits(choice: Choice, typed: str) -> bool:
    return typed in choice.name.casefold() or typed in str(choice.value).casefold()
