"""Whatever the community and its administrators do, in whatever order."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from random import Random

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from msgspec.structs import replace

from community.progression.content import tree
from community.progression.rules import available_nodes, levels_to_relock, levels_to_unlock
from community.voting import overrides, rules, transitions
from community.voting.models import UnlockProgress, VotingRound, VotingState
from community.voting.transitions import Transition
from kernel.errors import DomainError

KEYS = st.sampled_from(sorted(tree.nodes))
MOMENT = datetime(2026, 3, 1, tzinfo=UTC)


class Evening(RuleBasedStateMachine):
    """
    Attributes:
        sessions, progress: all rows there would be, {number: the last state}.
        paid: costs of what the points have unlocked.
        lost: points that administrators have taken away from a target.
    """

    @initialize(seed=st.integers(0, 10_000))
    def begin(self, seed: int) -> None:
        self.rng = Random(seed)
        self.now = MOMENT
        self.rounds: dict[int, VotingRound] = {}
        self.progress: dict[int, UnlockProgress] = {}
        self.paid = self.lost = 0
        self.looked = False
        levels = {node.key: 1 for node in tree.nodes.values() if node.auto_unlock}
        self.community = VotingState(levels, points=0, progress=None, voting_round=None, latest=None)
        self.look()

    def transition(self) -> Transition:
        self.now += timedelta(seconds=1)
        return Transition(self.community, self.now, self.rng)

    def take(self, transition: Transition, *, looked: bool = True) -> None:
        before = {
            voting_round.session_id for voting_round in self.rounds.values() if voting_round.status != "completed"
        }
        assert not any(number in self.rounds and number not in before for number in transition.rounds)
        self.community, self.looked = transition.voting, looked
        self.rounds.update(transition.rounds)
        self.progress.update(transition.progress)
        self.paid += sum(new.node.cost for new in transition.unlocked if new.unlocked_by == "vote")

    @rule()
    def look(self) -> None:
        self.take(transitions.advance(self.transition()))

    @rule(points=st.integers(1, 700))
    def contribute(self, points: int) -> None:
        self.community = replace(self.community, points=self.community.points + points)
        self.take(transitions.advance(self.transition()))

    @rule(points=st.integers(1, 700))
    def contribute_unseen(self, points: int) -> None:
        """The trigger was lost."""
        self.community, self.looked = replace(self.community, points=self.community.points + points), False

    @rule(number=st.integers(0, 5), weight=st.sampled_from([1, 1, 1, 2, 100]))
    def vote(self, number: int, weight: int) -> None:
        with suppress(DomainError):
            voting_round = rules.open_round(self.community)
            option = rules.pick_option(voting_round, number, None)
            voting_round, _ = rules.count_ballot(voting_round, option, Decimal(weight), self.now)
            self.community = replace(self.community, voting_round=voting_round)

    @rule()
    def freeze(self) -> None:
        with suppress(DomainError):
            self.take(overrides.freeze_voting(self.transition()), looked=False)

    @rule()
    def start(self) -> None:
        with suppress(DomainError):
            self.take(overrides.start_voting(self.transition()), looked=False)

    @rule()
    def force_end(self) -> None:
        with suppress(DomainError):
            self.take(overrides.force_end_voting(self.transition()))

    @rule(node_key=st.none() | KEYS)
    def instant_unlock(self, node_key: str | None) -> None:
        with suppress(DomainError):
            points = self.community.accumulated
            self.take(overrides.instant_unlock(self.transition(), node_key))
            self.lost += points

    @rule(node_key=KEYS, level=st.integers(0, 5))
    def unlock(self, node_key: str, level: int) -> None:
        with suppress(DomainError):
            node, levels = levels_to_unlock(node_key, level, self.community.levels)
            self.take(overrides.unlock_node(self.transition(), node, levels), looked=False)

    @rule(node_key=KEYS, level=st.integers(0, 5))
    def relock(self, node_key: str, level: int) -> None:
        node, levels = levels_to_relock(node_key, level, self.community.levels)
        progress, points = self.community.progress, self.community.accumulated
        self.take(overrides.relock_node(self.transition(), node, levels), looked=False)
        if progress and progress.node_key == node_key:
            self.lost += points

    @rule()
    def reset(self) -> None:
        points = self.community.accumulated
        self.take(overrides.reset_progression(self.transition()))
        self.lost += points
        # The rows of before are gone.
        last = self.community.voting_round
        self.rounds = {last.session_id: last} if last else {}
        self.progress = {number: row for number, row in self.progress.items() if row == self.community.progress}

    @invariant()
    def no_point_is_lost_or_made_twice(self) -> None:
        assert self.community.points == self.paid + self.lost + self.community.accumulated
        assert self.community.accumulated >= 0

    @invariant()
    def at_most_one_session_and_one_progress_are_open(self) -> None:
        open_now = [
            voting_round.session_id for voting_round in self.rounds.values() if voting_round.status != "completed"
        ]
        assert open_now == ([self.community.voting_round.session_id] if self.community.voting_round else [])
        assert [row for row in self.progress.values() if row.unlocked_at is None] == [self.community.progress]

    @invariant()
    def completed_sessions_have_a_winner_and_an_end(self) -> None:
        for voting_round in self.rounds.values():
            assert (
                (voting_round.status == "completed")
                == (voting_round.winner is not None)
                == (voting_round.ended_at is not None)
            )

    @invariant()
    def options_are_numbered_once(self) -> None:
        numbers = [option.option_id for voting_round in self.rounds.values() for option in voting_round.options]
        assert len(numbers) == len(set(numbers))
        assert max(numbers, default=0) <= self.community.last_option_id

    @invariant()
    def levels_stay_within_the_tree(self) -> None:
        assert all(1 <= level <= tree.nodes[key].max_level for key, level in self.community.levels.items())

    @invariant()
    def who_has_looked_has_left_nothing_undone(self) -> None:
        if not self.looked:
            return
        assert not rules.is_reached(self.community)
        target = rules.target_of(self.community)
        assert (target is not None) == bool(available_nodes(self.community.levels))
        voting_on = self.community.voting_round is not None or rules.has_waiting_winner(self.community)
        assert voting_on == bool(rules.candidates(self.community))
        assert self.community.voting_round is None or 1 <= len(self.community.voting_round.options) <= rules.MAX_OPTIONS


TestEvening = Evening.TestCase
TestEvening.settings = settings(stateful_step_count=40)
