"""Voting states at some point of the cycle, and helpers for their transitions."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from random import Random
from typing import Any

from community.progression.content import tree
from community.progression.models import Pacing
from community.voting import transitions
from community.voting.models import Status, UnlockProgress, VotingOption, VotingRound, VotingState
from community.voting.transitions import Transition

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
NODES = tree.nodes
START = {node.key: 1 for node in NODES.values() if node.auto_unlock}
TOPS = {node.key: node.max_level for node in NODES.values()}
ECONOMY = NODES["feature_economy"].cost  # 200


def community(
    levels: Mapping[str, int] | None = None,
    target: str | None = "feature_economy",
    *,
    level: int = 1,
    points: int = 0,
    voting_round: VotingRound | None = None,
    latest: VotingRound | None = None,
    cost: int | None = None,
    pacing: Pacing | None = None,
) -> VotingState:
    rounds = [each for each in (latest, voting_round) if each]
    return VotingState(
        levels=START if levels is None else levels,
        points=points,
        progress=UnlockProgress(1, target, level if target else None, 0, NOON - timedelta(days=1), cost=cost),
        voting_round=voting_round,
        latest=latest,
        pacing=pacing or Pacing(),
        last_session_id=max((each.session_id for each in rounds), default=0),
        last_option_id=max((each.options[-1].option_id for each in rounds), default=0),
        last_progress_id=1,
    )


def vote(number: int, votes: Mapping[str, int], status: Status = "voting", winner: str | None = None) -> VotingRound:
    """A voting round on these nodes with these numbers of votes; the first node reached its count first."""
    options = tuple(
        VotingOption(
            number * 10 + place, key, 1, count, Decimal(count), NOON + timedelta(minutes=place) if count else None
        )
        for place, (key, count) in enumerate(votes.items(), start=1)
    )
    won = next((option.option_id for option in options if option.node_key == winner), None)
    ended_at = NOON if won else None
    return VotingRound(number, "completed" if won else status, options, NOON, NOON, ended_at, won)


def transition_of(now: VotingState, *, cap: int | None = None, seed: int = 1) -> Transition:
    return Transition(now, NOON, Random(seed), cap)


def on(now: VotingState, *, cap: int | None = None, seed: int = 1) -> Transition:
    return transitions.advance(transition_of(now, cap=cap, seed=seed))


def event_types(transition: Transition) -> list[str]:
    return [event.type.removeprefix("progression.") for event in transition.events]


def payload(transition: Transition, event_type: str) -> dict[str, Any]:
    (event,) = [event for event in transition.events if event.type == f"progression.{event_type}"]
    return event.model_dump(mode="json")


def target(transition: Transition) -> tuple[str | None, int | None]:
    progress = transition.voting.progress
    assert progress is not None
    return progress.node_key, progress.target_level


def almost(*missing: str) -> dict[str, int]:
    """Levels that lack only these nodes' last levels."""
    return {key: level - (key in missing) for key, level in TOPS.items() if level - (key in missing)}


RUNNING = vote(3, {"item_spike": 1, "feature_gamble": 4, "feature_search": 2})
