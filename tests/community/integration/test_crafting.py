"""Making things and taking them apart: what it leaves behind."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime
from uuid import uuid4

import pytest

from community.catalog.content import items
from community.crafting.content import upgrades
from community.crafting.learning import teach
from community.crafting.models import NoSuchRecipe, NotEnoughIngredients, RecipeLocked, RecipeNotFound
from community.crafting.recipes import known_recipes, recipe_of
from community.crafting.service import disassemble_item, upgrade_item
from community.crafting.unlocks import KNOWN_RECIPES
from community.inventory.models import STACK_LIMIT, Inventory, InventoryFull, Quality, Slot
from community.jobs.events import JobLevelUp
from community.linking.service import claim_link, confirm_link, start_link
from community.players import service as players
from community.players.models import NoSuchPlayer, PlayerRef, UnknownPlayer
from community.progression.models import FeatureLocked, FeatureLockedBehind
from community.voting import controls
from kernel.database import Tx
from tests.support.dice import Dice
from tests.support.factories import announced, holdings, make_player, stored, unlock, xp

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
STRANGER = PlayerRef("twitch", "nobody", "nobody")
BOX = items.by_name["lootbox_tier1"].item_id
CRATE = items.by_name["lootbox_tier0"].item_id
MONEY = items.money.item_id


LUCKY, PLAIN = Dice(0.0999), Dice(0.1)


@pytest.fixture
def tx(tx: Tx) -> Tx:
    """At noon, in a community that makes things and takes them apart."""
    tx.now = NOON
    tx.rng = PLAIN
    unlock(tx, "feature_upgrade", "feature_disassemble", "job_blacksmith")
    return tx


def known(tx: Tx, ref: PlayerRef) -> list[str]:
    player, _ = players.peek(tx, ref, KNOWN_RECIPES)
    assert player is not None
    return sorted(player.facts[KNOWN_RECIPES.name] or [])


def stats(tx: Tx, ref: PlayerRef) -> Counter[str]:
    rows = tx.execute("SELECT event_type FROM stats_inbox WHERE user_id = %s", (stored(tx, ref).id,)).fetchall()
    return Counter(row["event_type"] for row in rows if "craft" in row["event_type"])


def engagement(tx: Tx) -> list[tuple[str, int]]:
    rows = tx.execute("SELECT metric, value FROM engagement_inbox ORDER BY metric").fetchall()
    return [(row["metric"], row["value"]) for row in rows]


def test_an_upgrade_its_news_and_its_experience_come_together(tx: Tx):
    alice = make_player(tx, money=1000, items={"lootbox_tier0": 17})

    crafted = upgrade_item(tx, alice, "lootbox", 10)

    assert crafted.job is None
    assert (crafted.batch.units, crafted.batch.produced, crafted.batch.bonus) == (3, 3, 0)
    assert holdings(tx, alice) == {"money": 700, "lootbox_tier0": 2, "lootbox_tier1": 3}
    assert xp(tx, alice, "blacksmith") == 30
    assert stats(tx, alice) == {"item_crafted": 1}
    assert engagement(tx) == [("item_crafted", 3)]
    assert announced(tx, "item.upgraded") == [
        {
            "user_id": str(stored(tx, alice).id),
            "item_name": "lootbox_tier1",
            "quantity": 3,
            "recipe_key": "lootbox_tier0",
            "is_masterwork": False,
            "bonus_quantity": 0,
            "timestamp": int(NOON.timestamp()),
            "job_id": None,
        }
    ]


def test_a_masterwork_comes_out_double_and_teaches_no_more(tx: Tx):
    alice = make_player(tx, money=1000, items={"lootbox_tier0": 10})
    tx.rng = LUCKY

    batch = upgrade_item(tx, alice, "lootbox", 2).batch

    assert (batch.units, batch.produced, batch.bonus) == (2, 4, 2)
    assert holdings(tx, alice) == {"money": 800, "lootbox_tier1": 4}
    assert xp(tx, alice, "blacksmith") == 20
    assert stats(tx, alice) == {"item_crafted": 1, "crafting_critical_success": 1}
    assert engagement(tx) == [("item_crafted", 4)]
    (event,) = announced(tx, "item.upgraded")
    assert (event["quantity"], event["is_masterwork"], event["bonus_quantity"]) == (4, True, 2)


def test_taking_apart_its_news_and_its_experience_come_together(tx: Tx):
    alice = make_player(tx, items={"lootbox_tier1": 5}, quality=Quality.RARE)

    salvage = disassemble_item(tx, alice, "lootbox", 3)

    assert (salvage.units, salvage.perfect, salvage.outputs) == (3, 0, {"lootbox_tier0": 3, "money": 75})
    assert stored(tx, alice)[Inventory].slots == (
        Slot(BOX, 2, Quality.RARE),
        Slot(CRATE, 3, Quality.RARE),
        Slot(MONEY, 75),
    )
    assert xp(tx, alice, "blacksmith") == 30
    assert stats(tx, alice) == {}
    assert engagement(tx) == [("item_disassembled", 3)]
    assert announced(tx, "item.disassembled") == [
        {
            "user_id": str(stored(tx, alice).id),
            "item_name": "lootbox_tier1",
            "quantity": 3,
            "recipe_key": "lootbox_tier1",
            "is_perfect_salvage": False,
            "perfect_salvage_count": 0,
            "multiplier": 1.5,
            "outputs": {"lootbox_tier0": 3, "money": 75},
            "timestamp": int(NOON.timestamp()),
        }
    ]


@pytest.mark.parametrize(
    ("last_roll", "perfect", "held"),
    [(0.0999, 2, {"lootbox_tier0": 4, "money": 76}), (0.1, 1, {"lootbox_tier0": 3, "money": 63})],
)
def test_a_perfect_salvage_leaves_half_as_much_again(tx: Tx, last_roll: float, perfect: int, held: dict[str, int]):
    alice = make_player(tx, items={"lootbox_tier1": 2})
    tx.rng = Dice(0.0999, last_roll)

    salvage = disassemble_item(tx, alice, "lootbox_tier1", 10)

    assert (salvage.units, salvage.perfect) == (2, perfect)
    assert holdings(tx, alice) == held
    assert stats(tx, alice) == {"crafting_perfect_salvage": 1}
    (event,) = announced(tx, "item.disassembled")
    assert (event["is_perfect_salvage"], event["perfect_salvage_count"], event["multiplier"]) == (True, perfect, 1.5)


def test_ingredients_of_several_qualities_make_one_of_the_average(tx: Tx):
    alice = make_player(tx, money=100, items={"lootbox_tier0": 2}, quality=Quality.CURSED)
    player = players.load(tx, alice)
    players.save(tx, player.having(player[Inventory].give(CRATE, 3, Quality.LEGENDARY)))

    upgrade_item(tx, alice, "lootbox", 1)

    assert stored(tx, alice)[Inventory].slots == (Slot(BOX, 1, Quality.UNCOMMON),)


@pytest.mark.parametrize(
    ("item", "refusal"),
    [
        ("spade", RecipeNotFound),
        ("nothing", RecipeNotFound),
        ("cannon", RecipeLocked),
        ("boulder", NotEnoughIngredients),
    ],
)
def test_what_cannot_be_made_uses_nothing_up(tx: Tx, item: str, refusal: type[Exception]):
    things = {"money": 10_000, "weapon_dart": 10, "weapon_pebble": 9}
    alice = make_player(tx, items=things)

    with pytest.raises(refusal):
        upgrade_item(tx, alice, item, 1)

    assert holdings(tx, alice) == things
    assert known(tx, alice) == []


def test_what_finds_no_room_is_not_made(tx: Tx):
    things = {"money": STACK_LIMIT, "lootbox_tier0": 10, "lootbox_tier1": STACK_LIMIT - 1}
    alice = make_player(tx, items=things)

    with pytest.raises(InventoryFull):
        upgrade_item(tx, alice, "lootbox", 2)
    with pytest.raises(InventoryFull):
        disassemble_item(tx, alice, "lootbox", 1)

    assert holdings(tx, alice) == things


def test_strangers_and_closed_workshops(tx: Tx):
    alice = make_player(tx, money=1000, items={"lootbox_tier0": 5, "lootbox_tier1": 5})
    with pytest.raises(UnknownPlayer):
        upgrade_item(tx, STRANGER, "lootbox", 1)
    with pytest.raises(UnknownPlayer):
        disassemble_item(tx, STRANGER, "lootbox", 1)

    controls.relock_node(tx, "feature_upgrade", 0)
    controls.relock_node(tx, "feature_disassemble", 0)

    with pytest.raises((FeatureLocked, FeatureLockedBehind)):
        upgrade_item(tx, alice, "lootbox", 1)
    with pytest.raises((FeatureLocked, FeatureLockedBehind)):
        disassemble_item(tx, alice, "lootbox", 1)


def test_what_was_unlocked_once_stays_unlocked(tx: Tx):
    """Defect 13: nothing ever wrote down who may follow which recipe."""
    alice = make_player(tx, money=1000, items={"item_firepot": 10})
    with pytest.raises(RecipeLocked):
        upgrade_item(tx, alice, "tonic", 1)

    unlock(tx, "item_tonic")
    upgrade_item(tx, alice, "tonic", 1)
    assert known(tx, alice) == ["tonic_small"]

    controls.relock_node(tx, "item_tonic", 0)
    upgrade_item(tx, alice, "tonic", 1)

    assert holdings(tx, alice) == {"money": 800, "item_firepot": 6, "tonic_small": 2}


def test_taking_apart_takes_knowing_how_it_is_made_and_teaches_it(tx: Tx):
    alice = make_player(tx, items={"guard_buckler": 1, "lootbox_tier1": 1})

    disassemble_item(tx, alice, "buckler", 1)

    assert known(tx, alice) == ["item_stick"]
    assert holdings(tx, alice) == {"item_stick": 2, "money": 125, "lootbox_tier1": 1}


def test_a_level_in_a_job_opens_a_recipe(tx: Tx):
    alice = make_player(tx, money=1000, items={"guard_buckler": 2, "item_lens": 1})
    with pytest.raises(RecipeLocked, match="level 3 as Blacksmith"):
        upgrade_item(tx, alice, "mirror", 1)

    tx.execute(
        """
        INSERT INTO user_jobs (user_id, job_key, xp, level, daily_xp, daily_xp_on)
        VALUES (%s, 'blacksmith', 702, 3, 0, %s)
        """,
        (stored(tx, alice).id, NOON.date()),
    )

    assert upgrade_item(tx, alice, "mirror", 1).job is not None


def test_whoever_reaches_the_level_keeps_the_recipe(tx: Tx):
    alice = make_player(tx)

    for level, learned in ((2, []), (3, ["guard_mirror"]), (4, ["guard_mirror"])):
        player = players.load(tx, alice, KNOWN_RECIPES)
        event = JobLevelUp(user_id=player.id, job_key="blacksmith", old_level=level - 1, new_level=level, source="test")
        players.save(tx, player.record(event))
        assert (players.load(tx, alice, KNOWN_RECIPES).facts[KNOWN_RECIPES.name] or []) == learned


def test_what_nobody_finds_out_alone_can_be_taught(tx: Tx):
    alice = make_player(tx, money=5000, items={"weapon_dart": 10})

    assert teach(tx, alice, "weapon_cannon")[2]
    assert not teach(tx, PlayerRef("twitch", username="alice"), "weapon_cannon")[2]

    assert known(tx, alice) == ["weapon_cannon"]
    assert upgrade_item(tx, alice, "cannon", 1).job is not None
    with pytest.raises(NoSuchRecipe):
        teach(tx, alice, "cannoon")
    with pytest.raises(NoSuchPlayer):
        teach(tx, PlayerRef("", user_id=uuid4()), "weapon_cannon")


def test_the_book_of_a_player_is_what_they_know(tx: Tx):
    alice = make_player(tx)
    book = [recipe.recipe_key for recipe in known_recipes(tx, alice)]
    assert book == [key for key, recipe in upgrades.by_key.items() if recipe.unlock_type == "auto"]

    teach(tx, alice, "weapon_cannon")
    unlock(tx, "item_tonic")

    more = {recipe.recipe_key for recipe in known_recipes(tx, alice)}
    assert more == {*book, "weapon_cannon", "tonic_small"}
    with pytest.raises(NoSuchPlayer):
        known_recipes(tx, STRANGER)


def test_a_recipe_is_locked_for_somebody_only(tx: Tx):
    alice = make_player(tx)
    teach(tx, alice, "weapon_cannon")

    assert recipe_of(tx, "cannon", None) == (upgrades.by_key["weapon_cannon"], False)
    assert recipe_of(tx, "cannon", alice)[1] is False
    assert recipe_of(tx, "cannon", STRANGER)[1] is True
    assert recipe_of(tx, "lootbox", STRANGER)[1] is False


def test_two_who_become_one_know_what_either_knew(tx: Tx):
    alice = make_player(tx, "alice")
    bob = make_player(tx, "bob", platform="discord")
    teach(tx, alice, "weapon_cannon")
    teach(tx, bob, "weapon_cannon")
    teach(tx, bob, "guard_mirror")

    claim_link(tx, start_link(tx, alice).token, bob)
    confirm_link(tx, alice)

    assert known(tx, alice) == ["guard_mirror", "weapon_cannon"]


def test_the_worlds_upgrade_is_asked_at_the_bench(tx: Tx):
    unlock(tx, "upgrade_crafting_1")
    alice = make_player(tx, money=1000, items={"lootbox_tier0": 5})
    tx.rng = Dice(0.1499)

    assert upgrade_item(tx, alice, "lootbox", 1).batch.masterworks == 1
