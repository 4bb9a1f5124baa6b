"""Counts events for the business metrics, rewards authors and heroes, and opens polls about worlds.

Each event has its effect once, however often it is delivered.
"""

from __future__ import annotations

from doors.start import ready  # first: see there

from typing import Any
from uuid import UUID

from community.counters import COUNT_RULES
from doors.consumer import Envelope, consume
from kernel.action import run_action
from kernel.events.tallying import tally

TURNING_POINT = "world.turning_point_put"
FEAT = "world.feat_achieved"
SIGHTED, HIDDEN = "world.hero_sighted", "world.hero_hidden"
OF_AUTHORS = frozenset({"persona.post_approved", "persona.battle_won"})

ready()


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Handle each message separately: a failed one is delivered again, the others are done."""
    return consume(event, take)


def take(envelope: Envelope) -> None:
    event_id, event_type, payload = UUID(envelope["id"]), envelope["type"], envelope["payload"]
    if event_type in OF_AUTHORS:
        # Players take long to import, and most environments only count.
        from community.writing.service import reward

        run_action(lambda tx: reward(tx, event_id, event_type, payload), name="reward", while_frozen=True)
    elif event_type == FEAT:
        from community.heroes.service import reward as reward_feat

        run_action(lambda tx: reward_feat(tx, event_id, payload), name="reward feat", while_frozen=True)
    elif event_type in (SIGHTED, HIDDEN):
        from community.heroes import following

        seen = following.sight if event_type == SIGHTED else following.hide
        run_action(lambda tx: seen(tx, payload), name="hero seen", while_frozen=True)
    elif event_type == TURNING_POINT:
        from community.voting.polls import open_asked

        run_action(lambda tx: open_asked(tx, event_id, payload), name="poll asked", while_frozen=True)
    else:
        run_action(lambda tx: tally(tx, event_id, event_type, payload, COUNT_RULES), name="tally", while_frozen=True)
