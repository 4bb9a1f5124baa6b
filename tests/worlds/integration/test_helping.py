"""Who heals one of the game's own people has helped them, and is remembered for it. Source: worlds 17, 19."""

from __future__ import annotations

from datetime import timedelta

import pytest

from kernel.database import Tx
from local.worlds.settling import settle_npc
from tests.support.worlds import Player, come_to, give_things, make_world, texts
from worlds.characters import service as characters
from worlds.characters.events import HealthChanged
from worlds.characters.models import Character
from worlds.memories import queries as memories
from worlds.memories.models import NpcMemory, Occurrence
from worlds.rebuilding.service import rebuild
from worlds.relationships import queries as relationships
from worlds.relationships.models import Opinion
from worlds.space.models import Position


@pytest.fixture
def maren(tx: Tx) -> Character:
    return settle_npc(tx, make_world(tx), "Maren", Position(60, 50))


@pytest.fixture
def ann(tx: Tx, maren: Character) -> Player:
    player = come_to(tx, maren.world_id, "Ann")
    me = player.character(tx)
    for item in ("healing_herb", "clay"):
        me = give_things(tx, me, item, 2)
    return player


def stored(tx: Tx, someone: Character) -> Character:
    found = characters.ask(tx, someone.character_id)()
    assert found is not None
    return found


def hurt(tx: Tx, someone: Character, points: int) -> None:
    event = HealthChanged(
        character_id=someone.character_id, old=someone.hp, new=points, reason="test", since=tx.now + timedelta(days=1)
    )
    characters.save(tx, stored(tx, someone), [event])


def remembered(tx: Tx, someone: Character) -> list[NpcMemory]:
    return [memories.read(row) for row in memories.list_of(tx, someone.character_id)]


def opinion(tx: Tx, npc: Character, player: Player) -> Opinion:
    row = relationships.lock(tx, npc.character_id, player.character_id).fetchone()
    assert row is not None
    return relationships.read(row).opinion


def test_who_is_hurt_uses_at_once_what_heals_and_remembers_the_help(tx: Tx, maren: Character, ann: Player):
    hurt(tx, maren, 100)

    said = texts(ann.types(tx, "give healing herb to maren"))

    assert said == ["You give healing herb to Maren.", "Maren is hurt, uses it at once, and thanks you."]
    assert (stored(tx, maren).hp, stored(tx, maren).inventory.held) == (130, ())
    assert {each.occurrence for each in remembered(tx, maren)} == {Occurrence.GIFT, Occurrence.HELP}
    assert {each.about_id for each in remembered(tx, maren)} == {ann.character_id}
    # 10 and 8 of the help; of the herb, which is worth 10 coins, 1 and 5.
    assert opinion(tx, maren, ann).trust == pytest.approx(13)
    assert opinion(tx, maren, ann).affection == pytest.approx(11)
    assert rebuild(tx).differences == []


@pytest.mark.parametrize(("points", "thing"), [(500, "healing herb"), (100, "clay")])
def test_what_does_not_heal_is_a_gift(tx: Tx, maren: Character, ann: Player, points: int, thing: str):
    hurt(tx, maren, points)

    assert "Maren thanks you." in texts(ann.types(tx, f"give {thing} to maren"))

    assert stored(tx, maren).hp == points
    assert len(stored(tx, maren).inventory.held) == 1
    assert [each.occurrence for each in remembered(tx, maren)] == [Occurrence.GIFT]
