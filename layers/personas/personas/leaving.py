"""What someone takes along of Personas, everything they wrote, made or did here; and what foreign keys do not delete.

The SQL is here and not with the features, because it says the same of every table. A test compares it with the schema.
"""

from __future__ import annotations

from typing import Final, LiteralString
from uuid import UUID

from kernel.accounts.leaving import Export
from kernel.database import Tx
from personas.battles import forgetting

_OWN_PERSONAS: LiteralString = "SELECT persona_id FROM personas.personas WHERE account_id = %(account_id)s"
_OWN_POSTS: LiteralString = "SELECT post_id FROM personas.posts WHERE account_id = %(account_id)s"


def _of_personas(name: LiteralString) -> Export:
    return Export(name, "t.persona_id IN (" + _OWN_PERSONAS + ")")


def _of_posts(name: LiteralString) -> Export:
    return Export(name, "t.post_id IN (" + _OWN_POSTS + ")")


EXPORTS: Final = (
    Export("personas.personas"),
    _of_personas("personas.public_profiles"),
    Export("personas.follows"),
    Export("personas.templates"),
    Export("personas.posts"),
    Export("personas.replies"),
    _of_posts("personas.battles"),
    _of_posts("personas.battle_turns"),
    _of_posts("personas.channel_battles"),
    _of_personas("personas.activity"),
    _of_personas("personas.daily_digests"),
    Export("personas.weekly_digests"),
    _of_personas("personas.quota_events"),
    Export("personas.quota_leases"),
    # Not who acted: that is someone else.
    Export("personas.notifications", row="to_jsonb(t) - 'actor_id'"),
    Export("personas.happenings"),
    Export("personas.reports", row="to_jsonb(t) - 'decided_by'"),
    Export("personas.mutes"),
)


def forget(tx: Tx, account_id: UUID) -> None:
    """Take someone who leaves out of what is not deleted with their account: the event log."""
    forgetting.forget_battles_of(tx, account_id)
