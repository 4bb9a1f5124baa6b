"""Documents that requests bring along."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import TypeAdapter, ValidationError

from doors.fields import JsonObject, storable_json

OBJECT: TypeAdapter[dict[str, Any]] = TypeAdapter(JsonObject)


def test_a_stored_object_has_a_length_that_many_of_them_fit_into_an_answer() -> None:
    kept = {"note": "é" * (4096 - 6)}
    assert OBJECT.validate_python(kept) == kept

    with pytest.raises(ValidationError, match="must not be longer than 8 KiB"):
        OBJECT.validate_python({"note": "é" * 4096})


def test_what_is_published_may_be_longer() -> None:
    storable_json("x" * 60_000, 64)
