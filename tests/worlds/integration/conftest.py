"""A world and two people in it, for the tests that name them."""

import pytest

from kernel.database import Tx
from tests.support.worlds import Player, come_to, make_world
from worlds.world.models import World


@pytest.fixture
def world(tx: Tx) -> World:
    return make_world(tx)


@pytest.fixture
def ann(tx: Tx, world: World) -> Player:
    return come_to(tx, world.world_id, "Ann")


@pytest.fixture
def bob(tx: Tx, world: World) -> Player:
    return come_to(tx, world.world_id, "Bob")
