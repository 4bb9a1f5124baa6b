"""The client that the tests of the stream rely on reads what the standard says. Examples are the standard's."""

from __future__ import annotations

import pytest

from tests.support.event_source import Message, parse


@pytest.mark.parametrize(
    ("stream", "data"),
    [
        ("data: YHOO\ndata: +2\ndata: 10\n\n", ["YHOO\n+2\n10"]),
        ("data\n\ndata\ndata\n\ndata:", ["", "\n"]),
        ("data:test\n\ndata: test\n\n", ["test", "test"]),
        (": a comment\n\ndata: x\r\ndata: y\r\r", ["x\ny"]),
        ("\ufeffdata: x\n\n", ["x"]),
        ("data: x", []),
    ],
)
@pytest.mark.parametrize("size", [1, 3, 1000])
def test_data(stream: str, data: list[str], size: int):
    stream += "" if stream.endswith((":", "x")) else ":"  # a stream's last CR may be half a CR LF
    raw = stream.encode()

    assert [message.data for message in parse(raw[at : at + size] for at in range(0, len(raw), size))] == data


def test_an_id_stays_until_there_is_another():
    stream = b": test stream\n\ndata: first\nid: 1\n\ndata:second\nid\n\nevent: add\nid: 3\n\ndata:  third\n\nid: 4"

    assert parse([stream]) == [
        Message("message", "first", "1"),
        Message("message", "second", ""),
        Message("message", " third", "3"),
    ]
