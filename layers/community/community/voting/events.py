"""The events of voting, targets and unlocks. Source: rules 16.

The last six are our additions: they log what administrators did.
"""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar
from uuid import UUID

from pydantic import BaseModel

from community.progression.content import Node, tree
from community.voting.models import VotingOption, VotingRound
from kernel.events.models import Event
from kernel.texts import speaking, to_translate, translate

_DURATIONS = {"small": to_translate("Short"), "medium": to_translate("Medium"), "large": to_translate("Long")}


class OptionOffered(BaseModel):
    """One of `VotingStarted.options`."""

    node_key: str
    display_name: str
    description: str
    unlock_duration: str
    target_level: int

    @classmethod
    def of(cls, option: VotingOption) -> OptionOffered:
        node = tree.nodes[option.node_key]
        return cls(
            node_key=node.key,
            display_name=node.name,
            description=node.description,
            unlock_duration=translate(_DURATIONS[node.size]),
            target_level=option.target_level,
        )


class VotingStarted(Event):
    """A voting round has started.

    Attributes:
        previous_unlock: the display name of the node whose unlock caused the new round, if one did.
        auto_selected: there was only one candidate, which is already the target.
    """

    type: ClassVar[str] = "progression.voting_started"
    session_id: int
    options: tuple[OptionOffered, ...]
    previous_unlock: str | None
    auto_selected: bool

    @classmethod
    def of(
        cls, voting_round: VotingRound, *, previous_unlock: Node | None = None, auto_selected: bool = False
    ) -> VotingStarted:
        with speaking():
            return cls(
                session_id=voting_round.session_id,
                options=tuple(OptionOffered.of(option) for option in voting_round.options),
                previous_unlock=previous_unlock.name if previous_unlock else None,
                auto_selected=auto_selected,
            )


class WithdrawnNode(BaseModel):
    """An option or a target that is no longer part of the game, with the votes or points that it had."""

    node_key: str
    display_name: str
    target_level: int


class WithdrawnOption(WithdrawnNode):
    vote_count: int


class WithdrawnTarget(WithdrawnNode):
    points: int


class NodesWithdrawn(Event):
    """Nodes that were voted on or worked for are no longer part of the game.

    Attributes:
        options: those of the open round. Their ballots are deleted, so that their voters can vote again.
        session_id: the round with the remaining options and ballots; None when no option remained.
        target: the points towards it count towards the next target.
    """

    type: ClassVar[str] = "progression.nodes_withdrawn"
    options: tuple[WithdrawnOption, ...]
    session_id: int | None
    target: WithdrawnTarget | None


class TargetSet(Event):
    """A target was set. `session_id` is the round that chose it; with `auto_selected`, no vote did."""

    type: ClassVar[str] = "progression.target.set"
    node_key: str
    display_name: str
    target_level: int
    auto_selected: bool
    session_id: int | None

    @classmethod
    def of(cls, option: VotingOption, voting_round: VotingRound | None, *, auto_selected: bool = False) -> TargetSet:
        with speaking():
            name = tree.nodes[option.node_key].name
        return cls(
            node_key=option.node_key,
            display_name=name,
            target_level=option.target_level,
            auto_selected=auto_selected or voting_round is None,
            session_id=voting_round.session_id if voting_round else None,
        )


class UnlockedNode(BaseModel):
    node_key: str
    display_name: str
    description: str
    level: int


class CycleCompleted(Event):
    type: ClassVar[str] = "progression.cycle.completed"
    unlocked_node: UnlockedNode

    @classmethod
    def of(cls, node: Node, level: int) -> CycleCompleted:
        with speaking():
            name, description = node.name, node.description
        return cls(
            unlocked_node=UnlockedNode(node_key=node.key, display_name=name, description=description, level=level)
        )


class AllUnlocked(Event):
    type: ClassVar[str] = "progression.all_unlocked"
    message: str

    @classmethod
    def now(cls) -> AllUnlocked:
        with speaking():
            return cls(message=translate("The community has unlocked everything there is."))


class RoundFrozen(Event):
    type: ClassVar[str] = "progression.voting_frozen"
    session_id: int


class VotingResumed(Event):
    type: ClassVar[str] = "progression.voting_resumed"
    session_id: int


class VotingEnded(Event):
    """A round was ended early. The other fields describe the winner."""

    type: ClassVar[str] = "progression.voting_ended"
    session_id: int
    option_id: int
    node_key: str
    target_level: int
    vote_count: int
    weighted_votes: float

    @classmethod
    def of(cls, voting_round: VotingRound, winner: VotingOption) -> VotingEnded:
        return cls(
            session_id=voting_round.session_id,
            option_id=winner.option_id,
            node_key=winner.node_key,
            target_level=winner.target_level,
            vote_count=winner.vote_count,
            weighted_votes=float(winner.weighted_votes),
        )


class TargetDropped(Event):
    """A relocked node was the target; the `points` towards it are lost."""

    type: ClassVar[str] = "progression.target.dropped"
    node_key: str
    target_level: int
    points: int


class VotingWeightSet(Event):
    """A player's voting weight was set. A weight of 1 removes all others."""

    type: ClassVar[str] = "progression.voting_weight_set"
    user_id: UUID
    voting_weight: float
    reason: str
    expires_at: datetime | None


class ProgressionReset(Event):
    """An administrator reset the progress. The counts are what was deleted, and `contributions` the points."""

    type: ClassVar[str] = "progression.reset"
    reset_by: str
    reason: str
    preserve_user_progression: bool
    unlocks: int
    sessions: int
    ballots: int
    contributions: int
