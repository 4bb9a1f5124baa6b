"""Cursors, and the pages that they lead to."""

from __future__ import annotations

from base64 import urlsafe_b64encode
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from personas.paging import InvalidCursor, after, after_number, cursor_after, page_of

NOON = datetime(2026, 2, 18, 12, tzinfo=UTC)


@given(st.datetimes(datetime(1970, 1, 1), datetime(2200, 1, 1)), st.uuids())
def test_a_cursor_is_read_as_it_was_written(moment: datetime, post_id: UUID):
    aware = moment.replace(tzinfo=UTC)

    assert after(cursor_after(aware, post_id)) == (aware, post_id)


def test_a_cursor_is_nanoseconds_and_an_id_in_base64url():
    post_id = uuid4()

    assert cursor_after(datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=1), post_id) == (
        urlsafe_b64encode(f"1000000000|{post_id}".encode()).decode().rstrip("=")
    )


@pytest.mark.parametrize(
    "cursor",
    [
        "abc",
        "ş",
        "=",
        urlsafe_b64encode(b"1|2").decode(),
        urlsafe_b64encode(b"\xff|").decode(),
        urlsafe_b64encode(f"99999999999999999999|{UUID(int=7)}".encode()).decode(),
        urlsafe_b64encode(f"-1|{UUID(int=7)}".encode()).decode(),
        urlsafe_b64encode(b"1|" + b"-" * 36).decode(),
    ],
)
def test_anything_else_is_no_cursor(cursor: str):
    with pytest.raises(InvalidCursor):
        after(cursor)


def test_a_cursor_of_one_list_is_none_of_another():
    assert after_number(cursor_after(NOON, 7)) == (NOON, 7)
    assert (after(""), after_number("")) == ((None, None), (None, None))
    with pytest.raises(InvalidCursor):
        after(cursor_after(NOON, 7))
    with pytest.raises(InvalidCursor):
        after_number(cursor_after(NOON, UUID(int=7)))


def test_a_page_names_the_next_one_only_if_there_is_one():
    found = [1, 2, 3]

    page = page_of(found, 2, lambda number: (NOON, number))

    assert (page, after_number(page.next_cursor)) == ([1, 2], (NOON, 2))
    assert page_of(found, 3, lambda number: (NOON, number)).next_cursor == ""
