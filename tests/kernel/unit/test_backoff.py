"""Pauses between retries."""

from __future__ import annotations

from itertools import islice
from random import Random

from kernel.backoff import jittered_pauses, pauses


def test_pauses_double_up_to_the_longest():
    assert list(islice(pauses(1, 5), 4)) == [1, 2, 4, 5]


def test_jitter_shortens_each_pause_by_up_to_a_half():
    jittered = list(islice(jittered_pauses(1, 5, Random(1)), 200))

    assert all(full / 2 <= pause <= full for full, pause in zip(pauses(1, 5), jittered, strict=False))
    assert min(jittered[3:]) < 2.6
    assert max(jittered) > 4.9


def test_two_environments_do_not_come_back_together():
    assert next(jittered_pauses(1)) != next(jittered_pauses(1))
