"""Who hears what: saying, whispering, telling. Source: worlds 5."""

from __future__ import annotations

import pytest

from kernel.database import Tx
from tests.support.worlds import Player, code, come_to, connect, make_world, texts, told
from worlds.entering import service as entering


def heard(tx: Tx, player: Player) -> list[str]:
    """Return what someone has heard of others, but for news of who comes."""
    return [line["text"] for line in told(tx, player) if line["type"] in ("speech", "whisper", "tell", "emote")]


def test_a_tell_reaches_someone_in_another_world_in_any_case_and_their_reply_comes_back(tx: Tx):
    """Source: worlds 5, acceptance 4."""
    bob = come_to(tx, make_world(tx, "One").world_id, "Bob")
    ana = come_to(tx, make_world(tx, "Other").world_id, "Ana")

    assert texts(bob.types(tx, "tell ANA hi")) == ["You tell Ana: hi"]
    assert texts(ana.types(tx, "reply hey")) == ["You tell Bob: hey"]

    assert heard(tx, ana) == ["Bob tells you: hi"]
    assert heard(tx, bob) == ["Ana tells you: hey"]


def test_a_reply_needs_someone_to_answer_and_a_tell_someone_who_is_there(tx: Tx):
    bob = come_to(tx, make_world(tx).world_id, "Bob")

    assert code(bob.types(tx, "reply hey")) == code(bob.types(tx, "tell zaphod hi")) == "TARGET_NOT_FOUND"


def test_a_whisper_reaches_four_metres_and_not_six_and_no_one_else_hears_it(tx: Tx):
    """Source: worlds 5, acceptance 5."""
    world = make_world(tx)
    ann, bob, cleo = (come_to(tx, world.world_id, name) for name in ("Ann", "Bob", "Cleo"))
    bob.types(tx, "e 6")
    cleo.types(tx, "n 3")

    assert code(ann.types(tx, "whisper bob psst")) == "TARGET_OUT_OF_RANGE"
    bob.types(tx, "w 2")
    assert texts(ann.types(tx, "whisper bob psst")) == ["You whisper to Bob: psst"]

    assert heard(tx, bob) == ["Ann whispers: psst"]
    assert heard(tx, cleo) == []


@pytest.mark.parametrize(("line", "hears"), [("say hello", "Ann says: hello"), ("emote waves", "Ann waves")])
def test_what_is_said_is_heard_at_fifty_metres_and_not_a_decimetre_farther(tx: Tx, line: str, hears: str):
    world = make_world(tx)
    ann, bob, cleo = (come_to(tx, world.world_id, name) for name in ("Ann", "Bob", "Cleo"))
    come_to(tx, make_world(tx, "Elsewhere").world_id, "Dan")
    bob.types(tx, "e 50")
    cleo.types(tx, "e 50")
    cleo.types(tx, "e 0.1")

    ann.types(tx, line)

    assert (heard(tx, bob), heard(tx, cleo)) == ([hears], [])


@pytest.mark.parametrize("line", ["say hello", "emote waves", "whisper bob psst", "tell bob hi"])
def test_someone_who_is_ignored_is_not_heard_and_not_told_so_until_that_ends(tx: Tx, line: str):
    world = make_world(tx)
    ann, bob = come_to(tx, world.world_id, "Ann"), come_to(tx, world.world_id, "Bob")

    assert texts(bob.types(tx, "ignore ann")) == ["You hear nothing more from Ann. The same command ends that."]
    assert texts(ann.types(tx, line))
    assert heard(tx, bob) == []
    assert texts(bob.types(tx, "ignore ann")) == ["You hear Ann again."]
    ann.types(tx, line)
    assert len(heard(tx, bob)) == 1


def test_who_is_ignored_is_not_heard_as_another_of_their_characters_either(tx: Tx):
    world = make_world(tx)
    mal, bob = come_to(tx, world.world_id, "Mal"), come_to(tx, world.world_id, "Bob")
    bob.types(tx, "ignore mal")
    ghost = connect(tx, mal.me, entering.ghost(tx, mal.me).character.character_id)

    ghost.types(tx, "tell bob you ignored me")

    assert heard(tx, bob) == []
    assert texts(bob.types(tx, "ignore mal")) == ["You hear Mal again."]
    assert bob.character(tx).ignored == set()
