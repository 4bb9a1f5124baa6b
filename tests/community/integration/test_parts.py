"""What must hold for the parts of all features together."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import pytest

from community.achievements.models import AchievementProgress, Achievements
from community.catalog.content import items
from community.deliveries.models import Delivery
from community.deliveries.rules import send
from community.inventory.models import Inventory, Quality, Slot
from community.jobs.models import JobProgress, Jobs
from community.parts import PARTS
from community.players import service as players
from community.players.merging import merged
from community.players.models import Fact, Player, PlayerRef
from community.quests.models import QuestLog, QuestProgress
from community.recent_activity.models import RecentActivity
from community.stats.models import Streak
from kernel.database import Tx
from tests.support.factories import make_player, stored

SPADE = items.by_name["item_spade"].item_id


def give_of_everything(tx: Tx, ref: PlayerRef) -> Player:
    today = tx.now.date()
    player = (
        players.load(tx, ref)
        .having(Inventory((Slot(SPADE, 3, Quality.RARE), Slot(items.money.item_id, 5))))
        .having(Jobs({"merchant": JobProgress(300, 1, 100, today), "scholar": JobProgress(5, 0, 5, today)}))
        .having(Achievements({"collector": AchievementProgress(2), "first_words": AchievementProgress(1, tx.now)}))
        .having(Streak(3, today))
        .having(RecentActivity(29_000_000, 12, "5f1c", 2))
        .having(QuestLog({20264705: QuestProgress(3, tx.now), 20264706: QuestProgress(5, tx.now, tx.now, tx.now)}))
    )
    players.save(tx, player)
    return player


def rows_written(tx: Tx) -> int:
    row = tx.execute("SELECT sum(n_tup_ins + n_tup_upd + n_tup_del) AS n FROM pg_stat_xact_user_tables").fetchone()
    assert row is not None
    return int(row["n"])


def test_what_is_saved_is_what_is_loaded(tx: Tx):
    alice = make_player(tx)

    saved = give_of_everything(tx, alice)

    lasting = {part.holds for part in PARTS.parts if part.column and not part.transient}
    assert all(saved[part] != part() for part in lasting)  # add here what a new feature stores
    assert {part: stored(tx, alice)[part] for part in lasting} == {part: saved[part] for part in lasting}


def test_only_a_player_who_has_changed_is_written(tx: Tx):
    alice = make_player(tx)
    give_of_everything(tx, alice)
    player = players.load(tx, alice)
    before = rows_written(tx)

    players.save(tx, player)
    assert rows_written(tx) == before

    players.save(tx, player.having(Streak(4, tx.now.date())))
    assert rows_written(tx) == before + 1


def test_whoever_becomes_one_with_a_newcomer_keeps_every_part(tx: Tx):
    alice, bob = make_player(tx, "alice"), make_player(tx, "bob")
    player, newcomer = give_of_everything(tx, alice), stored(tx, bob)

    for keeper, other in [(player, newcomer), (newcomer, player)]:
        both = merged(keeper, other, tx.now)
        assert {part.holds: both[part.holds] for part in PARTS.parts} == {
            part.holds: player[part.holds] for part in PARTS.parts
        }


def test_what_is_saved_once_is_not_saved_again(tx: Tx):
    alice = make_player(tx)
    waiting = Delivery(uuid4(), "test", (Slot(SPADE, 1),), tx.now, tx.now + timedelta(hours=1))
    (player,) = players.save(tx, send(players.load(tx, alice), waiting))
    before = rows_written(tx)

    players.save(tx, players.as_saved(player))

    assert rows_written(tx) == before


def test_an_action_may_ask_for_as_many_facts_as_it_likes(tx: Tx):
    facts = [Fact("a", "1"), Fact("b", "2"), Fact("c", "%s::int", (3,)), Fact("d", "4"), Fact("e", "5")]
    facts += [Fact("f", "6"), Fact("g", "%s::int", (7,)), Fact("jobs", "'a name that a part has as well'")]

    player = players.load(tx, make_player(tx), *facts)

    assert list(player.facts.values())[:7] == [1, 2, 3, 4, 5, 6, 7]
    assert (player.facts["jobs"], player[Jobs]) == ("a name that a part has as well", Jobs())


def test_two_facts_of_one_name_are_refused(tx: Tx):
    with pytest.raises(ValueError, match="two facts of one name"):
        players.load(tx, make_player(tx), Fact("a", "1"), Fact("a", "2"))
