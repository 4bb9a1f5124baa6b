"""People of a village talk with one another as their tempers and ties let them. Source: worlds 18.3."""

from __future__ import annotations

from itertools import pairwise
from typing import Any
from uuid import UUID

import pytest
from msgspec.structs import replace

from worlds.memories.models import Feeling, MemoryKind, NpcMemory, Occurrence
from worlds.npcs import talking
from worlds.npcs.appearance import LifeStage
from worlds.npcs.models import Npc
from worlds.npcs.rounds import day_of, minute_of, slot_at
from worlds.space.models import Position, Space
from worlds.time.rules import HOUR
from worlds.villages.chatter import (
    COMPANY,
    LASTS,
    MATTERS,
    Chat,
    Talker,
    chats,
    checks_a_day,
    fondness,
    topic_of,
    usual_fondness,
)

PLAIN = Space("infinite")
DAY = 24 * HOUR
WELL = Position(0, 0)
EVENING = 10 * DAY + round(19.75 * HOUR)
"""When the sociable are at the well."""


def talker(number: int, extraversion: float = 90, at: Position = WELL, **fields: Any) -> Talker:
    npc = Npc(
        character_id=UUID(int=number),
        world_id=UUID(int=99),
        village="Kilnford",
        number=number,
        genes={},
        personality={"extraversion": extraversion, "agreeableness": fields.pop("agreeableness", 50)},
        born=-30 * 360 * DAY,
        home=(0, 0),
        needs={},
        needs_at=EVENING,
        **{key: fields.pop(key) for key in ("spouse_id", "mother_id", "doing") if key in fields},
    )
    return Talker(npc=npc, name=f"Talker {number}", species="human", position=at, **fields)


def memory(number: int, source: int, weight: float, formed_at: int) -> NpcMemory:
    return NpcMemory(
        memory_id=UUID(int=1_000 + source),
        npc_id=UUID(int=number),
        world_id=UUID(int=99),
        version=1,
        kind=MemoryKind.OBSERVATION,
        occurrence=Occurrence.GIFT,
        formed_at=formed_at,
        clarity=1.0,
        weight=weight,
        profile={Feeling.JOY: 1.0},
        about_id=UUID(int=50),
        source_id=UUID(int=source),
    )


def begun(*talkers: Talker, hours: float = 1.5) -> dict[tuple[UUID, int], Chat]:
    """All talks of a stretch of an evening, each by who has begun it, and when."""
    found: dict[tuple[UUID, int], Chat] = {}
    for now in range(EVENING, EVENING + round(hours * HOUR), 20_000):
        for each in chats(42, talkers, PLAIN, now, 24):
            found[each.one.npc.character_id, each.began] = each
    return found


@pytest.mark.parametrize(("extraversion", "minutes"), [(100, 2.5), (60, 3.5)])
def test_no_one_begins_to_talk_again_before_the_cooldown_is_over(extraversion: float, minutes: float):
    """Acceptance 18.5: 2.5 minutes for the most outgoing; the grid of checks is one cooldown wide."""
    talks = begun(talker(1, extraversion), talker(2, 10), hours=40)
    starts = sorted(at for who, at in talks if who == UUID(int=1))

    assert len(starts) > 3
    assert all((later - earlier) % (minutes * 60_000) == 0 for earlier, later in pairwise(starts))


def test_as_many_talks_begin_as_the_chance_says():
    """p = .1·(1 + E/100)·(1 + affection/200)·(1 + need/100), for each check."""
    one, other = talker(1, 100), talker(2, 10)
    talks = [each for (who, _), each in begun(one, other, hours=60).items() if who == one.npc.character_id]
    checks = [*filter(is_in_company, range(EVENING, EVENING + 60 * HOUR, 150_000))]
    fond = usual_fondness(42, one.npc, other.npc)

    low, high = (talking.chance(100, fond, need) * len(checks) for need in (0, 100))
    assert low * 0.7 < len(talks) < high * 1.3


def is_in_company(at: int) -> bool:
    """Tell whether the most outgoing are among others at a moment."""
    day = day_of({"extraversion": 100}, LifeStage.YOUNG_ADULT)
    return slot_at(day, minute_of(at, 24)).activity in COMPANY


def test_only_those_within_five_metres_who_are_awake_talk_and_each_in_one_talk_only():
    far, asleep = talker(2, at=Position(51, 0)), talker(3, doing="sleeps")

    assert begun(talker(1), far, asleep) == {}
    assert begun(talker(1), replace(far, position=Position(50, 0)))
    crowd = [talker(number) for number in range(1, 9)]
    for now in range(EVENING, EVENING + HOUR, 20_000):
        busy = [each for chat in chats(42, crowd, PLAIN, now, 24) for each in (chat.one.name, chat.other.name)]
        assert len({*busy}) == len(busy)


def test_it_is_the_same_no_matter_who_listens():
    one = chats(42, [talker(number) for number in (1, 2, 3)], PLAIN, EVENING, 24)

    assert [*map(words, one)] == [*map(words, chats(42, [talker(each) for each in (3, 1, 2)], PLAIN, EVENING, 24))]


def test_who_stands_elsewhere_hears_the_same_talks():
    """Of thirty people in a row, a metre and a half apart, two who listen know only those who are near them."""
    crowd = [talker(number, 60 + number, at=Position(number * 15, 0)) for number in range(1, 31)]
    heard = 0
    for now in range(EVENING, EVENING + HOUR, 30_000):
        all_talks = [words(each) for each in chats(42, crowd, PLAIN, now, 24) if is_near(each, 225)]
        near = [each for each in crowd if abs(each.position.x - 225) <= 100 + MATTERS]
        assert [words(each) for each in chats(42, near, PLAIN, now, 24) if is_near(each, 225)] == all_talks
        heard += len(all_talks)

    assert heard > 20


def is_near(chat: Chat, x: int) -> bool:
    return all(abs(each.position.x - x) <= 100 for each in (chat.one, chat.other))


def test_a_talk_that_has_begun_is_not_interrupted():
    crowd = [talker(number, 50 + 6 * number) for number in range(1, 9)]
    ended: dict[tuple[UUID, int], int] = {}
    for now in range(EVENING, EVENING + HOUR, 10_000):
        for each in chats(42, crowd, PLAIN, now, 24):
            ended[each.one.npc.character_id, each.began] = now

    assert len(ended) > 10
    lasted = [last - began for (_, began), last in ended.items() if began >= EVENING and last < EVENING + HOUR - LASTS]
    assert min(lasted) > LASTS - 10_000 - 1


def words(chat: Chat) -> tuple[str, str, str]:
    return chat.one.name, chat.other.name, chat.reply.name


def test_spouses_greet_warmly_and_what_players_did_to_them_counts():
    one = talker(1, spouse_id=UUID(int=2))
    two = talker(2)

    assert talking.greeting(fondness(42, one, two)) == "warm"
    assert talking.greeting(fondness(42, replace(one, liking={UUID(int=2): 10}), two)) == "curt"
    assert 5 <= usual_fondness(42, two.npc, talker(3).npc) <= 40


def test_they_speak_of_what_moves_them_what_is_new_and_what_both_know():
    """Topic: .4 emotion + .3 recency within a day + .3 shared."""
    strong, new, shared = memory(1, 1, 0.9, 0), memory(1, 2, 0.5, EVENING), memory(1, 3, 0.6, 0)
    other = replace(talker(2), memories=[memory(2, 3, 0.1, 0)])

    assert topic_of(replace(talker(1), memories=[strong]), other, EVENING) == strong
    assert topic_of(replace(talker(1), memories=[strong, new]), other, EVENING) == new  # .36 against .5
    assert topic_of(replace(talker(1), memories=[strong, shared]), other, EVENING) == shared  # .54
    assert topic_of(talker(1), other, EVENING) is None
    assert topic_of(replace(talker(1), memories=[memory(1, 4, 1, EVENING + 1)]), other, EVENING) is None


def test_the_sociable_look_around_more_often_than_the_shy():
    often, seldom = (checks_a_day(talker(1, each).npc, "human", EVENING, 24) for each in (90, 10))

    assert often > 2 * seldom > 0
