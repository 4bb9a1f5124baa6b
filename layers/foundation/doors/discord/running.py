"""Dispatching interactions: find the command or component, check the call, run it."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from operator import itemgetter

import psycopg

from doors.discord import replies
from doors.discord.actions import (
    BUDGET_SECONDS,
    Answer,
    InteractionAction,
    InteractionResult,
    UseCase,
    key,
    refused,
    run,
    say,
)
from doors.discord.commands import COMMANDS, AdministratorsOnly, Command, Component, Run, Suggest, find_component
from doors.discord.events import DiscordInteractionDeferred
from doors.discord.game import Game
from doors.discord.interaction import AUTOCOMPLETE, CHAT_INPUT, COMMAND, COMPONENT, MODAL, Interaction
from doors.discord.replies import Choice
from doors.discord.switches import DISCORD_COMMANDS
from kernel import action, log_fields, naming
from kernel.action import Budget
from kernel.database import Tx
from kernel.errors import DomainError, TryAgain
from kernel.events import service as events
from kernel.switches.service import require_on
from kernel.texts import to_translate

UNKNOWN = to_translate("This client sends something Brandish does not know.")
GONE = to_translate("Brandish does not know this any more. Try the command again.")
NOT_YOURS = to_translate("That belongs to somebody else. Use the command yourself.")


def respond(call: Interaction, game: Game) -> InteractionResult:
    """Return the answer to an interaction."""
    try:
        if call.type == AUTOCOMPLETE:
            return _suggest(call)
        if call.type == COMMAND and call.kind == CHAT_INPUT and call.name in COMMANDS:
            return _command(call, COMMANDS[call.name], game)
        if call.type in (COMPONENT, MODAL):
            return _component(call, game)
    except DomainError as error:
        return refused(error, game)
    return say(UNKNOWN, "unknown")


def allowed(command: Command, call: Interaction) -> Interaction:
    """Return the call with its options checked.

    Raises:
        AdministratorsOnly, BadOption
    """
    if not command.is_for(call):
        raise AdministratorsOnly
    return command.checked(call)


def _command(call: Interaction, command: Command, game: Game) -> InteractionResult:
    log_fields.set_route(f"/discord/{command.name}")
    checked = allowed(command, call)
    use_case = _deferral(command) if command.deferred else _answering(command.run, command.public)
    if not command.admin:
        use_case = _switched(use_case)
    is_once = command.deferred or command.changes
    return run(
        checked, InteractionAction(use_case, key(call.id) if is_once else None, while_frozen=command.admin), game
    )


def _switched(use_case: UseCase) -> UseCase:
    """Return a use case that administrators can turn off."""

    def run_if_on(call: Interaction, tx: Tx) -> Answer:
        require_on(tx, DISCORD_COMMANDS)
        return use_case(call, tx)

    return run_if_on


def _answering(reply: Run, public: bool) -> UseCase:
    def use_case(call: Interaction, tx: Tx) -> Answer:
        return replies.answer(reply(call, tx), public=public)

    return use_case


def _deferral(command: Command) -> UseCase:
    def use_case(call: Interaction, tx: Tx) -> Answer:
        events.announce(
            tx,
            DiscordInteractionDeferred(
                application_id=call.application_id,
                token=call.token,
                interaction={name: value for name, value in call.raw.items() if name != "token"},
            ),
        )
        return replies.waiting(public=command.public)

    return use_case


def _component(call: Interaction, game: Game) -> InteractionResult:
    found = find_component(call.name)
    if found is None:
        return say(GONE, "unknown")
    component, arguments = found
    log_fields.set_route(f"/discord/{component.name}")
    if component.own and call.asker not in (None, call.caller.id):
        return say(NOT_YOURS, "not theirs")
    return run(replace(call, arguments=arguments), _component_action(component, call), game)


def _component_action(component: Component, call: Interaction) -> InteractionAction:
    use_case = _switched(_answering(component.run, component.public))
    if component.once:
        return InteractionAction(use_case, key(f"{call.name}/{call.caller.id}"), click=True)
    return InteractionAction(use_case, key(call.id) if component.changes else None)


def _suggest(call: Interaction) -> InteractionResult:
    """Return suggestions for the option being typed; an error means none, because the caller is still typing."""
    command = COMMANDS.get(call.name)
    option = next((each for each in command.options if each.name == call.focused), None) if command else None
    if command is None or option is None or option.suggest is None or not command.is_for(call):
        return InteractionResult(replies.choices(()), "unknown")
    log_fields.set_route(f"/discord/{command.name}")
    try:
        found = action.look(partial(_suggestions, option.suggest, call), budget=Budget.of(BUDGET_SECONDS))
    except (DomainError, TryAgain, psycopg.OperationalError) as error:
        return InteractionResult(replies.choices(()), type(error).__name__)
    typed = naming.key(str(call.options.get(option.name) or ""))
    fitting = [(each, fit) for each in found if (fit := _fit(each, typed)) is not None]
    return InteractionResult(replies.choices([each for each, _ in sorted(fitting, key=itemgetter(1))]), "suggested")


def _suggestions(suggest: Suggest, call: Interaction, tx: Tx) -> list[Choice]:
    return list(suggest(call, tx))


def _fit(choice: Choice, typed: str) -> int | None:
    """Return how well a choice fits: 0 if that is what it is called, 1 if it contains it; None if it does not fit."""
    keys = [naming.key(each) for each in (choice.name, str(choice.value), *choice.words)]
    return 0 if typed in keys else 1 if any(typed in each for each in keys) else None
