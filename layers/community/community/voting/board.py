"""Looking at the community's targets and votes: one round trip."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import LiteralString

from community.engagement import rules as engagement
from community.engagement.estimates import Estimate, estimate
from community.engagement.queries import DAYS_SINCE, TOTALS
from community.engagement.rules import Velocity
from community.progression.content import Node, tree
from community.progression.service import state_at
from community.voting import queries, row_parsing, rules
from community.voting.models import VotingOption, VotingState
from kernel.database import Tx

_MORE: LiteralString = (
    """,
    (SELECT jsonb_object_agg(node_key, jsonb_build_array(node_id, created_at)) FROM progression_nodes) AS nodes,
    """
    + DAYS_SINCE
    + " AS days, "
    + TOTALS
    + " AS totals"
)


@dataclass(frozen=True, slots=True)
class StoredNode:
    """What only the database knows of a node, which the content may have dropped meanwhile."""

    node_id: int
    created_at: datetime


@dataclass(frozen=True, slots=True)
class ProgressBoard:
    """Where the community stands at a moment, and at what pace it moves.

    Attributes:
        nodes: {node key: its mirror}.
        velocity: of the last seven days.
        score: all engagement ever, weighted.
    """

    voting: VotingState
    nodes: Mapping[str, StoredNode]
    velocity: Velocity
    score: int
    now: datetime

    @property
    def target(self) -> Node | None:
        return rules.target_of(self.voting)

    @property
    def is_complete(self) -> bool:
        return rules.is_complete(self.voting)

    @property
    def is_between_votes(self) -> bool:
        """The last vote is over, and the next one waits for the target to be unlocked."""
        voting = self.voting
        return voting.voting_round is None and voting.latest is not None and self.target is not None

    def points_towards(self, node_key: str) -> int:
        """The points for this node so far: all there are if it is the target, otherwise none."""
        return self.voting.accumulated if self.target and self.target.key == node_key else 0

    def estimate(self, node: Node) -> Estimate:
        """When there will be points enough for its next level."""
        maxed = self.voting.levels.get(node.key, 0) >= node.max_level
        return estimate(node.cost, self.points_towards(node.key), self.velocity, maxed, self.now)

    def estimated_unlock(self, node_key: str) -> datetime | None:
        """When it can be unlocked; None when there is no saying, or nothing to wait for."""
        return self.estimate(tree.nodes[node_key]).date if node_key in tree.nodes else None


def read_board(tx: Tx) -> ProgressBoard:
    today = tx.now.date()
    days = engagement.PERIOD_DAYS
    row = queries.read_voting_state(tx, _MORE, (engagement.first_day(today, days),)).fetchone()
    assert row is not None
    weights = state_at(tx, row["version"]).weights
    return ProgressBoard(
        voting=row_parsing.voting_state(row),
        nodes={key: StoredNode(node_id, datetime.fromisoformat(at)) for key, (node_id, at) in row["nodes"].items()},
        velocity=engagement.velocity(row["days"], weights, days, today),
        score=engagement.total_score(row["totals"], weights),
        now=tx.now,
    )


def find_option(tx: Tx, option: VotingOption) -> tuple[int, StoredNode]:
    """The number of the session that the option is in, and its node."""
    row = queries.find_option(tx, option.option_id).fetchone()
    assert row is not None
    return row["session_id"], StoredNode(row["node_id"], row["created_at"])
