"""Experience as it is kept, shown, moved and forgotten."""

from __future__ import annotations

from fractions import Fraction
from random import Random
from uuid import uuid4

import pytest

from community.economy.service import sell_item
from community.jobs import queries, reports
from community.jobs import service as jobs
from community.jobs.awards import award_xp
from community.jobs.models import Jobs, UnknownJob
from community.jobs.rules import BYPASS_SOURCES, DailyCapReached
from community.messages.service import handle_message
from community.players import service as players
from community.players.models import NoSuchPlayer, PlayerRef, UnknownPlayer
from community.progression.models import FeatureLocked
from kernel.database import Tx
from tests.support.factories import announced, make_player, stored, study, unlock, xp


def history(tx: Tx, ref: PlayerRef) -> list[tuple[str, int, str]]:
    rows = tx.execute(
        "SELECT job_key, xp, source FROM job_xp_events WHERE user_id = %s ORDER BY xp_event_id", (stored(tx, ref).id,)
    )
    return [(row["job_key"], row["xp"], row["source"]) for row in rows.fetchall()]


def stats(tx: Tx, ref: PlayerRef, event_type: str) -> list[dict[str, object]]:
    rows = tx.execute(
        "SELECT event_data FROM stats_inbox WHERE user_id = %s AND event_type = %s ORDER BY stat_id",
        (stored(tx, ref).id, event_type),
    )
    return [row["event_data"] for row in rows.fetchall()]


class Lucky(Random):
    def random(self) -> float:
        return 0.0


def test_an_award_is_kept_with_its_history(tx: Tx):
    unlock(tx, "job_merchant")
    alice = make_player(tx)

    result = award_xp(tx, alice, "job_merchant", 40, "quest", {"quest": 7})

    assert (result.award.gained, result.award.leveled_up) == (40, False)
    assert xp(tx, alice, "merchant") == 40
    assert history(tx, alice) == [("merchant", 40, "quest")]
    row = tx.execute("SELECT metadata, earned_at FROM job_xp_events").fetchone()
    assert row == {"metadata": {"quest": 7}, "earned_at": tx.now}


def test_nothing_said_about_an_award_is_nothing_kept(tx: Tx):
    unlock(tx, "job_merchant")
    alice = make_player(tx)

    award_xp(tx, alice, "merchant", 1, "api", {})
    award_xp(tx, alice, "merchant", 1, "api", None)

    rows = tx.execute("SELECT metadata FROM job_xp_events").fetchall()
    assert rows == [{"metadata": None}, {"metadata": None}]


def test_three_levels_at_once_are_three_events_and_three_stats(tx: Tx):
    unlock(tx, "job_merchant")
    alice = make_player(tx)

    award = study(tx, alice, "merchant", 800)

    assert award.progress.level == 3
    ups = announced(tx, "job.level_up")
    assert [(up["old_level"], up["new_level"]) for up in ups] == [(0, 1), (1, 2), (2, 3)]
    assert {(up["job_key"], up["source"]) for up in ups} == {("merchant", "xp_item")}
    assert stats(tx, alice, "job_level_up") == [{"job_key": "merchant", "level": level} for level in (1, 2, 3)]


def test_an_epiphany_is_a_stat(tx: Tx):
    unlock(tx, "job_merchant")
    alice = make_player(tx)
    tx.rng = Lucky()

    award_xp(tx, alice, "merchant", 40, "api")

    assert xp(tx, alice, "merchant") == 80
    assert stats(tx, alice, "job_xp_critical") == [{"job_key": "merchant", "bonus": 40}]


def test_the_day_ends_at_250_and_an_item_ignores_that(tx: Tx):
    unlock(tx, "job_merchant", "job_gambler")
    alice = make_player(tx)
    award_xp(tx, alice, "merchant", 10_000, "api")

    assert xp(tx, alice, "merchant") == 250
    for source in ("api", *BYPASS_SOURCES):  # callers may call it anything
        with pytest.raises(DailyCapReached):
            award_xp(tx, alice, "merchant", 1, source)
    study(tx, alice, "merchant", 100)
    award_xp(tx, alice, "gambler", 10_000, "api")  # each job has a day of its own

    assert (xp(tx, alice, "merchant"), xp(tx, alice, "gambler")) == (350, 250)


def test_what_an_award_is_refused_for(tx: Tx):
    unlock(tx, "job_gambler")
    alice = make_player(tx)

    with pytest.raises(FeatureLocked):
        award_xp(tx, alice, "merchant", 1, "api")
    with pytest.raises(UnknownJob):
        award_xp(tx, alice, "thief", 1, "api")
    for stranger in (PlayerRef("twitch", "nobody"), PlayerRef("", user_id=uuid4())):
        with pytest.raises(UnknownPlayer):
            award_xp(tx, stranger, "gambler", 1, "api")


def test_a_player_may_be_named_by_our_own_id(tx: Tx):
    unlock(tx, "job_merchant")
    alice = make_player(tx)

    result = award_xp(tx, PlayerRef("", user_id=stored(tx, alice).id), "merchant", 40, "api")

    assert result.player.username == "alice"
    assert xp(tx, alice, "merchant") == 40


def test_work_is_listed_and_engagement_is_not_listed_again(tx: Tx):
    unlock(tx, "feature_economy", "job_merchant", "job_scholar", "item_spade")
    alice = make_player(tx, items={"item_spade": 5})

    handle_message(tx, alice, "hello")
    sell_item(tx, alice, "spade", 1)

    assert xp(tx, alice, "scholar") >= 10
    assert {(job, source) for job, _, source in history(tx, alice)} == {("merchant", "item.sold")}


def test_the_jobs_of_a_player_are_the_unlocked_ones(tx: Tx):
    unlock(tx, "job_merchant", "job_gambler")
    alice = make_player(tx)
    study(tx, alice, "merchant", 150)
    gained = xp(tx, alice, "merchant")

    player, standings = reports.jobs_of(tx, alice)

    assert player.id == stored(tx, alice).id
    assert [(each.job.key, each.level, each.xp) for each in standings] == [("merchant", 1, gained), ("gambler", 0, 0)]
    assert [each.xp_to_next for each in standings] == [329 - gained, 100]
    with pytest.raises(NoSuchPlayer):
        reports.jobs_of(tx, PlayerRef("twitch", username="nobody"))


def test_the_bonus_of_a_player_is_that_of_the_level(tx: Tx):
    unlock(tx, "job_explorer")
    alice = make_player(tx)

    before = reports.bonus(tx, alice, "explorer", "bonus_money_chance")
    study(tx, alice, "explorer", 100)
    after = reports.bonus(tx, alice, "job_explorer", "bonus_money_chance")

    assert (before[1:], after[1:]) == ((0, Fraction(0)), (1, Fraction(1, 4)))
    assert reports.bonus(tx, alice, "explorer", "luck")[2] == 0
    with pytest.raises(UnknownJob):
        reports.bonus(tx, alice, "thief", "luck")
    with pytest.raises(NoSuchPlayer):
        reports.bonus(tx, PlayerRef("twitch", username="nobody"), "explorer", "luck")


def test_a_history_moves_to_whom_its_player_becomes(tx: Tx):
    unlock(tx, "job_merchant")
    alice, bob = make_player(tx), make_player(tx, "bob")
    award_xp(tx, alice, "merchant", 10, "first")
    award_xp(tx, bob, "merchant", 20, "second")

    queries.move_xp_events(tx, stored(tx, bob).id, stored(tx, alice).id)

    assert [source for _, _, source in history(tx, alice)] == ["first", "second"]
    assert history(tx, bob) == []


def test_everybody_may_be_forgotten(tx: Tx):
    unlock(tx, "job_merchant")
    alice, bob = make_player(tx), make_player(tx, "bob")
    for ref in (alice, bob):
        award_xp(tx, ref, "merchant", 10, "api")

    jobs.delete_all(tx)

    assert [stored(tx, ref)[Jobs].progress for ref in (alice, bob)] == [{}, {}]
    assert history(tx, alice) != []


def test_an_unknown_own_id_is_nobody(tx: Tx):
    assert players.peek(tx, PlayerRef("", user_id=uuid4()))[0] is None
