"""Placeholders become what psycopg makes of them."""

import psycopg
import pytest
from hypothesis import given
from hypothesis import strategies as st
from psycopg._queries import _query2pg_nocache

from kernel.statements import converted

PIECES = st.lists(st.sampled_from(["SELECT ", "'ü 😀'", "%%", "%s", ", ", "a%%b", "\n", "$1::text", "(x)", "%%s"]))
NAMED = st.lists(st.sampled_from(["SELECT ", "%%", "%(a)s", "%(b_2)s", "%(ü)s", ", ", "(", ")s", "%%(a)s"]))


@given(pieces=st.one_of(PIECES, NAMED))
def test_a_statement_is_converted_as_psycopg_does(pieces: list[str]):
    query = "".join(pieces)

    text = converted(query)

    sql, formats, names, _ = _query2pg_nocache(query.encode(), "utf-8")
    assert text.sql == sql
    assert text.formats == formats
    assert list(text.names or ()) == (names or [])


@pytest.mark.parametrize("query", ["SELECT %d", "SELECT 100 % 3", "SELECT %b", "SELECT %(a)d", "SELECT %s, %(a)s"])
def test_what_is_no_placeholder_is_an_error(query: str):
    with pytest.raises(psycopg.ProgrammingError):
        converted(query)
