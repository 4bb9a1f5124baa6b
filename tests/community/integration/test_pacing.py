"""Measuring the pace, fixing it, and what targets cost by it, on the real database."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from fractions import Fraction

from community.contributions import service as contributions
from community.messages.service import handle_message
from community.players.models import PlayerRef
from community.progression import service as progression
from community.progression.content import tree
from community.progression.pacing import pace
from community.voting import controls, cycle, pace_clock
from community.voting.board import read_board
from functions.shared.clock.app import CHORES
from kernel.database import Tx
from tests.support.factories import announced

DAY = timedelta(days=1)


def is_due(tx: Tx) -> bool:
    row = tx.execute("SELECT " + CHORES["pace"].due + " AS due", (tx.now,)).fetchone()
    assert row is not None
    return row["due"]


def chat(tx: Tx, *names: str) -> None:
    for name in names:
        handle_message(tx, PlayerRef("twitch", name, name), "hello")


def test_the_clock_measures_the_players_of_a_week_once_a_day(tx: Tx):
    start = tx.now
    assert pace_clock.measure_due(tx) == 1
    assert not is_due(tx)
    assert pace_clock.measure_due(tx) == 0
    chat(tx, *(f"viewer{number}" for number in range(40)))

    paces: list[Fraction] = []
    for day in range(1, 9):
        tx.now = start + day * DAY
        assert is_due(tx)
        assert pace_clock.measure_due(tx) == 1
        paces.append(pace(progression.current_state(tx).pacing))
        chat(tx, "viewer1", "viewer2")

    assert paces == [1] * 6 + [Fraction(40, 30), Fraction(1, 4)]
    assert [event["active_players"] for event in announced(tx, "progression.pace_changed")] == [40, 2]


def test_only_new_targets_follow_a_fixed_pace(tx: Tx):
    cycle.ensure_current(tx)
    before = read_board(tx)
    assert before.target is not None
    old_cost = before.cost(before.target)

    controls.fix_pace(tx, Decimal("2.5"))

    board = read_board(tx)
    assert board.target == before.target
    assert board.cost(before.target) == old_cost == before.target.cost
    contributions.contribute(tx, old_cost - 1)
    assert cycle.ensure_current(tx).unlocked == ()
    contributions.contribute(tx, 1)
    assert [new.node for new in cycle.ensure_current(tx).unlocked] == [before.target]
    board = read_board(tx)
    assert board.target is not None
    assert board.cost(board.target) * 2 in range(5 * board.target.cost, 5 * board.target.cost + 2)
    assert announced(tx, "progression.pace_changed") == [{"pace": 2.5, "active_players": 0, "fixed": True}]


def test_a_target_of_before_the_migration_costs_what_the_rules_say(tx: Tx):
    cycle.ensure_current(tx)
    tx.execute("UPDATE unlock_progress SET cost = NULL")
    controls.fix_pace(tx, Decimal(100))

    progress = read_board(tx).voting.progress
    assert progress is not None
    assert progress.cost == tree.nodes[progress.node_key or ""].cost


def test_fixing_the_same_pace_again_is_no_news(tx: Tx):
    controls.fix_pace(tx, Decimal(3))
    version = progression.current_state(tx).version
    controls.fix_pace(tx, Decimal(3))

    assert progression.current_state(tx).version == version
    assert len(announced(tx, "progression.pace_changed")) == 1
