"""What counts for which achievement, and what it pays."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any, ClassVar
from uuid import UUID, uuid4

import pytest

import community
from community import contents
from community.achievements.checks import event_problems
from community.achievements.content import Achievement
from community.achievements.content import achievements as shipped_achievements
from community.achievements.models import AchievementProgress, Achievements, AchievementUnlocked, RewardView
from community.achievements.rules import advanced
from community.catalog.content import items
from community.catalog.models import Names
from community.configs import shipped
from community.crafting.content import upgrades
from community.crafting.events import ItemUpgraded
from community.crafting.unlocks import NewRecipes
from community.deliveries.models import Deliveries
from community.economy.events import ItemSold
from community.engagement.content import weights
from community.gambles.events import GamblePlayed
from community.inventory.models import STACK_LIMIT, Inventory, Quality, Slot
from community.jobs.events import JobLevelUp
from community.jobs.models import JobProgress, Jobs, NewXpEvents
from community.jobs.rules import DAILY_CAP, game_day
from community.lootboxes.models import LootboxOpened
from community.messages.models import MessageReceived
from community.players.merging import merged
from community.players.models import Player
from community.progression.models import CommunityState
from community.reactions import REACTIONS, apply_reactions
from community.search.models import Luck, Outcome, SearchPerformed
from kernel.content.errors import ContentError
from kernel.events.models import Event

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
EARLIER = NOON - timedelta(days=1)
ALICE = uuid4()
MONEY = items.money.item_id


def achievement(event: type[Event], **fields: Any) -> Achievement:
    row = {"key": "a", "name": "A", "description": "Do it.", "event": event.type}
    return Achievement.model_validate(row | fields)


def sold(money: int) -> ItemSold:
    return ItemSold(user_id=ALICE, item_name="item_spade", quantity=1, money_gained=money, timestamp=0)


def played(*, won: bool) -> GamblePlayed:
    return GamblePlayed(
        user_id=ALICE,
        gamble_id=uuid4(),
        boxes=1,
        score=5,
        won=won,
        near_miss=False,
        critical_fail=False,
        tie_break_lost=False,
    )


def opened(best: Quality | None) -> LootboxOpened:
    return LootboxOpened(
        user_id=ALICE, item_name="lootbox_tier1", quantity=1, drops=(), value=5, best=best, timestamp=0
    )


def level(new: int) -> JobLevelUp:
    return JobLevelUp(user_id=ALICE, job_key="farmer", old_level=new - 1, new_level=new, source="test")


def upgraded(quantity: int) -> ItemUpgraded:
    return ItemUpgraded(
        user_id=ALICE,
        item_name="weapon_boulder",
        quantity=quantity,
        recipe_key="weapon_pebble",
        is_masterwork=False,
        bonus_quantity=0,
        timestamp=0,
        units=quantity,
    )


LINE = MessageReceived(user_id=ALICE, platform="twitch")
FIND = SearchPerformed(
    user_id=ALICE, success=True, timestamp=0, outcome=Outcome(Luck.SUCCESS, quantity=1, quality=Quality.COMMON, xp=20)
)


def player(*nodes: str, **achievements: AchievementProgress) -> Player:
    return Player(
        id=ALICE,
        username="alice",
        links={},
        state=CommunityState(uuid4(), dict.fromkeys(nodes, 1), Names({}, {}), weights.by_metric),
        created_at=NOON,
        updated_at=NOON,
    ).having(Achievements(achievements))


def after(player: Player, *events: Event) -> Player:
    for event in events:
        player = player.record(event)
    return apply_reactions(player, NOON, Random(2))


def unlocked(player: Player) -> list[str]:
    return [event.achievement_key for event in player.events if isinstance(event, AchievementUnlocked)]


def test_each_event_counts_one_until_there_are_enough():
    three = achievement(MessageReceived, count=3)

    progress, seen = AchievementProgress(0), list[AchievementProgress]()
    for _ in range(5):
        progress = advanced(progress, three, LINE, NOON)
        seen.append(progress)

    assert seen == [
        AchievementProgress(1),
        AchievementProgress(2),
        AchievementProgress(3, NOON),
        AchievementProgress(3, NOON),
        AchievementProgress(3, NOON),
    ]


def test_a_field_can_be_added_up_and_is_worth_no_more_than_it_takes():
    rich = achievement(ItemSold, count=100, adds="money_gained")

    assert advanced(AchievementProgress(0), rich, sold(60), NOON) == AchievementProgress(60)
    assert advanced(AchievementProgress(60), rich, sold(0), NOON) == AchievementProgress(60)
    assert advanced(AchievementProgress(60), rich, sold(70), NOON) == AchievementProgress(100, NOON)


def test_nothing_counts_backwards():
    rich = achievement(ItemSold, count=100, adds="money_gained")

    assert advanced(AchievementProgress(60), rich, sold(-10), NOON) == AchievementProgress(60)


@pytest.mark.parametrize(
    ("where", "event", "counts"),
    [
        ({"won": True}, played(won=True), True),
        ({"won": True}, played(won=False), False),
        ({"best": "LEGENDARY"}, opened(Quality.LEGENDARY), True),
        ({"best": "LEGENDARY"}, opened(Quality.EPIC), False),
        ({"best": "LEGENDARY"}, opened(None), False),
        ({"new_level": {"min": 5}}, level(4), False),
        ({"new_level": {"min": 5}}, level(5), True),
        ({"new_level": {"min": 5}}, level(6), True),
        ({"new_level": 5}, level(6), False),
        ({"new_level": {"min": 5}, "job_key": "farmer"}, level(5), True),
        ({"new_level": {"min": 5}, "job_key": "scholar"}, level(5), False),
    ],
)
def test_only_what_meets_every_condition_counts(where: dict[str, Any], event: Event, counts: bool):
    row = achievement(type(event), where=where)

    assert advanced(AchievementProgress(0), row, event, NOON) == (
        AchievementProgress(1, NOON) if counts else AchievementProgress(0)
    )


def test_it_is_unlocked_once_with_its_reward():
    alice = after(player(), LINE, LINE, LINE)

    assert unlocked(alice) == ["first_words"]
    assert alice[Achievements].progress == {
        "first_words": AchievementProgress(1, NOON),
        "chatterbox": AchievementProgress(3),
        "collector": AchievementProgress(1),
    }
    assert alice[Inventory].count(MONEY) == 10
    assert alice.events[3] == AchievementUnlocked(
        user_id=ALICE,
        username="alice",
        achievement_key="first_words",
        name="First words",
        description="Say something in chat.",
        reward=RewardView(money=10),
        timestamp=int(NOON.timestamp()),
    )


def test_an_achievement_may_be_the_last_of_another():
    alice = after(player(collector=AchievementProgress(4)), LINE)

    assert unlocked(alice) == ["first_words", "collector"]
    assert alice[Inventory].count(items.by_name["lootbox_tier3"].item_id) == 1
    assert alice[Achievements].progress["collector"] == AchievementProgress(5, NOON)


def test_a_full_stack_takes_nothing_from_the_reward():
    alice = after(player().having(Inventory((Slot(MONEY, STACK_LIMIT - 3),))), LINE)

    assert alice[Inventory].count(MONEY) == STACK_LIMIT
    (waiting,) = alice[Deliveries].sent
    assert (waiting.slots, waiting.overflow) == ((Slot(MONEY, 7),), True)


def test_a_recipe_is_learned():
    alice = after(player(master_crafter=AchievementProgress(97)), upgraded(2))
    assert alice[NewRecipes] == ()

    alice = after(player(master_crafter=AchievementProgress(97)), upgraded(3))
    assert alice[NewRecipes] == ("weapon_cannon",)


def test_experience_comes_on_top_of_a_days():
    spent = JobProgress(xp=DAILY_CAP, level=1, daily_xp=DAILY_CAP, daily_xp_on=game_day(NOON))
    alice = player("job_explorer", treasure_hunter=AchievementProgress(49)).having(Jobs({"explorer": spent}))

    alice = after(alice, FIND)

    assert [(xp.source, xp.xp) for xp in alice[NewXpEvents]] == [("achievement", 100)]
    assert alice[Jobs].progress["explorer"].xp == DAILY_CAP + 100


def test_a_locked_job_takes_only_the_experience_from_a_reward():
    alice = after(player(treasure_hunter=AchievementProgress(49)), FIND)

    assert (unlocked(alice), alice[Jobs].progress) == (["treasure_hunter"], {})
    assert alice[Inventory].count(items.by_name["lootbox_tier2"].item_id) == 1


def test_what_two_have_done_is_added_up_and_the_next_event_finds_it_done():
    keeper, other = (
        player(chatterbox=AchievementProgress(700)),
        player(chatterbox=AchievementProgress(400), generous_hand=AchievementProgress(3)),
    )

    both = merged(keeper, other, NOON)

    assert both[Achievements].progress == {
        "chatterbox": AchievementProgress(1100),
        "generous_hand": AchievementProgress(3),
    }
    both = after(both, LINE)
    assert both[Achievements].progress["chatterbox"] == AchievementProgress(1000, NOON)
    assert unlocked(both) == ["first_words", "chatterbox"]


@pytest.mark.parametrize(
    ("one", "other", "both"),
    [
        (AchievementProgress(1000, NOON), AchievementProgress(400), AchievementProgress(1000, NOON)),
        (AchievementProgress(400), AchievementProgress(1000, NOON), AchievementProgress(1000, NOON)),
        (AchievementProgress(1000, NOON), AchievementProgress(1000, EARLIER), AchievementProgress(1000, EARLIER)),
        (AchievementProgress(1000, EARLIER), AchievementProgress(1000, NOON), AchievementProgress(1000, EARLIER)),
    ],
)
def test_what_either_has_unlocked_stays_unlocked_and_pays_once(
    one: AchievementProgress, other: AchievementProgress, both: AchievementProgress
):
    alice = merged(player(chatterbox=one), player(chatterbox=other), NOON)

    assert alice[Achievements].progress == {"chatterbox": both}
    assert unlocked(after(alice, LINE)) == ["first_words"]


def test_the_shipped_achievements_can_be_had():
    contents.check(shipped)

    assert 12 <= len(shipped_achievements.by_key) <= 21
    assert shipped_achievements.by_key["master_crafter"].reward.recipe == "weapon_cannon"
    assert upgrades.by_key["weapon_cannon"].unlock_type == "manual"
    assert all(row.reward.model_dump(exclude_defaults=True) for row in shipped_achievements.by_key.values())


@pytest.mark.parametrize(
    ("change", "line"),
    [
        (
            {"event": "mesage.received"},
            'event: no event of a player named "mesage.received" (did you mean "message.received"?)',
        ),
        ({"event": "daily_reset.complete"}, 'event: no event of a player named "daily_reset.complete"'),
        (
            {"event": "item.sold", "adds": "mony_gained"},
            'adds: no field of item.sold named "mony_gained" (did you mean "money_gained"?)',
        ),
        ({"event": "item.sold", "adds": "item_name"}, 'adds: "item_name" of item.sold is not a whole number'),
        ({"event": "gamble.played", "adds": "won"}, 'adds: "won" of gamble.played is not a whole number'),
        (
            {"event": "item.disassembled", "adds": "multiplier"},
            'adds: "multiplier" of item.disassembled is not a whole number',
        ),
        (
            {"event": "gamble.played", "where": {"wonn": True}},
            'where.wonn: no field of gamble.played named "wonn" (did you mean "won"?)',
        ),
        (
            {"event": "gamble.played", "where": {"user_id": {"min": 1}}},
            'where.user_id: "user_id" of gamble.played is not a number',
        ),
        ({"event": "gamble.played", "where": {"won": "yes!"}}, 'where.won: "won" of gamble.played is never "yes!"'),
        (
            {"event": "lootbox.opened", "where": {"best": "LEGENDRY"}},
            'where.best: "best" of lootbox.opened is never "LEGENDRY"',
        ),
        (
            {"event": "lootbox.opened", "where": {"best": {"min": 6}}},
            'where.best: "best" of lootbox.opened is not a number',
        ),
        ({"event": "item.sold", "where": {"user_id": str(ALICE)}}, 'where.user_id: "user_id" of item.sold is never'),
    ],
)
def test_what_can_never_be_had_is_named(change: dict[str, Any], line: str):
    good = shipped_achievements.by_key["first_words"]
    bad = Achievement.model_validate(
        {"key": good.key, "name": good.written_name, "description": good.written_description} | change
    )

    with pytest.raises(ContentError) as error:
        shipped.refuse(event_problems((good, bad), contents.events()))

    assert str(error.value).startswith(f"configs/community/achievements.json: achievements[1].{line}")


class Unlisted(Event):
    type: ClassVar[str] = "unlisted"
    user_id: UUID


def test_what_happens_to_a_player_stands_in_the_table():
    """The table says what achievements may count; one that counted something else would never be unlocked."""
    with pytest.raises(KeyError):
        after(player(), Unlisted(user_id=ALICE))


@pytest.mark.parametrize("event", list(REACTIONS), ids=lambda event: event.type)
def test_what_stands_in_the_table_happens(event: type[Event]):
    files = Path(community.__file__).parent.rglob("*.py")

    assert any(re.search(rf"(?<!class )\b{event.__name__}\(", file.read_text()) for file in files)


def test_no_two_events_go_by_one_name():
    assert len(contents.events()) == len(REACTIONS)
