"""How the community goes from one state to the next. Pure. Source: rules 9.7 to 9.9."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from random import Random
from typing import Self

from community.progression.content import Node
from community.progression.models import NodeRelocked, NodeUnlocked
from community.voting import rules
from community.voting.events import AllUnlocked, CycleCompleted, TargetSet, VotingEnded, VotingStarted
from community.voting.models import Community, Option, Progress, Session
from kernel.events.models import Event


@dataclass(frozen=True, slots=True)
class NewLevel:
    """
    Attributes:
        engagement_score: the points that had come together for it.
    """

    node: Node
    level: int
    unlocked_by: str
    engagement_score: int = 0


@dataclass(frozen=True, slots=True)
class Turn:
    """A community on its way to its next state: every step is a new Turn, and the last one is saved.

    Attributes:
        rollover_cap: the most points beyond a cost that count towards the next target; None for all.
        sessions, progress: {number: as it is now} of those that are new or have changed.
        unlocked: what the community has got on the way.
        relocked: {node key: the lowest level it has lost}.
        events: in the order in which they are announced.
    """

    community: Community
    now: datetime
    rng: Random
    rollover_cap: int | None = None
    sessions: Mapping[int, Session] = field(default_factory=dict[int, Session])
    progress: Mapping[int, Progress] = field(default_factory=dict[int, Progress])
    unlocked: tuple[NewLevel, ...] = ()
    relocked: Mapping[str, int] = field(default_factory=dict[str, int])
    events: tuple[Event, ...] = ()

    def record(self, event: Event) -> Self:
        return replace(self, events=(*self.events, event))

    def with_session(self, session: Session) -> Self:
        """A new session, or a new state of the open one."""
        completed = session.status == "completed"
        community = replace(
            self.community,
            session=None if completed else session,
            latest=session if completed else self.community.latest,
            last_session_id=max(self.community.last_session_id, session.session_id),
            last_option_id=max(self.community.last_option_id, session.options[-1].option_id),
        )
        return replace(self, community=community, sessions={**self.sessions, session.session_id: session})

    def with_progress(self, progress: Progress) -> Self:
        """A new progress, or a new state of the open one."""
        community = replace(
            self.community,
            progress=None if progress.unlocked_at else progress,
            last_progress_id=max(self.community.last_progress_id, progress.progress_id),
        )
        return replace(self, community=community, progress={**self.progress, progress.progress_id: progress})

    def with_level(self, new: NewLevel) -> Self:
        community = replace(self.community, levels={**self.community.levels, new.node.key: new.level})
        event = NodeUnlocked(node_id=new.node.node_id, node_key=new.node.key, level=new.level, source=new.unlocked_by)
        return replace(self, community=community, unlocked=(*self.unlocked, new)).record(event)

    def without_levels(self, node: Node, lowest: int) -> Self:
        """`lowest` and all above it are locked again."""
        levels = dict(self.community.levels)
        highest = levels.pop(node.key)
        if lowest > 1:
            levels[node.key] = lowest - 1
        turn = replace(
            self, community=replace(self.community, levels=levels), relocked={**self.relocked, node.key: lowest}
        )
        for level in range(lowest, highest + 1):
            turn = turn.record(NodeRelocked(node_id=node.node_id, node_key=node.key, level=level))
        return turn


def go_on(turn: Turn, previous: Node | None = None) -> Turn:
    """Whatever is due: unlock what the points have reached, and see to it that there is a target, and a vote on
    what comes after it.

    Args:
        previous: what has just been unlocked by other means, if that is the reason to look.
    """
    if turn.community.progress is None:
        turn = count_from(turn, 0)
    if rules.target_of(turn.community) is None:
        turn = aim(turn)
    while rules.is_reached(turn.community):
        turn, previous = complete_cycle(turn), None
    return see_to_a_vote(turn, previous)


def complete_cycle(turn: Turn) -> Turn:
    """Unlock the target, aim at the next one, and vote on the one after that. Source: rules 9.9."""
    community = turn.community
    progress, target = community.progress, rules.target_of(community)
    assert progress is not None
    assert progress.target_level is not None
    assert target is not None
    rollover = community.accumulated - target.cost
    if turn.rollover_cap is not None:
        rollover = min(rollover, turn.rollover_cap)
    turn = turn.with_level(NewLevel(target, progress.target_level, "vote", community.accumulated))
    turn = turn.with_progress(replace(progress, unlocked_at=turn.now))
    turn = count_from(turn, community.points - rollover)
    turn = turn.record(CycleCompleted.of(target, progress.target_level))
    return see_to_a_vote(aim(turn), previous=target)


def count_from(turn: Turn, starts_at_points: int) -> Turn:
    """Begin to count, towards nothing yet."""
    return turn.with_progress(
        Progress(
            progress_id=turn.community.last_progress_id + 1,
            node_key=None,
            target_level=None,
            starts_at_points=starts_at_points,
            started_at=turn.now,
        )
    )


def aim(turn: Turn) -> Turn:
    """Set the next target, and keep the points: what the vote has chosen or chooses now, else any available node.
    With nothing available there is none."""
    community = turn.community
    session = community.session or community.latest
    if session is not None:
        option = rules.elect(session, community, turn.rng)
        if community.session:
            turn = turn.with_session(ended(session, option, turn.now))
        if rules.may_win(option, community):
            return _set_target(turn, option, session)
    nodes = rules.candidates(community)
    if not nodes:
        return _set_target(turn, None)
    (option,) = rules.draw_options([turn.rng.choice(nodes)], turn.community, turn.rng)
    if len(nodes) > 1:
        return _set_target(turn, option)
    # There was no choice: a vote that nobody had to cast a ballot in, for the record.
    record = begun(turn, (option,))
    turn = _set_target(turn.with_session(ended(record, option, turn.now)), option, record, auto_selected=True)
    return turn.record(VotingStarted.of(record, auto_selected=True))


def _set_target(
    turn: Turn, option: Option | None, session: Session | None = None, *, auto_selected: bool = False
) -> Turn:
    progress = turn.community.progress
    assert progress is not None
    if option is None and progress.node_key is None:
        return turn
    turn = turn.with_progress(
        replace(
            progress,
            node_key=option.node_key if option else None,
            target_level=option.target_level if option else None,
            session_id=session.session_id if session else None,
        )
    )
    return turn.record(TargetSet.of(option, session, auto_selected=auto_selected)) if option else turn


def see_to_a_vote(turn: Turn, previous: Node | None = None) -> Turn:
    """Open a session when none is open, unless the last one's winner still waits for its turn."""
    session = turn.community.session
    if session and not any(rules.may_win(option, turn.community) for option in session.options):
        turn = end_vote(turn, session)
    if turn.community.session is None and not rules.winner_waits(turn.community):
        turn = open_vote(turn, previous)
    return turn.record(AllUnlocked()) if previous and rules.is_complete(turn.community) else turn


def open_vote(turn: Turn, previous: Node | None = None) -> Turn:
    """Vote on what comes after the target, if there is anything to vote on."""
    nodes = rules.candidates(turn.community)
    if not nodes:
        return turn
    session = begun(turn, rules.draw_options(nodes, turn.community, turn.rng))
    return turn.with_session(session).record(
        VotingStarted.of(session, previous_unlock=previous.name if previous else None)
    )


def end_vote(turn: Turn, session: Session) -> Turn:
    """Before the target is reached: the winner waits for its turn."""
    winner = rules.elect(session, turn.community, turn.rng)
    return turn.with_session(ended(session, winner, turn.now)).record(VotingEnded.of(session, winner))


def begun(turn: Turn, options: tuple[Option, ...]) -> Session:
    return Session(
        session_id=turn.community.last_session_id + 1,
        status="voting",
        options=options,
        started_at=turn.now,
        voting_deadline=turn.now + rules.VOTING_TIME,
    )


def ended(session: Session, winner: Option, now: datetime) -> Session:
    return replace(session, status="completed", ended_at=now, winning_option_id=winner.option_id)
