"""The product's content files."""

from __future__ import annotations

from kernel.content import schemas
from worlds.configs import shipped
from worlds.contents import SECTIONS, check


def test_the_content_is_sound():
    check(shipped)


def test_the_schemas_are_current():
    assert schemas.outdated(shipped, SECTIONS) == []
