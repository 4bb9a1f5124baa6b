"""The beginning of a week: Monday, 00:00 UTC.

The new quests are there at that moment, and count from nothing, whether this has run or not: which quests are active
is computed, and progress belongs to a quest of one week. Source: rules 24.3.
"""

from __future__ import annotations

from community.quests import queries, rules
from community.quests.content import MAX_NUMBER
from community.quests.models import QuestsReset, QuestWeek
from kernel.database import Tx
from kernel.events import service as events


def reset_if_due(tx: Tx) -> bool:
    """Announce the week, and delete the progress of earlier ones: once a week, however often it is called."""
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
