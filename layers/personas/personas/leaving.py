"""What someone takes along of Personas, everything they wrote, made or did here; and what foreign keys do not delete.

The SQL is here and not with the features, because it says the same of every table. A test compares it with the schema.
"""

from __future__ import annotations

from typing import Final, LiteralString
from uuid import UUID

from kernel.accounts.leaving import Export
from kernel.database import Tx
from personas.battles import forgetting
from personas.happenings import retention as happenings

_OWN_PERSONAS: LiteralString = "SELECT persona_id FROM personas.personas WHERE account_id = %(account_id)s"
_OWN_POSTS: LiteralString = "SELECT post_id FROM personas.posts WHERE account_id = %(account_id)s"


def _of_personas(name: LiteralString, key: tuple[LiteralString, ...]) -> Export:
    return Export(name, key, "t.persona_id IN (" + _OWN_PERSONAS + ")")


def _of_posts(name: LiteralString, key: tuple[LiteralString, ...]) -> Export:
    return Export(name, key, "t.post_id IN (" + _OWN_POSTS + ")")


EXPORTS: Final = (
    Export("personas.personas", ("persona_id",)),
    _of_personas("personas.public_profiles", ("persona_id",)),
    Export("personas.follows", ("account_id", "persona_id")),
    Export("personas.templates", ("template_id",)),
    Export("personas.posts", ("post_id",)),
    Export("personas.replies", ("reply_id",)),
    _of_posts("personas.battles", ("post_id",)),
    _of_posts("personas.battle_turns", ("post_id", "turn_index")),
    _of_posts("personas.channel_battles", ("post_id",)),
    _of_personas("personas.activity", ("activity_id",)),
    _of_personas("personas.daily_digests", ("persona_id", "date")),
    Export("personas.weekly_digests", ("account_id", "week_start")),
    _of_personas("personas.quota_events", ("quota_event_id",)),
    Export("personas.quota_leases", ("lease_id",)),
    # Not who acted: that is someone else.
    Export("personas.notifications", ("notification_id",), row="to_jsonb(t) - 'actor_id'"),
    Export("personas.happenings", ("happening_id",)),
    Export("personas.reports", ("report_id",), row="to_jsonb(t) - 'decided_by'"),
    Export("personas.mutes", ("mute_id",)),
)


def forget_part(tx: Tx, account_id: UUID) -> bool:
    """Delete some of what may be too much for the statement that deletes an account; return whether there is more."""
    return happenings.forget_part(tx, account_id)


def forget(tx: Tx, account_id: UUID) -> None:
    """Take someone who leaves out of what is not deleted with their account: the event log."""
    forgetting.forget_battles_of(tx, account_id)
