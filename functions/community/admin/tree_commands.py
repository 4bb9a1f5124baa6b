"""/admin-unlock and related commands: administrators' control of the tree, the vote and the points."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from typing import ClassVar

from community.contributions import service as contributions
from community.contributions.texts import contributed
from community.engagement import texts as engagement_texts
from community.engagement import weights
from community.progression import service as progression
from community.progression.content import Node, tree
from community.voting import controls, texts
from doors.discord.commands import BadOption, command, integer, text
from doors.discord.interaction import Interaction
from doors.discord.replies import Choice, DiscordReply, File, card
from kernel.content.command_texts import OPTION_NAME
from kernel.database import Tx
from kernel.texts import term, translate


class NotConfirmed(BadOption):
    message: ClassVar[str] = "{option}: must be exactly {text}, and nothing has happened."


RESET = "RESET TREE"
MEASURED = "auto"
MAX_SHOWN = 4000
"""Characters; a longer list is sent as a file."""

_HIGHEST_LEVEL = 1000
_MOST_POINTS = 1_000_000_000


def _nodes(call: Interaction, tx: Tx) -> list[Choice]:
    return [Choice(f"{node.name} ({node.key})", node.key) for node in tree.nodes.values()]


_NODE = text("node", "Which node.", required=True, longest=50, suggest=_nodes)


@command(
    "admin-unlock",
    "Unlock a node of the tree.",
    _NODE,
    integer("level", "Up to which level; the first when left out.", most=_HIGHEST_LEVEL),
    changes=True,
    admin=True,
)
def unlock(call: Interaction, tx: Tx) -> DiscordReply:
    level = call.integer("level", 1) or 1
    return card(translate("The tree"), texts.unlocked(controls.unlock_node(tx, call.text("node"), level), level))


@command(
    "admin-relock",
    "Lock a node of the tree again.",
    _NODE,
    integer("level", "From which level on; all of them when left out.", most=_HIGHEST_LEVEL),
    changes=True,
    admin=True,
)
def relock(call: Interaction, tx: Tx) -> DiscordReply:
    level = call.integer("level", 0)
    return card(translate("The tree"), texts.relocked(controls.relock_node(tx, call.text("node"), level), level))


@command("admin-unlock-all", "Unlock every node of the tree.", changes=True, admin=True)
def unlock_all(call: Interaction, tx: Tx) -> DiscordReply:
    return card(translate("The tree"), texts.everything_unlocked(controls.unlock_all_nodes(tx)))


@command("admin-instant-resolve", "Unlock the winner of the vote at once.", changes=True, admin=True)
def instant_resolve(call: Interaction, tx: Tx) -> DiscordReply:
    unlock = controls.instant_unlock(tx)
    node = next(node for node in tree.nodes.values() if node.node_id == unlock.node_id)
    return card(translate("The vote"), texts.unlocked(node, unlock.level))


@command(
    "admin-reset-tree",
    "Reset the tree. Players keep what they have.",
    text("confirmation", f"Write {RESET}.", required=True),
    changes=True,
    admin=True,
)
def reset_tree(call: Interaction, tx: Tx) -> DiscordReply:
    if call.text("confirmation") != RESET:
        raise NotConfirmed(option=term(OPTION_NAME, "confirmation"), text=RESET)
    controls.reset_progression(tx, call.caller.username, "reset on Discord", preserve_user_progression=True)
    return card(translate("The tree"), texts.reset())


@command("admin-tree-status", "What is unlocked, and what is not.", admin=True, deferred=True)
def tree_status(call: Interaction, tx: Tx) -> DiscordReply:
    levels = progression.read_tree(tx).state.levels
    unlocked = [_line(node, levels[node.key]) for node in tree.nodes.values() if node.key in levels]
    locked = [_line(node, 0) for node in tree.nodes.values() if node.key not in levels]
    listed = "\n".join([*(f"🔓 {line}" for line in unlocked), *(f"🔒 {line}" for line in locked)])
    summary = translate("{unlocked} of {nodes} unlocked", unlocked=len(unlocked), nodes=len(tree.nodes))
    if len(listed) > MAX_SHOWN:
        return DiscordReply(f"{translate('The tree')}: {summary}.", files=(File("tree.txt", listed),))
    return card(translate("The tree"), listed, footer=summary)


def _line(node: Node, level: int) -> str:
    return f"{node.name} (`{node.key}`) {level}/{node.max_level}"


@command("admin-start-voting", "Open a vote on what comes next, or resume a frozen one.", changes=True, admin=True)
def start_voting(call: Interaction, tx: Tx) -> DiscordReply:
    return card(translate("The vote"), texts.after_start(controls.start_voting(tx)))


@command("admin-end-voting", "Freeze the vote until it is started again.", changes=True, admin=True)
def end_voting(call: Interaction, tx: Tx) -> DiscordReply:
    controls.freeze_voting(tx)
    return card(translate("The vote"), texts.frozen())


@command(
    "admin-contribution",
    "Give the community points.",
    integer("amount", "How many.", required=True, least=1, most=_MOST_POINTS),
    changes=True,
    admin=True,
)
def contribute(call: Interaction, tx: Tx) -> DiscordReply:
    return card(translate("Points"), contributed(contributions.contribute(tx, call.integer("amount"))))


@command(
    "admin-pace",
    "Show or fix how much new targets cost.",
    text("pace", f"0.25 to 100, or {MEASURED} to follow the number of players; left out, it is only shown."),
    changes=True,
    admin=True,
)
def pace(call: Interaction, tx: Tx) -> DiscordReply:
    wanted = call.text("pace")
    if not wanted:
        return card(translate("The pace"), texts.pace(progression.current_state(tx).pacing))
    number = None if wanted.casefold() == MEASURED else _number(wanted)
    return card(translate("The pace"), texts.pace(controls.fix_pace(tx, number)))


def _number(text: str) -> Decimal:
    """Read a number with a decimal point or comma; what is none is out of every range."""
    try:
        return Decimal(text.replace(",", "."))
    except InvalidOperation:
        return Decimal("NaN")


@command("admin-reload-weights", "Reload the engagement weights from their file.", changes=True, admin=True)
def reload_weights(call: Interaction, tx: Tx) -> DiscordReply:
    return card(translate("Weights"), engagement_texts.reloaded(weights.reload_weights(tx)))
