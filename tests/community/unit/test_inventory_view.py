from __future__ import annotations

from uuid import UUID

import pytest

from community.catalog.content import items
from community.inventory.models import Inventory, Quality
from community.inventory.service import FilterLocked, InvalidFilter, view
from community.progression.models import CommunityState
from tests.support.catalog import shipped_names

SPADE, DART, MUCK = (items.by_name[name].item_id for name in ("item_spade", "weapon_dart", "compost_muck"))
INVENTORY = Inventory().give(DART, 1).give(SPADE, 2, Quality.RARE).give(MUCK, 3).give(SPADE, 4)


def state(*node_keys: str) -> CommunityState:
    return CommunityState(UUID(int=0), dict.fromkeys(node_keys, 1), shipped_names())


def seen(here: CommunityState, wanted: str | None) -> list[tuple[str, int]]:
    return [(item.internal_name, slot.quantity) for item, slot in view(INVENTORY, here, wanted)]


@pytest.mark.parametrize("wanted", [None, ""])
def test_without_a_filter_everything_is_seen_in_its_order(wanted: str | None):
    assert seen(state(), wanted) == [
        ("weapon_dart", 1),
        ("item_spade", 2),
        ("compost_muck", 3),
        ("item_spade", 4),
    ]


@pytest.mark.parametrize(
    ("wanted", "shown"),
    [
        ("upgrade", [("weapon_dart", 1)]),
        ("sellable", [("item_spade", 2), ("item_spade", 4)]),
        ("consumable", [("weapon_dart", 1), ("item_spade", 2), ("item_spade", 4)]),
    ],
)
def test_a_filter_works_once_its_own_node_is_unlocked(wanted: str, shown: list[tuple[str, int]]):
    others = [f"feature_filter_{name}" for name in ("upgrade", "sellable", "consumable") if name != wanted]

    with pytest.raises(FilterLocked):
        seen(state(*others), wanted)
    assert seen(state(f"feature_filter_{wanted}"), wanted) == shown


@pytest.mark.parametrize("wanted", ["upgradeable", "{name}", "%", " "])
def test_there_are_no_other_filters(wanted: str):
    with pytest.raises(InvalidFilter):
        view(INVENTORY, state(f"feature_filter_{wanted}"), wanted)
