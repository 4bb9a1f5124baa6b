"""What someone takes along of Worlds, everything that they own, made or did here; and what foreign keys do not delete.

The SQL is here and not with the features, because it says the same of every table. A test compares it with the schema.
"""

from __future__ import annotations

from typing import Final, LiteralString
from uuid import UUID

from kernel.accounts.leaving import Export
from kernel.accounts.session_queries import lock_sessions
from kernel.database import Tx
from worlds.forgetting import service as forgetting
from worlds.play import closing
from worlds.play.closing import sign_out
from worlds.tickets import service as tickets

_OWN_CHARACTERS: LiteralString = "SELECT character_id FROM worlds.characters WHERE account_id = %(account_id)s"


def _of_characters(
    name: LiteralString, key: tuple[LiteralString, ...], column: LiteralString = "character_id"
) -> Export:
    return Export(name, key, "t." + column + " IN (" + _OWN_CHARACTERS + ")")


EXPORTS: Final = (
    Export("worlds.worlds", ("world_id",), "t.owner_id = %(account_id)s"),
    Export(
        "worlds.configurations",
        ("world_id",),
        "t.world_id IN (SELECT world_id FROM worlds.worlds WHERE owner_id = %(account_id)s)",
    ),
    Export("worlds.interviews", ("interview_id",)),
    Export("worlds.members", ("world_id", "account_id")),
    Export("worlds.characters", ("character_id",)),
    _of_characters("worlds.holdings", ("holding_id",)),
    _of_characters("worlds.ignored", ("character_id", "ignored_id")),
    _of_characters("worlds.searches", ("character_id",)),
    _of_characters("worlds.found_veins", ("character_id", "vein")),
    _of_characters("worlds.known_recipes", ("character_id", "recipe")),
    _of_characters("worlds.researched_nodes", ("character_id", "node")),
    _of_characters("worlds.works", ("character_id",)),
    _of_characters("worlds.fighters", ("fighter_id",)),
    _of_characters("worlds.memories", ("memory_id",), "about_id"),
    _of_characters("worlds.relationships", ("npc_id", "other_id"), "other_id"),
    _of_characters("worlds.promises", ("promise_id",)),
    _of_characters("worlds.words_said", ("memory_id",)),
    _of_characters("worlds.barters", ("character_id",)),
    _of_characters("worlds.posts", ("post_id",)),
    _of_characters("worlds.answers", ("character_id", "answer_id")),
    Export(
        "worlds.trades",
        ("trade_id",),
        "(t.first_id IN (" + _OWN_CHARACTERS + ") OR t.second_id IN (" + _OWN_CHARACTERS + "))",
    ),
    Export(
        "worlds.reports",
        ("report_id",),
        "t.reporter_id = %(account_id)s",
        row="to_jsonb(t) - 'account_id' - 'decided_by'",
    ),
    Export("worlds.notifications", ("notification_id",)),
    Export("worlds.notification_preferences", ("account_id",)),
    Export("worlds.devices", ("device_id",)),
    Export("worlds.whereabouts", ("account_id",)),
    Export("worlds.feats", ("account_id", "feat")),
    Export("worlds.followed", ("account_id",)),
    Export("worlds.connections", ("connection_id",)),
    Export("worlds.tickets", ("ticket_hash",), row="to_jsonb(t) - 'ticket_hash'"),
    Export(
        "worlds.events",
        ("number",),
        "(t.aggregate_id IN ("
        + _OWN_CHARACTERS
        + ") OR t.aggregate_id IN (SELECT interview_id FROM worlds.interviews WHERE account_id = %(account_id)s))",
    ),
)


def sessions_ended(tx: Tx, account_id: UUID) -> None:
    """Let someone's sessions that have just ended hear and do nothing more."""
    closing.close_ended(tx, account_id)


def forget(tx: Tx, account_id: UUID) -> None:
    """Let an account leave all worlds, in the transaction that deletes it."""
    tickets.delete_of(tx, account_id)
    lock_sessions(tx, account_id)  # before connections, as who connects does
    sign_out(tx, account_id)  # before characters, as a command does
    forgetting.forget(tx, account_id)
