"""What the bench of Worlds notices."""

from __future__ import annotations

import json
from typing import Any

import pytest

from local.bench.worlds import GROUP, _Client, _row, _Seen

SPEAKER = 3


@pytest.fixture
def seen() -> _Seen:
    """One word that everyone within earshot has heard."""
    seen = _Seen(answers=[(0.0, 0.01)], delays=[(0.0, 0.02)], away=(5.0, 9.0), speakers={"word": SPEAKER})
    for number in range(GROUP):
        if number != SPEAKER:
            seen.hearers["word"][number] = 1
    return seen


def test_a_run_in_which_all_arrives_in_time(seen: _Seen):
    row = _row(seen, things_off=0, tables_off=0)

    assert (row["heard"], row["lost"], row["doubled"], row["verdict"]) == (9, 0, 0, "")


def test_words_that_are_lost_or_doubled(seen: _Seen):
    del seen.hearers["word"][0]
    seen.hearers["word"][1] = 3

    row = _row(seen, things_off=0, tables_off=0)

    assert (row["lost"], row["doubled"], row["verdict"]) == (1, 2, "WRONG")


@pytest.mark.parametrize(("things", "tables"), [(-1, 0), (0, 1)])
def test_things_or_tables_that_are_off(seen: _Seen, things: int, tables: int):
    assert _row(seen, things_off=things, tables_off=tables)["verdict"] == "WRONG"


def test_answers_or_words_that_come_too_late(seen: _Seen):
    seen.delays = [(0.0, 0.31)]

    assert _row(seen, things_off=0, tables_off=0)["verdict"] == "OVER"


def test_what_is_sent_while_the_stack_is_away_counts_for_no_time(seen: _Seen):
    seen.answers += [(4.9, 4.0), (6.0, 3.0)]

    row = _row(seen, things_off=0, tables_off=0)

    assert (row["commands"], row["answer_p95_ms"], row["away_s"], row["verdict"]) == (3, 10.0, 4.0, "")


def post(seq: int, text: str, **more: Any) -> str:
    return json.dumps({"type": "game_message", "seq": seq, "data": {"text": text}, **more})


def test_a_listener_drops_what_is_sent_twice_and_notices_what_is_left_out():
    seen = _Seen(speakers={"word": SPEAKER, "other": SPEAKER})
    listener = _Client(5, lambda: "", seen)

    for frame in (post(7, "Ann says: word"), post(7, "Ann says: word"), post(9, "Ann says: other")):
        listener._read(frame)
    listener._read(post(10, "Ann says: word", again=True))  # what was heard before, after coming back

    assert (seen.hearers["word"][5], seen.hearers["other"][5], seen.disordered) == (1, 1, 1)


def test_what_was_on_its_way_when_the_stack_was_killed_is_read_after_coming_back():
    seen = _Seen(speakers={"word": SPEAKER}, sent_at={"word": 1.0})
    listener = _Client(5, lambda: "", seen)

    for seq in (7, 8):
        listener._read(post(seq, "Ann says: word", again=True))

    assert (seen.hearers["word"][5], seen.delays) == (1, [])
