"""Names as requests bring them along."""

from __future__ import annotations

import pytest
from pydantic import TypeAdapter, ValidationError

from functions.community.shapes.fields import Username

NAME: TypeAdapter[str] = TypeAdapter(Username)


def test_a_name_loses_what_misleads_its_readers() -> None:
    assert NAME.validate_python("\u202eAl\x07ice\u2069") == "Alice"


@pytest.mark.parametrize("name", ["\x07", "\u200b\u2060", "\u202e \u2066"])
def test_a_name_that_no_one_can_see_is_refused(name: str) -> None:
    with pytest.raises(ValidationError, match="must have letters that can be seen"):
        NAME.validate_python(name)
