"""What players have and do with it, on Discord."""

from __future__ import annotations

from datetime import timedelta

from community.catalog.content import items as catalogue
from community.catalog.texts import counted
from community.crafting.content import disassembles, upgrades
from community.inventory.models import Inventory, Quality
from community.players import service as players
from community.players.models import PlayerRef
from community.progression.content import tree
from community.timeouts import service as timeouts
from kernel.database import Connection, transaction
from tests.support.discord_client import DiscordClient, Person
from tests.support.factories import holdings, make_player, unlock

ALICE = Person("500000000000000001", "alice")
BOB = Person("500000000000000002", "bob_*x*")


def settle_in(conn: Connection, who: Person, nodes: tuple[str, ...] = (), **items: int) -> None:
    with transaction(conn) as tx:
        unlock(tx, *nodes)
        make_player(tx, who.username, platform="discord", platform_id=who.id, items=items)


def have(conn: Connection, who: Person) -> dict[str, int]:
    with transaction(conn) as tx:
        return holdings(tx, who.player)


def test_an_inventory_is_shown_to_who_asks(discord: DiscordClient, conn: Connection):
    settle_in(conn, ALICE, item_spade=5, money=70)

    told = discord.command(ALICE, "inventory")

    assert told.private
    assert told.text == "What alice has\n5 × spades\n70 × money"
    assert told.components == []


def test_a_stranger_has_nothing_and_is_a_player_from_then_on(discord: DiscordClient, conn: Connection):
    assert discord.command(ALICE, "inventory").text == "What alice has\nNothing."
    assert have(conn, ALICE) == {}


def test_somebody_elses_inventory_is_shown_too(discord: DiscordClient, conn: Connection):
    settle_in(conn, BOB, item_spade=5)

    told = discord.command(ALICE, "inventory", user=BOB)

    assert r"What bob\_\*x\* has" in told.text
    assert "5 × spades" in told.text


def test_who_has_never_played_has_no_inventory_to_show(discord: DiscordClient):
    assert r"Nobody called bob\_\*x\* has played here yet." in discord.command(ALICE, "inventory", user=BOB).text


def test_a_filter_shows_a_part_once_it_is_unlocked(discord: DiscordClient, conn: Connection):
    settle_in(conn, ALICE, item_spade=5, item_stick=7)

    locked = discord.command(ALICE, "inventory", filter="sellable")
    with transaction(conn) as tx:
        unlock(tx, "feature_filter_sellable")
    unlocked = discord.command(ALICE, "inventory", filter="sellable")

    assert "has not unlocked the filter sellable" in locked.text
    assert unlocked.text == "What alice has\n5 × spades"


def test_a_long_inventory_has_pages(discord: DiscordClient, conn: Connection):
    settle_in(conn, ALICE)
    with transaction(conn) as tx:
        player = players.load(tx, ALICE.player)
        inventory = player[Inventory]
        for item in catalogue.by_name.values():
            inventory = inventory.give(item.item_id, 3, Quality.RARE)
        players.save(tx, player.having(inventory))

    first = discord.command(ALICE, "inventory")
    second = discord.press(ALICE, first.custom_id("▶"))
    back = discord.press(ALICE, second.custom_id("◀"))

    assert second.answer["type"] == 7
    assert first.text.splitlines()[1:-1] + second.text.splitlines()[1:-1] == [
        f"{counted(item, 3)} (rare)" for item in catalogue.by_name.values()
    ]
    assert first.text.endswith("\n1 / 2")
    assert back.text == first.text


def test_a_page_that_has_gone_is_the_last_one(discord: DiscordClient, conn: Connection):
    settle_in(conn, ALICE, item_spade=5)

    assert "5 × spades" in discord.press(ALICE, f"inventory:{ALICE.id}:all:9").text
    assert discord.press(ALICE, "inventory:x").private
    assert discord.press(ALICE, "inventory").private


def test_what_is_used_for_oneself_others_need_not_see(discord: DiscordClient, conn: Connection):
    settle_in(conn, ALICE, ("item_spade", "item_stick"), item_spade=3)

    told = discord.command(ALICE, "use", item="spade", quantity=2)

    assert told.private
    assert "2 used up" in told.text
    assert have(conn, ALICE) == {"item_spade": 1, "item_stick": 4}


def test_what_is_done_to_others_everybody_sees(discord: DiscordClient, conn: Connection):
    settle_in(conn, ALICE, weapon_dart=1)
    settle_in(conn, BOB)

    told = discord.command(ALICE, "use", item="dart", target="@" + BOB.username)

    assert not told.private
    assert f"<@{ALICE.id}> uses a dart. " in told.text
    assert r"silence for bob\_\*x\*" in told.text
    assert have(conn, ALICE) == {}


def test_a_mirror_turns_it_on_whoever_used_it_by_name(discord: DiscordClient, conn: Connection):
    settle_in(conn, ALICE, weapon_dart=1)
    settle_in(conn, BOB, ("item_mirror",), guard_mirror=1)
    assert "on you hits the attacker" in discord.command(BOB, "use", item="mirror").text  # only bob reads it

    told = discord.command(ALICE, "use", item="dart", target=BOB.username)

    assert not told.private
    assert told.text.count(f"<@{ALICE.id}>") == 2
    assert "you" not in told.text.casefold()


def test_who_gives_somebody_their_voice_back_is_named(discord: DiscordClient, conn: Connection):
    settle_in(conn, ALICE, ("item_tonic",), tonic_small=1)
    settle_in(conn, BOB)
    with transaction(conn) as tx:
        timeouts.apply_timeout(tx, PlayerRef("discord", username=BOB.username), timedelta(hours=1), "noise")

    told = discord.command(ALICE, "use", item="tonic", target=BOB.username)

    assert not told.private
    assert f"<@{ALICE.id}> uses a " in told.text
    assert "you" not in told.text.casefold()


def test_what_somebody_does_to_themselves_is_their_own_affair(discord: DiscordClient, conn: Connection):
    settle_in(conn, ALICE, weapon_dart=1)

    told = discord.command(ALICE, "use", item="dart", target=ALICE.username)

    assert told.private
    assert "You use a dart. " in told.text


def test_a_target_may_be_picked_from_what_discord_suggests(discord: DiscordClient, conn: Connection):
    settle_in(conn, ALICE, weapon_dart=1)
    settle_in(conn, BOB)

    assert r"silence for bob\_\*x\*" in discord.command(ALICE, "use", item="dart", target=f"<@{BOB.id}>").text
    assert "This account has not played here yet." in discord.command(ALICE, "use", item="dart", target="<@999>").text


def test_nobody_is_told_of_a_trap(discord: DiscordClient, conn: Connection):
    settle_in(conn, ALICE, ("item_snare",), blast_snare=1)
    settle_in(conn, BOB)

    told = discord.command(ALICE, "use", item="snare", target=BOB.username)

    assert "You set a snare" in told.text
    assert told.private


def test_only_what_can_be_used_is_suggested(discord: DiscordClient, conn: Connection):
    settle_in(conn, ALICE, item_spade=3, item_stick=4, money=5)

    assert discord.suggest(ALICE, "use", "item") == ["spade", "stick"]


def test_a_stranger_may_search_at_once(discord: DiscordClient, conn: Connection):
    with transaction(conn) as tx:
        unlock(tx, "feature_search")

    first, second = (discord.command(ALICE, "search") for _ in range(2))

    assert first.text.startswith("Search\n")
    assert "on cooldown" in second.text


def test_what_is_locked_says_what_comes_first(discord: DiscordClient, conn: Connection):
    settle_in(conn, ALICE, guard_buckler=1)

    told = discord.command(ALICE, "disassemble", item="buckler")

    assert told.private
    name = tree.nodes["feature_disassemble"].name
    assert told.text.startswith(f"The community has not unlocked {name} yet. First comes ")
    assert "LOCKED" not in told.text


def test_an_upgrade_is_made_of_what_there_is(discord: DiscordClient, conn: Connection):
    recipe = next(each for each in upgrades.by_key.values() if each.unlock_type == "auto" and not each.duration_seconds)
    settle_in(conn, ALICE, ("feature_upgrade",), **{each.item: each.quantity for each in recipe.costs})
    name = catalogue.by_name[recipe.target_item].public_name

    suggested = discord.suggest(ALICE, "upgrade", "recipe", name.upper())
    told = discord.command(ALICE, "upgrade", recipe=name)

    assert name in suggested
    assert "Made" in told.text
    assert recipe.target_item in have(conn, ALICE)


def test_a_thing_is_taken_apart(discord: DiscordClient, conn: Connection):
    settle_in(conn, ALICE, ("feature_disassemble",))
    source, recipe = next(
        (source, recipe)
        for source, recipe in disassembles.by_item.items()
        if upgrades.by_key[recipe.associated_upgrade].unlock_type == "auto"
    )
    with transaction(conn) as tx:
        player = players.load(tx, ALICE.player)
        inventory = player[Inventory].give(catalogue.by_name[source].item_id, recipe.quantity_consumed)
        players.save(tx, player.having(inventory))
    name = catalogue.by_name[source].public_name

    assert discord.suggest(ALICE, "disassemble", "item") == [name]
    assert "apart" in discord.command(ALICE, "disassemble", item=name).text
    assert source not in have(conn, ALICE)


def test_the_recipes_say_which_of_them_the_caller_knows(discord: DiscordClient):
    told = discord.command(ALICE, "recipes")

    lines = told.text.splitlines()[1:]
    assert "🔒" in told.text
    assert any(line.startswith("✅ ") for line in lines)


def test_a_profile_shows_who_somebody_is(discord: DiscordClient, conn: Connection):
    settle_in(conn, ALICE, item_spade=5)

    told = discord.command(ALICE, "profile")

    assert told.private
    assert "Items\n5" in told.text
    assert told.data["embeds"][0]["thumbnail"]["url"].endswith(f"/{ALICE.id}/abc.png")


def test_a_stranger_has_a_profile_at_once(discord: DiscordClient):
    assert "Items\n0" in discord.command(ALICE, "profile").text
