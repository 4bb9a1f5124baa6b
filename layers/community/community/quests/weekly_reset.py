"""The weekly reset: Monday, 00:00 UTC.

New quests start at that time with no progress, even if the reset is late: active quests are computed, and progress
belongs to the quest of one week. Source: rules 24.3.
"""

from __future__ import annotations

from community.quests import queries, rules
from community.quests.content import MAX_NUMBER
from community.quests.events import QuestsReset
from community.quests.models import QuestWeek
from kernel.database import Tx
from kernel.events import service as events


def reset_if_due(tx: Tx) -> bool:
    """Announce the week and delete the progress of earlier ones, once per week, even if it is called more often."""
    week = QuestWeek.at(tx.now)
    if queries.claim_reset(tx, week).fetchone() is None:
        return False
    row = queries.delete_progress_before(tx, week.number * (MAX_NUMBER + 1)).fetchone()
    assert row is not None
    events.announce(
        tx,
        QuestsReset(
            reset_time=tx.now,
            week_number=week.week,
            year=week.year,
            quests_generated=len(rules.active_quests(tx.now)),
            progress_reset=row["count"],
        ),
    )
    return True
