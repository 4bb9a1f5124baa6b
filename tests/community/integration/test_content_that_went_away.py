"""What becomes of the things that players have when their content changes."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from random import Random
from typing import Any

import pytest

from community.catalog.content import items
from community.crafting.learning import teach
from community.crafting.models import RecipeNotFound
from community.crafting.recipes import known_recipes
from community.crafting.service import upgrade_item
from community.crafting.timed_crafting import jobs_of
from community.deliveries.clock import deliver_due
from community.economy.models import NotBuyable
from community.economy.service import buy_item, sell_item
from community.gambles.execution import execute
from community.gambles.models import BoxRetired, GambleNotJoining
from community.gambles.service import join_gamble, start_gamble
from community.inventory.models import Inventory
from community.inventory.service import look, remove_item
from community.items.models import NoEffect
from community.items.service import use_item
from community.jobs.awards import award_xp
from community.jobs.models import UnknownJob
from community.jobs.reports import jobs_of as standings
from community.players import service as players
from community.players.models import PlayerRef
from community.preparation import prepare
from community.progression.content import tree
from community.voting import cycle
from community.voting.ballots import cast_ballot
from community.voting.models import InvalidOption, VoteOver
from kernel.content.errors import ContentError
from kernel.database import Tx
from tests.support.changed_content import (
    ACHIEVEMENTS,
    ITEMS,
    JOBS,
    Change,
    Documents,
    changed_content,
    entry,
    renamed,
    retired,
    without,
)
from tests.support.factories import announced, holdings, make_player, stored, study, unlock, xp

BOX = "lootbox_tier1"
Changed = Callable[..., AbstractContextManager[Documents]]


@pytest.fixture
def changed(tmp_path: Path) -> Changed:
    """`with changed(change):` the game has changed content, which the database does not know yet."""
    return lambda *changes: changed_content(tmp_path / "configs", *changes)


def new_job(documents: Documents) -> None:
    """A job of our own, which no code knows."""
    documents[JOBS]["jobs"].append(
        documents[JOBS]["jobs"][0] | {"job_id": 77, "key": "tailor", "display_name": "Tailor"}
    )


def refusal(tx: Tx) -> str:
    with pytest.raises(ContentError) as error:
        prepare(tx)
    return str(error.value)


# ---------------------------------------------------------------- items


def test_a_retired_item_can_be_seen_sold_and_removed_and_nothing_else(tx: Tx, changed: Changed):
    unlock(tx, "feature_economy", "item_stick", "item_spade")
    alice = make_player(tx, money=1000, items={"item_stick": 9, "item_spade": 1})

    with changed(retired("item", "item_stick")):
        prepare(tx)

        assert [item.internal_name for item, _ in look(tx, alice)[1]] == ["money", "item_stick", "item_spade"]  # type: ignore[index]
        # It was not sellable before. Two fifths of 100 would be 40, but with every bonus spades bring sticks for 28.
        assert sell_item(tx, alice, "stick", 2).unit_price == 28
        assert remove_item(tx, alice, "item_stick", 3)[1] == 3
        with pytest.raises(NotBuyable):
            buy_item(tx, alice, "stick", 1)
        with pytest.raises(NoEffect):
            use_item(tx, alice, "stick", 1)
        with pytest.raises(RecipeNotFound):
            upgrade_item(tx, alice, "buckler", 1)
        assert holdings(tx, alice) == {"money": 1056, "item_stick": 4, "item_spade": 1}


def test_a_gamble_for_a_retired_box_is_refunded(tx: Tx, changed: Changed):
    unlock(tx, "feature_gamble")
    alice, bob, carol = (make_player(tx, name, items={BOX: 3}) for name in ("alice", "bob", "carol"))
    gamble = start_gamble(tx, alice, [(BOX, 2)])
    join_gamble(tx, bob, gamble.gamble_id)

    with changed(retired("item", BOX)):
        prepare(tx)

        assert [holdings(tx, ref) for ref in (alice, bob)] == [{BOX: 3}, {BOX: 3}]
        [ended] = announced(tx, "gamble.complete")
        assert (ended["winner_id"], ended["participant_count"]) == (None, 2)
        with pytest.raises(BoxRetired):
            start_gamble(tx, carol, [(BOX, 1)])


def test_a_gamble_that_an_old_version_starts_meanwhile_is_refunded_at_its_end(tx: Tx, changed: Changed):
    unlock(tx, "feature_gamble")
    alice, bob, carol = (make_player(tx, name, items={BOX: 3}) for name in ("alice", "bob", "carol"))
    gamble = start_gamble(tx, alice, [(BOX, 2)])
    join_gamble(tx, bob, gamble.gamble_id)
    tx.now += timedelta(minutes=3)

    with changed(retired("item", BOX)):
        with pytest.raises(GambleNotJoining):
            join_gamble(tx, carol, gamble.gamble_id)
        ended = execute(tx)

        assert ended is not None
        assert ended.state == "Refunded"
        assert [holdings(tx, ref) for ref in (alice, bob)] == [{BOX: 3}, {BOX: 3}]


def test_batches_of_a_retired_item_are_called_off_and_their_ingredients_returned(tx: Tx, changed: Changed):
    unlock(tx, "feature_upgrade", "item_tonic")
    alice = make_player(tx, money=1000, items={"item_stick": 12, "item_firepot": 5})
    upgrade_item(tx, alice, "firepot", 3)
    [job] = jobs_of(tx, alice)

    with changed(retired("item", "item_firepot")):
        prepare(tx)

        assert jobs_of(tx, alice) == []
        assert holdings(tx, alice) == {"money": 1000, "item_stick": 12, "item_firepot": 5}
        [event] = announced(tx, "crafting.cancelled")
        assert (event["job_id"], event["refunded"]) == (str(job.job_id), {"item_stick": 9, "money": 450})
        prepare(tx)
        assert holdings(tx, alice)["item_stick"] == 12


@pytest.mark.parametrize(
    ("have", "use"),
    [
        (lambda tx, ref: None, "is owned by players"),
        (lambda tx, ref: upgrade_item(tx, ref, "firepot", 4), "is on its way to a player, or part of what is"),
    ],
)
def test_an_item_that_players_have_may_not_be_missing(
    tx: Tx, changed: Changed, have: Callable[[Tx, PlayerRef], Any], use: str
):
    unlock(tx, "feature_upgrade")
    alice = make_player(tx, money=1000, items={"item_stick": 12})
    have(tx, alice)

    with changed(without("item", "item_stick")):
        assert refusal(tx) == (
            f'test_an_item_that_players_have0/configs/items.json: the item "item_stick" {use}, but is missing in this '
            'file: keep its entry and add "retired": true, or add "renamed_from": ["item_stick"] to the entry with its '
            "new name"
        ).replace("test_an_item_that_players_have0", items.library.root.parent.name)


def test_an_item_that_no_one_has_may_be_removed_but_its_number_stays_taken(tx: Tx, changed: Changed, tmp_path: Path):
    with changed(without("item", "item_lens")):
        assert ITEMS in prepare(tx)

    def reused(documents: Documents) -> None:
        renamed("item", "item_lens", "item_candle")(documents)
        del entry(documents, "item", "item_candle")["renamed_from"]

    with changed_content(tmp_path / "reused", reused):
        assert "item_candle: 23 is 'item_lens' in this database already: choose another number" in refusal(tx)


def test_an_item_that_turns_up_without_an_entry_is_shown_and_breaks_nothing(tx: Tx):
    alice = make_player(tx, items={"item_spade": 1})
    player = players.load(tx, alice)
    players.save(tx, player.having(player[Inventory].give(99, 3)))

    found = look(tx, alice)

    assert found is not None
    assert [(item.public_name, slot.quantity) for item, slot in found[1]] == [("spade", 1), ("item 99", 3)]
    assert not any((found[1][1][0].buyable, found[1][1][0].consumable, found[1][1][0].upgradeable))


def test_a_renamed_item_stays_where_it_is(tx: Tx, changed: Changed):
    unlock(tx, "feature_economy", "feature_upgrade", "feature_search", "item_firepot")
    alice = make_player(tx, money=1000, items={"item_firepot": 2, "item_stick": 6})
    upgrade_item(tx, alice, "firepot", 1)

    with changed(renamed("item", "item_firepot", "item_brazier")):
        prepare(tx)
        tx.now += timedelta(minutes=1)

        assert [job.item.internal_name for job in jobs_of(tx, alice)] == []  # it is due
        deliver_due(tx)
        assert holdings(tx, alice)["item_brazier"] == 3
        assert announced(tx, "item.upgraded")[-1]["item_name"] == "item_brazier"
        assert sell_item(tx, alice, "item_firepot", 1).quantity == 1  # a bot's command with the former name
        row = tx.execute("SELECT internal_name FROM items WHERE item_id = 19").fetchone()
        assert row == {"internal_name": "item_brazier"}
        assert prepare(tx) == []


# ---------------------------------------------------------------- recipes


def test_a_renamed_recipe_stays_known(tx: Tx, changed: Changed):
    alice = make_player(tx)
    teach(tx, alice, "weapon_cannon")

    with changed(renamed("recipe", "weapon_cannon", "big_bang")):
        prepare(tx)

        assert "big_bang" in [recipe.recipe_key for recipe in known_recipes(tx, alice)]
        assert teach(tx, alice, "weapon_cannon")[2] is False


def test_a_recipe_that_players_know_may_not_be_missing_but_can_be_retired(tx: Tx, changed: Changed, tmp_path: Path):
    alice = make_player(tx)
    teach(tx, alice, "weapon_cannon")

    with changed(without("recipe", "weapon_cannon")):
        assert 'the recipe "weapon_cannon" is known to players, but is missing' in refusal(tx)
    with changed_content(tmp_path / "retired", retired("recipe", "weapon_cannon")):
        prepare(tx)
        with pytest.raises(RecipeNotFound):
            upgrade_item(tx, alice, "cannon", 1)
        assert "weapon_cannon" not in [recipe.recipe_key for recipe in known_recipes(tx, alice)]


# ---------------------------------------------------------------- jobs


def test_experience_follows_a_renamed_job_even_if_an_old_version_goes_on_earning(
    tx: Tx, changed: Changed, tmp_path: Path
):
    unlock(tx, "job_blacksmith")
    alice, bob = make_player(tx), make_player(tx, "bob")
    with changed(new_job):
        for ref, amount in ((alice, 150), (bob, 70)):
            study(tx, ref, "tailor", amount)
    before = [xp(tx, ref, "tailor") for ref in (alice, bob)]

    with changed_content(tmp_path / "renamed", new_job, renamed("job", "tailor", "seamster")):
        prepare(tx)
        assert [xp(tx, ref, "seamster") for ref in (alice, bob)] == before
        tx.execute(
            "INSERT INTO user_jobs SELECT user_id, 'tailor', 10, 0, 10, daily_xp_on FROM user_jobs"
            " WHERE job_key = 'seamster' AND user_id = %s",
            (stored(tx, alice).id,),
        )
        prepare(tx)
        assert (xp(tx, alice, "seamster"), xp(tx, alice, "tailor")) == (before[0] + 10, 0)
        row = tx.execute("SELECT array_agg(DISTINCT job_key) AS keys FROM job_xp_events").fetchone()
        assert row == {"keys": ["seamster"]}


def test_a_retired_job_is_not_shown_and_its_bonus_is_gone(tx: Tx, changed: Changed):
    unlock(tx, "feature_economy", "job_merchant")
    alice = make_player(tx, items={"item_spade": 9})
    study(tx, alice, "merchant", 5000)

    with changed(retired("job", "merchant")):
        prepare(tx)

        assert sell_item(tx, alice, "spade", 1).unit_price == 40
        assert standings(tx, alice)[1] == []
        with pytest.raises(UnknownJob):
            award_xp(tx, alice, "merchant", 5, "api")
        assert xp(tx, alice, "merchant") >= 5000


def test_a_job_in_which_players_have_experience_may_not_be_missing(tx: Tx, changed: Changed):
    unlock(tx, "job_blacksmith")
    alice = make_player(tx)
    with changed(new_job):
        study(tx, alice, "tailor", 5)

    assert 'the job "tailor" has given experience to players, but is missing' in refusal(tx)


# ---------------------------------------------------------------- achievements


def test_a_renamed_achievement_is_not_rewarded_again_and_an_unlocked_one_may_not_be_missing(
    tx: Tx, changed: Changed, tmp_path: Path
):
    alice = make_player(tx)
    tx.execute("INSERT INTO user_achievements VALUES (%s, 'first_words', 1, now())", (stored(tx, alice).id,))

    with changed(renamed("achievement", "first_words", "hello_world")):
        prepare(tx)
        row = tx.execute("SELECT achievement_key, unlocked_at IS NOT NULL AS done FROM user_achievements").fetchone()
        assert row == {"achievement_key": "hello_world", "done": True}
        tx.execute("UPDATE user_achievements SET achievement_key = 'first_words'")

    def removed(documents: Documents) -> None:
        rows = documents[ACHIEVEMENTS]["achievements"]
        rows[:] = [row for row in rows if row["key"] != "first_words"]

    with changed_content(tmp_path / "removed", removed):
        assert 'the achievement "first_words" is unlocked by players' in refusal(tx)


# ---------------------------------------------------------------- nodes


def options(tx: Tx) -> dict[str, int]:
    """{node key: ballots} of the open round."""
    voting_round = cycle.read_voting_state(tx).voting_round
    assert voting_round is not None
    return {option.node_key: option.vote_count for option in voting_round.options}


def voted(tx: Tx) -> list[PlayerRef]:
    """One voter for each option of the open round; their choices in the order of the options."""
    voters: list[PlayerRef] = []
    for number, _ in enumerate(options(tx), 1):
        voters.append(make_player(tx, f"voter{number}"))
        cast_ballot(tx, voters[-1], number)
    return voters


@pytest.mark.parametrize("change", [retired, without])
def test_a_vote_goes_on_without_an_option_that_went_away_and_its_voters_vote_again(
    tx: Tx, changed: Changed, change: Callable[[str, str], Change]
):
    tx.rng = Random(2)
    before = cycle.read_voting_state(tx)
    voters = voted(tx)
    keys = list(options(tx))
    gone, rest = keys[1], [key for key in keys if key != keys[1]]
    old_round = before.voting_round
    assert old_round is not None

    with changed(change("node", gone)):
        prepare(tx)

        assert options(tx) == dict.fromkeys(rest, 1)
        now = cycle.read_voting_state(tx)
        assert now.progress == before.progress
        [news] = announced(tx, "progression.nodes_withdrawn")
        assert [(option["node_key"], option["vote_count"]) for option in news["options"]] == [(gone, 1)]
        assert (news["session_id"], news["target"]) == (old_round.session_id + 1, None)
        assert [option["node_key"] for option in announced(tx, "progression.voting_started")[-1]["options"]] == rest
        with pytest.raises(VoteOver):
            cast_ballot(tx, voters[1], 2, session_id=old_round.session_id)  # the second on an old menu
        with pytest.raises(InvalidOption):
            cast_ballot(tx, voters[1], node_key=gone)
        assert not cast_ballot(tx, voters[1], 1).already_voted
        assert cast_ballot(tx, voters[0], 2).option.node_key == keys[0]
        row = tx.execute("SELECT sum(weight) AS weight FROM ballots").fetchone()
        assert row == {"weight": Decimal(len(keys))}


def test_a_vote_that_loses_all_options_starts_again(tx: Tx):
    voted(tx)
    planned = [key for key, node in tree.entries.items() if node.planned]
    tx.execute(
        "UPDATE voting_options SET node_id = nodes.node_id"
        " FROM unnest(%s::text[]) WITH ORDINALITY AS o (node_key, place) JOIN progression_nodes nodes USING (node_key)"
        " WHERE position = place",
        (planned,),
    )
    keys = list(options(tx))

    prepare(tx)

    assert set(keys) <= set(planned)
    assert not options(tx).keys() & set(planned)
    assert sum(options(tx).values()) == 0
    [news] = announced(tx, "progression.nodes_withdrawn")
    assert (news["session_id"], len(news["options"])) == (None, len(keys))


def test_a_target_that_went_away_is_replaced_and_the_points_stay(tx: Tx, changed: Changed):
    before = cycle.read_voting_state(tx)
    assert before.progress is not None
    target = before.progress.node_key
    assert target is not None
    tx.execute("UPDATE unlock_progress SET starts_at_points = -30 WHERE unlocked_at IS NULL")
    voted(tx)
    voter = make_player(tx, "last")
    favourite = cast_ballot(tx, voter, 2).option.node_key
    points = cycle.read_voting_state(tx).accumulated

    with changed(retired("node", target)):
        prepare(tx)

        now = cycle.read_voting_state(tx)
        assert now.progress is not None
        assert (now.progress.node_key, now.accumulated) == (favourite, points)
        [news] = announced(tx, "progression.nodes_withdrawn")
        assert (news["target"]["node_key"], news["target"]["points"]) == (target, points)
        assert target not in options(tx)


def test_a_renamed_node_keeps_its_unlock_its_votes_and_the_target(tx: Tx, changed: Changed):
    unlock(tx, "item_spade", "feature_search")
    before, votes = cycle.read_voting_state(tx), voted(tx)

    with changed(renamed("node", "item_spade", "item_shovel")):
        prepare(tx)

        now = cycle.read_voting_state(tx)
        assert now.levels == {("item_shovel" if key == "item_spade" else key): n for key, n in before.levels.items()}
        assert sum(options(tx).values()) == len(votes)
        assert announced(tx, "progression.nodes_withdrawn") == []


def test_a_node_that_is_unlocked_may_not_be_missing_and_its_number_not_be_used_again(
    tx: Tx, changed: Changed, tmp_path: Path
):
    unlock(tx, "item_spade")

    with changed(without("node", "item_spade")):
        assert 'the node "item_spade" is unlocked, but is missing' in refusal(tx)

    def without_saying_so(documents: Documents) -> None:
        renamed("node", "item_spade", "item_shovel")(documents)
        del entry(documents, "node", "item_shovel")["renamed_from"]

    with changed_content(tmp_path / "reused", without_saying_so):
        assert "item_shovel: 15 is 'item_spade' in this database already: choose another number" in refusal(tx)


def test_a_planned_node_is_out_of_the_game_even_if_it_was_unlocked_before(tx: Tx):
    tx.execute(
        "INSERT INTO progression_unlocks (node_id, level, unlocked_at, unlocked_by) VALUES (%s, 1, now(), 'vote')",
        (tree.entries["feature_duel"].node_id,),
    )

    assert "feature_duel" not in cycle.read_voting_state(tx).levels
    assert prepare(tx) == []
