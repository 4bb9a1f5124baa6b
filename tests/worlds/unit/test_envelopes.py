"""How posts are packed into frames. Source: worlds 4.2, 28."""

from __future__ import annotations

from worlds.posts.envelopes import FRAME_BYTES, frame, pack

LINE = {"text": "x" * 1_000}
"""1,011 bytes as JSON, and one for the newline."""


def test_lines_share_a_frame_as_long_as_they_fit():
    frames, packed = pack([LINE] * 31, room=10**6)

    assert packed == 31
    assert [len(each.split("\n")) for each in frames] == [30, 1]
    assert "\n".join(frames) == frame([LINE] * 31)


def test_a_line_larger_than_a_frame_has_one_for_itself():
    large = {"text": "x" * FRAME_BYTES}

    frames, packed = pack([LINE, large, LINE], room=10**6)

    assert (frames, packed) == ([frame([LINE]), frame([large]), frame([LINE])], 3)


def test_what_does_not_fit_into_the_room_stays_and_so_does_all_behind_it():
    assert pack([LINE, {"text": "x" * 5_000}, LINE], room=3_000) == ([frame([LINE])], 1)
    assert pack([LINE], room=1_000) == ([], 0)


def test_room_is_counted_in_bytes():
    assert pack([{"text": "é" * 500}], room=1_011) == ([], 0)
    assert pack([{"text": "é" * 500}], room=1_012)[1] == 1
