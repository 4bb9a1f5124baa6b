"""Reading the community's target, voting and progress in one round trip."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import LiteralString

from msgspec import Struct

from community.engagement import rules as engagement
from community.engagement.estimates import Estimate, estimate
from community.engagement.queries import DAYS_SINCE, TOTALS
from community.engagement.rules import Velocity
from community.progression.content import Node, tree
from community.progression.models import Pacing
from community.progression.service import parse_pacing, state_at
from community.voting import queries, row_parsing, rules
from community.voting.models import VotingOption, VotingRound, VotingState
from kernel.database import Tx

_MORE: LiteralString = (
    """,
    (SELECT jsonb_object_agg(node_key, jsonb_build_array(node_id, created_at)) FROM progression_nodes) AS nodes,
    """
    + DAYS_SINCE
    + " AS days, "
    + TOTALS
    + " AS totals, ("
    + queries.OPEN_POLL
    + ") AS poll"
)


class StoredNode(Struct, frozen=True):
    """A node's row in the database, which may outlive the node's content."""

    node_id: int
    created_at: datetime


class ProgressBoard(Struct, frozen=True):
    """The community's voting state and progress at one time.

    Attributes:
        nodes: {node key: its row}.
        velocity: points per day in the last seven days.
        score: the weighted total of all engagement.
        poll: the open one about a world, if any.
    """

    voting: VotingState
    nodes: Mapping[str, StoredNode]
    velocity: Velocity
    score: int
    now: datetime
    poll: VotingRound | None = None

    @property
    def target(self) -> Node | None:
        return rules.target_of(self.voting)

    @property
    def is_complete(self) -> bool:
        return rules.is_complete(self.voting)

    @property
    def is_between_votes(self) -> bool:
        """Whether the last round is over, and the next waits for the target to be unlocked."""
        voting = self.voting
        return voting.voting_round is None and voting.latest is not None and self.target is not None

    def points_towards(self, node_key: str) -> int:
        """Return the points towards this node: all current points if it is the target, otherwise 0."""
        return self.voting.accumulated if self.target and self.target.key == node_key else 0

    def cost(self, node: Node) -> int:
        """Return the points for the node's next level."""
        return rules.cost_of(node, self.voting)

    def estimate(self, node: Node) -> Estimate:
        """Estimate when the points will suffice for the node's next level."""
        maxed = self.voting.levels.get(node.key, 0) >= node.max_level
        return estimate(self.cost(node), self.points_towards(node.key), self.velocity, maxed, self.now)

    def estimated_unlock(self, node_key: str) -> datetime | None:
        """Return when the node can be unlocked; None when it cannot be estimated, or the node is complete."""
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
        poll=row_parsing.voting_round(row["poll"]),
    )


def find_option(tx: Tx, option: VotingOption) -> tuple[int, StoredNode, Pacing]:
    """Return the number of the option's round, the option's node, and what the node's cost depends on."""
    row = queries.find_option(tx, option.option_id).fetchone()
    assert row is not None
    return row["session_id"], StoredNode(row["node_id"], row["created_at"]), parse_pacing(row["pacing"])
