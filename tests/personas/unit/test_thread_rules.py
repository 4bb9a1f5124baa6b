"""When a thread is summarised anew."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import uuid4

import pytest

from personas.threads import rules
from personas.threads.models import ThreadState

NOON = datetime(2026, 2, 18, 12, tzinfo=UTC)


def state(replies: int, summarised: int, *, edited: bool = False) -> ThreadState:
    """A thread with so many replies, and a summary of when it had so many."""
    basis = rules.basis_of(summarised, uuid4(), None) if summarised else ""
    return ThreadState(replies, uuid4(), NOON if edited else None, basis, "Said.")


@pytest.mark.parametrize(
    ("replies", "summarised", "lacks"),
    [
        *((1, 0, True), (2, 1, True), (20, 19, True), (20, 20, True)),
        *((21, 20, False), (21, 19, True), (1000, 951, False), (1000, 950, True), (19, 20, True)),
    ],
)
def test_the_longer_a_thread_the_more_replies_make_its_summary_anew(replies: int, summarised: int, lacks: bool):
    assert rules.lacks_summary(state(replies, summarised)) == lacks


def test_an_edit_makes_every_summary_anew():
    assert rules.lacks_summary(state(1000, 1000, edited=True))


def test_a_thread_without_replies_or_with_nothing_new_lacks_no_summary():
    same = uuid4()

    assert not rules.lacks_summary(state(0, 0))
    assert not rules.lacks_summary(ThreadState(3, same, NOON, rules.basis_of(3, same, NOON), "Said."))
