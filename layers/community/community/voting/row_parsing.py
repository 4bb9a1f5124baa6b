"""Parsing rows of `queries` into models."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from community.progression.service import known_levels, parse_pacing
from community.voting.models import PollSubject, UnlockProgress, VotingOption, VotingRound, VotingState


def voting_state(row: Mapping[str, Any]) -> VotingState:
    """Parse the columns of `queries.VOTING_STATE`."""
    return VotingState(
        levels=known_levels(row["levels"]),
        points=row["points"],
        progress=_progress(row["progress"]) if row["progress"] else None,
        voting_round=voting_round(row["session"]),
        latest=voting_round(row["latest"]),
        pacing=parse_pacing(row["pacing"]),
        last_session_id=row["last_session_id"],
        last_option_id=row["last_option_id"],
        last_progress_id=row["last_progress_id"],
    )


def voting_round(document: Mapping[str, Any] | None) -> VotingRound | None:
    """Parse what `queries.SESSION` selects."""
    if document is None:
        return None
    return VotingRound(
        session_id=document["session_id"],
        status=document["status"],
        options=tuple(_option(option) for option in document["options"]),
        started_at=datetime.fromisoformat(document["started_at"]),
        voting_deadline=datetime.fromisoformat(document["voting_deadline"]),
        ended_at=_moment(document["ended_at"]),
        winning_option_id=document["winning_option_id"],
        poll=_poll(document) if document["poll_id"] else None,
    )


def _poll(document: Mapping[str, Any]) -> PollSubject:
    return PollSubject(UUID(document["poll_id"]), UUID(document["world_id"]), document["world_name"])


def _option(document: Mapping[str, Any]) -> VotingOption:
    return VotingOption(
        option_id=document["option_id"],
        node_key=document["node_key"],
        target_level=document["target_level"],
        vote_count=document["vote_count"],
        weighted_votes=Decimal(document["weighted_votes"]),
        last_highest_vote_at=_moment(document["last_highest_vote_at"]),
        label=document["label"] or "",
        description=document["description"] or "",
    )


def _progress(document: Mapping[str, Any]) -> UnlockProgress:
    return UnlockProgress(
        progress_id=document["progress_id"],
        node_key=document["node_key"],
        target_level=document["target_level"],
        starts_at_points=document["starts_at_points"],
        started_at=datetime.fromisoformat(document["started_at"]),
        session_id=document["session_id"],
        cost=document["cost"],
    )


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
