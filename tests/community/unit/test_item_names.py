"""The names by which items are found are those of the community's state, whichever thread has read it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import pytest

from community.catalog import item_names
from community.catalog.content import ItemAliases
from community.catalog.models import Names


class ReplacedWhileRead(Mapping[str, ItemAliases]):
    """Aliases of which another environment gets newer ones, while this one reads them."""

    def __init__(self, newer: Names) -> None:
        self._newer = newer

    def __getitem__(self, key: str) -> ItemAliases:
        item_names.use_names(self._newer)
        raise KeyError(key)

    def __iter__(self) -> Iterator[str]:
        return iter(())

    def __len__(self) -> int:
        return 0


def test_names_that_change_while_an_index_is_made_are_found_afterwards(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(item_names, "_names", None)
    monkeypatch.setattr(item_names, "_index", None)
    newer = Names({"item_spade": ItemAliases(default=("gravedigger",))}, {})
    item_names.use_names(Names(ReplacedWhileRead(newer), {}))

    assert item_names.find("gravedigger") is None  # the older names were asked

    found = item_names.find("gravedigger")
    assert found is not None
    assert found.internal_name == "item_spade"
