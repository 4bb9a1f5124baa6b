"""Sleep, as players see it: what comes back, how long it lasts, and what wakes one. Source: worlds 8, 21, 27."""

from __future__ import annotations

from datetime import timedelta

from kernel.database import Tx
from tests.support.worlds import Player, code, connect, texts, told
from tests.worlds.integration.test_fighting import hurt
from worlds.acting.sheet import stamina_of
from worlds.characters import service as characters
from worlds.characters.events import HealthChanged
from worlds.play import leaving
from worlds.rebuilding.service import rebuild


def tire(tx: Tx, player: Player) -> None:
    player.types(tx, "sprint n 50")
    player.types(tx, "sprint s 50")


def sees(tx: Tx, player: Player) -> str:
    return texts(player.types(tx, "look"))[-1]


def test_who_sleeps_is_seen_asleep_until_a_command_wakes_them(tx: Tx, ann: Player, bob: Player):
    tire(tx, ann)

    answer = texts(ann.types(tx, "sleep"))

    assert answer == ["You lie down and sleep. In 2 min you will be rested. Anything you do wakes you."]
    assert told(tx, bob)[-1]["text"] == "Ann lies down to sleep."
    assert "Ann (human) is asleep." in sees(tx, bob)
    assert texts(ann.types(tx, "sleep")) == ["You are asleep, for 2 min more."]
    assert texts(ann.types(tx, "score"))[0].startswith("Ann, human")
    assert "Ann (human) is asleep." in sees(tx, bob)
    assert texts(ann.types(tx, "say Good morning")) == ["You wake up.", "You say: Good morning"]
    assert "Ann (human)" in sees(tx, bob)
    assert "asleep" not in sees(tx, bob)
    assert rebuild(tx).differences == []


def test_sleep_restores_what_rest_does_and_is_over_in_ten_minutes(tx: Tx, ann: Player, bob: Player):
    """Endurance ÷ 10 points of stamina a second: worlds 8."""
    tire(tx, ann)
    me = ann.character(tx)
    before = stamina_of(me, tx.now)
    ann.types(tx, "sleep")

    tx.now += timedelta(seconds=20)
    assert stamina_of(ann.character(tx), tx.now).points == before.points + me.attributes["Endurance"] * 2
    hurt(tx, ann.character_id, 1)  # for a day
    tx.now += timedelta(seconds=1)
    ann.types(tx, "look")
    ann.types(tx, "sleep")
    tx.now += timedelta(minutes=10) - timedelta(microseconds=1)
    assert "asleep" in sees(tx, bob)
    tx.now += timedelta(microseconds=1)
    assert "asleep" not in sees(tx, bob)
    assert texts(ann.types(tx, "say hm")) == ["You say: hm"]


def test_a_wound_wakes_one(tx: Tx, ann: Player, bob: Player):
    tire(tx, ann)
    ann.types(tx, "sleep")
    tx.now += timedelta(seconds=1)
    me = ann.character(tx)
    characters.save(tx, me, [HealthChanged(character_id=me.character_id, old=me.hp, new=me.hp - 5, reason="bleed")])

    assert "asleep" not in sees(tx, bob)
    assert not ann.character(tx).is_asleep(tx.now)


def test_no_one_sleeps_rested_or_in_a_fight(tx: Tx, ann: Player, bob: Player):
    assert code(ann.types(tx, "sleep")) == "INVALID_COMMAND"
    tire(tx, ann)
    ann.types(tx, "attack bob")
    bob.types(tx, "attack ann")

    [refusal] = ann.types(tx, "sleep")

    assert refusal["data"]["message"] == "You cannot sleep now: a fight is on, or you bleed."


def test_who_comes_back_is_awake(tx: Tx, ann: Player, bob: Player):
    tire(tx, ann)
    ann.types(tx, "sleep")
    leaving.go(tx, ann.connection_id)

    connect(tx, ann.me, ann.character_id)

    assert "asleep" not in sees(tx, bob)
