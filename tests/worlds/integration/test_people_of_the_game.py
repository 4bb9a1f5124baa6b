"""The game's own people stand in worlds as others do, without being counted as players."""

from __future__ import annotations

import pytest

from kernel.database import Tx
from local.worlds.settling import settle_npc
from tests.support.worlds import come_to, make_world
from worlds.characters.models import CharacterNameTaken
from worlds.space.models import Position


def said(answer: list[dict[str, object]]) -> str:
    return " ".join(str(each["data"]) for each in answer)


def test_one_sees_them_and_they_are_no_players(tx: Tx):
    world = make_world(tx)
    ann = come_to(tx, world.world_id, "Ann")
    maren = settle_npc(tx, world, "Maren", Position(50, 60, 0))

    assert "Maren" in said(ann.types(tx, "look"))
    assert "Maren" not in said(ann.types(tx, "who"))
    assert "target_not_found" in said(ann.types(tx, "tell Maren hello")).lower()
    ann.types(tx, "say hello")

    heard = tx.execute("SELECT count(*) AS posts FROM worlds.posts WHERE character_id = %s", (maren.character_id,))
    assert heard.fetchall()[0]["posts"] == 0


def test_no_one_is_called_as_they_are(tx: Tx):
    world = make_world(tx)
    settle_npc(tx, world, "Maren", Position(50, 60, 0))

    with pytest.raises(CharacterNameTaken):
        come_to(tx, world.world_id, "Maren")
