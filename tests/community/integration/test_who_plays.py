"""Excluded accounts, protected roles, floods, and votes of newcomers."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from datetime import timedelta
from functools import partial

import pytest

from community.engagement import reactions as engagement
from community.engagement import reports as engagement_reports
from community.engagement.recording import record as record_engagement
from community.exclusions import service as exclusions
from community.exclusions.content import excluded
from community.exclusions.models import AccountNeeded, ListedAccount, NotExcluded
from community.exclusions.settings import ExclusionSettings
from community.gambles.service import start_gamble
from community.inventory.service import add_item, give_item, remove_item
from community.items.models import NoTargets, TargetImmune
from community.items.service import use_item
from community.jobs.awards import award_xp
from community.linking.registration import register
from community.linking.service import claim_link, confirm_link, confirm_unlink, request_unlink, start_link
from community.messages import service as messages
from community.messages.models import Line
from community.messages.service import handle_message, handle_messages
from community.players import service as players
from community.players.models import AccountExcluded, PlayerRef, Role
from community.recent_activity.settings import FloodLimits
from community.search.service import search_for_treasure
from community.shields import immunity
from community.shields.settings import ShieldSettings
from community.stats import reports
from community.stats.recording import record as record_stat
from community.timeouts import service as timeouts
from community.voting import ballots
from community.voting.models import NotHereYet, TooNew
from community.voting.settings import VotingSettings
from kernel.database import Tx, connect, transaction
from tests.support.factories import announced, hold_target, make_player, stored, unlock
from tests.support.races import attempt, race_of

NIGHTBOT = PlayerRef("twitch", "19264788", "Nightbot")
MOD: frozenset[Role] = frozenset(["moderator"])
VIP: frozenset[Role] = frozenset(["vip"])


def stats_of(tx: Tx, ref: PlayerRef) -> dict[str, int]:
    return dict(reports.user_stats(tx, ref, "all").counts)


def present(tx: Tx) -> set[str]:
    return {chatter.username for chatter in messages.list_active_chatters(tx)}


def points(tx: Tx) -> int:
    row = tx.execute("SELECT coalesce(sum(points), 0) AS points FROM contribution_shards").fetchone()
    assert row is not None
    return int(row["points"])


# Excluded accounts


def test_a_common_bot_writes_and_nothing_comes_of_it(tx: Tx):
    player, matches = handle_message(tx, NIGHTBOT, "is OBS on?")

    assert (player.username, [match.code for match in matches]) == ("Nightbot", ["OBS"])
    assert stats_of(tx, NIGHTBOT) == {}
    assert engagement_reports.breakdown(tx, NIGHTBOT).score == points(tx) == 0
    assert present(tx) == set()
    assert announced(tx, "achievement.unlocked") == []


def test_the_lines_of_a_bot_in_a_batch_are_not_counted_either(tx: Tx):
    alice = PlayerRef("twitch", "1", "alice")

    handled = handle_messages(tx, "twitch", [Line(NIGHTBOT, "hello"), Line(alice, "hello"), Line(NIGHTBOT, "bye")])

    assert [player.username for player, _ in handled] == ["Nightbot", "alice", "Nightbot"]
    assert stats_of(tx, NIGHTBOT) == {}
    assert stats_of(tx, alice)["message_received"] == 1
    assert present(tx) == {"alice"}


JOINS: list[Callable[[Tx], object]] = [
    lambda tx: ballots.cast_ballot(tx, NIGHTBOT, 1),
    lambda tx: start_gamble(tx, NIGHTBOT, [("crate", 1)]),
    lambda tx: use_item(tx, NIGHTBOT, "dart", 1, "alice"),
    lambda tx: search_for_treasure(tx, NIGHTBOT),
    lambda tx: give_item(tx, NIGHTBOT, PlayerRef("twitch", username="alice"), "money", 1),
    lambda tx: give_item(tx, PlayerRef("twitch", username="alice"), NIGHTBOT, "money", 1),
    lambda tx: award_xp(tx, NIGHTBOT, "merchant", 5, "admin"),
    lambda tx: record_stat(tx, NIGHTBOT, "search"),
    lambda tx: record_engagement(tx, NIGHTBOT, "message", 3),
    lambda tx: use_item(tx, PlayerRef("twitch", username="alice"), "dart", 1, "nightbot"),
]


@pytest.mark.parametrize("join", JOINS)
def test_an_excluded_account_joins_nothing_and_is_no_target(tx: Tx, join: Callable[[Tx], object]):
    unlock(tx, "item_dart", "feature_search", "feature_gamble", "job_merchant")
    make_player(tx, "alice", money=5, items={"weapon_dart": 1})
    handle_message(tx, NIGHTBOT, "hello")

    with pytest.raises(AccountExcluded, match=r"^Nightbot does not take part in the game\.$"):
        join(tx)


def test_an_administrator_may_still_change_what_an_excluded_account_has(tx: Tx):
    handle_message(tx, NIGHTBOT, "hello")

    add_item(tx, NIGHTBOT, "crate", 2)
    assert remove_item(tx, NIGHTBOT, "crate", 2)[1] == 2


def test_an_administrator_excludes_a_player_and_lets_them_play_again(tx: Tx):
    robot = make_player(tx, "Robot", platform_id="7")
    handle_message(tx, robot, "hello")
    before = reports.leaderboard(tx, "messages", "all", 10)
    assert [each.username for each in before] == ["Robot"]

    exclusions.exclude(tx, ListedAccount("twitch", username="ROBOT"))
    exclusions.exclude(tx, ListedAccount("twitch", username="robot"))

    assert present(tx) == set()
    handle_message(tx, robot, "hello")
    assert stats_of(tx, robot)["message_received"] == 1
    for metric in ("messages", "engagement_score", "daily_streak"):
        assert reports.leaderboard(tx, metric, "all", 10) == []
        assert reports.rank_of(tx, robot, metric, "all", 2)[1].own is None

    exclusions.include(tx, ListedAccount("twitch", username="robot"))

    handle_message(tx, robot, "hello")
    assert stats_of(tx, robot)["message_received"] == 2
    assert [each.count for each in reports.leaderboard(tx, "messages", "all", 10)] == [2]


@pytest.mark.parametrize("platform_id", ["7", ""])
def test_an_excluded_player_stays_so_under_another_name(tx: Tx, platform_id: str):
    robot = make_player(tx, "robot", platform_id="7")
    exclusions.exclude(tx, ListedAccount("twitch", platform_id, "robot"))

    handle_message(tx, PlayerRef("twitch", "7", "renamed"), "hello")
    handle_message(tx, PlayerRef("twitch", "8", "robot"), "hello")

    assert "message_received" not in stats_of(tx, robot)
    assert present(tx) == {"robot"}


def test_an_exclusion_is_not_escaped_by_unlinking(tx: Tx):
    on_twitch, on_discord = PlayerRef("twitch", "7", "Troll"), PlayerRef("discord", "8", "Troll elsewhere")
    account = ListedAccount("twitch", username="troll")
    register(tx, on_twitch, on_discord)
    exclusions.exclude(tx, account)
    exclusions.include(tx, account)
    assert not players.load(tx, on_discord).excluded
    exclusions.exclude(tx, account)

    request_unlink(tx, on_discord, "twitch")
    confirm_unlink(tx, on_discord, "twitch")

    with pytest.raises(AccountExcluded):
        players.load(tx, on_discord)


def test_what_is_excluded_in_vain_is_refused(tx: Tx):
    with pytest.raises(AccountNeeded):
        exclusions.exclude(tx, ListedAccount("twitch"))
    with pytest.raises(NotExcluded, match="carol is not on the list of excluded accounts"):
        exclusions.include(tx, ListedAccount("twitch", username="carol"))


def test_a_common_bot_that_an_administrator_lets_play_plays_after_the_next_deployment_too(
    tx: Tx, monkeypatch: pytest.MonkeyPatch
):
    exclusions.include(tx, ListedAccount("twitch", username="nightbot"))
    monkeypatch.setattr(
        exclusions, "settings", ExclusionSettings(own_bots=(ListedAccount("twitch", username="my_bot"),))
    )

    exclusions.sync(tx)

    handle_message(tx, NIGHTBOT, "hello")
    handle_message(tx, PlayerRef("twitch", "9", "My_Bot"), "hello")
    assert present(tx) == {"Nightbot"}
    listed = {each.account.username: (each.source, each.excluded) for each in exclusions.list_accounts(tx)}
    assert (listed["nightbot"], listed["my_bot"]) == (("content", False), ("setting", True))

    monkeypatch.setattr(exclusions, "settings", ExclusionSettings(own_bots=()))
    exclusions.sync(tx)
    assert len(exclusions.list_accounts(tx)) == len(excluded.all)


def test_accounts_are_not_merged_with_an_excluded_one(tx: Tx):
    alice = make_player(tx, "alice", platform="discord", platform_id="1")
    handle_message(tx, NIGHTBOT, "hello")
    token = start_link(tx, alice)
    claim_link(tx, token.token, NIGHTBOT)

    with pytest.raises(AccountExcluded):
        confirm_link(tx, alice)


def test_an_excluded_account_is_not_hit_by_chance(tx: Tx):
    unlock(tx, "item_firepot")
    alice = make_player(tx, "alice", items={"item_firepot": 1})
    handle_message(tx, make_player(tx, "robot", platform_id="7"), "hello")
    tx.execute("UPDATE excluded_accounts SET name_key = 'robot' WHERE username = 'nightbot'")
    tx.execute("UPDATE world SET version = gen_random_uuid()")  # excluded without leaving the active chatters

    with pytest.raises(NoTargets):
        use_item(tx, alice, "firepot", 1)


# Protected roles


@pytest.fixture
def moderators_are_immune(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(immunity, "settings", ShieldSettings(immune_roles=MOD))


def test_roles_stay_as_the_last_line_said(tx: Tx):
    def roles(said: frozenset[Role] | None) -> frozenset[Role]:
        handle_message(tx, PlayerRef("twitch", "1", "alice", roles=said), "hello")
        return stored(tx, PlayerRef("twitch", "1")).links["twitch"].roles

    assert [roles(said) for said in (None, MOD, None, VIP, frozenset[Role]())] == [
        frozenset(),
        MOD,
        MOD,
        VIP,
        frozenset(),
    ]


@pytest.mark.usefixtures("moderators_are_immune")
def test_a_moderator_is_no_target_of_weapons_and_traps(tx: Tx):
    unlock(tx, "item_dart", "item_snare")
    alice = make_player(tx, "alice", items={"weapon_dart": 3, "blast_snare": 1})
    handle_message(tx, PlayerRef("twitch", "2", "marshal", roles=MOD), "hello")

    for weapon in ("dart", "snare"):
        with pytest.raises(TargetImmune, match=r"^marshal is protected here: \w+ would have no effect\.$"):
            use_item(tx, alice, weapon, 1, "marshal")
    handle_message(tx, PlayerRef("twitch", "2", "marshal", roles=frozenset()), "no longer")
    use_item(tx, alice, "dart", 1, "marshal")

    assert timeouts.read_timeout(tx, PlayerRef("twitch", username="marshal")).remaining_seconds == 60


@pytest.mark.usefixtures("moderators_are_immune")
def test_a_moderator_is_not_hit_in_a_crowd(tx: Tx):
    unlock(tx, "item_firepot", "item_keg")
    alice = make_player(tx, "alice", items={"item_firepot": 1})
    armed_at = tx.now
    handle_message(tx, PlayerRef("twitch", "2", "marshal", roles=MOD), "hello")
    handle_message(tx, PlayerRef("twitch", "3", "bob"), "hello")

    crowd = messages.chatters_since(tx, "twitch", armed_at)
    assert [player.username for player in players.load_crowd(tx, (), crowd)[1]] == ["bob"]
    use_item(tx, alice, "firepot", 1)

    assert timeouts.read_timeout(tx, PlayerRef("twitch", username="bob")).remaining_seconds > 0
    assert timeouts.read_timeout(tx, PlayerRef("twitch", username="marshal")).remaining_seconds == 0


@pytest.mark.usefixtures("moderators_are_immune")
def test_a_trap_waits_for_a_moderator_until_they_are_none(tx: Tx):
    unlock(tx, "item_snare")
    alice, bob = make_player(tx, "alice", items={"blast_snare": 1}), PlayerRef("twitch", "2", "bob")
    handle_message(tx, bob, "hello")
    use_item(tx, alice, "snare", 1, "bob")

    assert handle_message(tx, PlayerRef("twitch", "2", "bob", roles=MOD), "made moderator")[1] == ()
    found = handle_message(tx, PlayerRef("twitch", "2", "bob", roles=frozenset()), "not any more")[1]

    assert [match.code for match in found] == ["trap_triggered"]


@pytest.mark.usefixtures("moderators_are_immune")
def test_a_moderator_is_protected_through_each_of_their_accounts(tx: Tx):
    unlock(tx, "item_dart", "item_firepot", "item_snare")
    alice = make_player(tx, "alice", platform="discord", items={"weapon_dart": 1, "item_firepot": 1, "blast_snare": 1})
    there = PlayerRef("twitch", "2", "marshal")
    here = PlayerRef("discord", "22", "marshal_d")
    register(tx, there, here)
    handle_message(tx, here, "hello")
    use_item(tx, alice, "snare", 1, "marshal_d")
    handle_message(tx, PlayerRef("twitch", "2", "marshal", roles=MOD), "hello")

    with pytest.raises(TargetImmune, match="^marshal_d is protected here"):
        use_item(tx, alice, "dart", 1, "marshal_d")
    assert handle_message(tx, here, "hello")[1] == ()
    assert players.load_crowd(tx, (), messages.chatters_since(tx, "discord", tx.now))[1] == []
    with pytest.raises(NoTargets):
        use_item(tx, alice, "firepot", 1)


@pytest.mark.usefixtures("moderators_are_immune")
def test_a_role_protects_for_a_week_after_it_was_last_seen(tx: Tx):
    unlock(tx, "item_dart", "item_firepot", "item_snare")
    alice = make_player(tx, "alice", platform="discord", items={"weapon_dart": 1, "item_firepot": 1, "blast_snare": 1})
    there, here = PlayerRef("twitch", "2", "marshal", roles=MOD), PlayerRef("discord", "22", "marshal_d")
    register(tx, PlayerRef("twitch", "2", "marshal"), here)
    handle_message(tx, here, "hello")
    use_item(tx, alice, "snare", 1, "marshal_d")
    handle_message(tx, there, "hello")
    tx.now += timedelta(days=5)
    handle_message(tx, there, "hello again")

    tx.now += timedelta(days=6)
    assert handle_message(tx, here, "hello")[1] == ()
    with pytest.raises(TargetImmune):
        use_item(tx, alice, "dart", 1, "marshal_d")
    assert players.load_crowd(tx, (), messages.chatters_since(tx, "discord", tx.now))[1] == []
    tx.now += timedelta(days=1)

    assert len(players.load_crowd(tx, (), messages.chatters_since(tx, "discord", tx.now - timedelta(days=2)))[1]) == 1
    use_item(tx, alice, "dart", 1, "marshal_d")
    assert [match.code for match in handle_message(tx, here, "hello")[1]] == ["trap_triggered"]


@pytest.mark.usefixtures("moderators_are_immune")
def test_neither_a_mirror_nor_an_own_trap_silences_a_moderator(tx: Tx):
    unlock(tx, "item_pebble", "item_mirror", "item_spike", "item_snare")
    marshal = PlayerRef("twitch", "2", "marshal", roles=MOD)
    handle_message(tx, marshal, "hello")
    add_item(tx, marshal, "pebble", 1)
    add_item(tx, marshal, "spike", 1)
    add_item(tx, marshal, "snare", 1)
    bob = make_player(tx, "bob", items={"guard_mirror": 1})
    carl = make_player(tx, "carl", items={"blast_snare": 1})
    use_item(tx, bob, "mirror", 1)
    use_item(tx, carl, "snare", 1, "bob")
    tx.execute("DELETE FROM active_chatters")

    told = [
        use_item(tx, marshal, "pebble", 1, "bob").message,
        use_item(tx, marshal, "spike", 1).message,
        use_item(tx, marshal, "snare", 1, "bob").message,
    ]

    assert ["without effect" in text for text in told] == [True] * 3
    assert timeouts.read_timeout(tx, marshal).remaining_seconds == 0


def test_without_the_setting_a_moderator_is_a_target_like_everyone(tx: Tx):
    unlock(tx, "item_dart")
    alice = make_player(tx, "alice", items={"weapon_dart": 1})
    handle_message(tx, PlayerRef("twitch", "2", "marshal", roles=MOD), "hello")

    use_item(tx, alice, "dart", 1, "marshal")

    assert timeouts.read_timeout(tx, PlayerRef("twitch", username="marshal")).remaining_seconds == 60


# Floods


def test_identical_lines_in_a_row_count_up_to_the_limit(tx: Tx, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(messages, "flood_limits", FloodLimits(points_per_minute=0, identical_lines=2))
    alice = make_player(tx)

    for _ in range(2):
        handle_message(tx, alice, "first!")
    handle_messages(tx, "twitch", [Line(alice, text) for text in ("FIRST!", "hello", "first!")])

    assert stats_of(tx, alice)["message_received"] == 4
    assert present(tx) == {"alice"}


def test_points_of_a_minute_end_at_the_limit(tx: Tx, monkeypatch: pytest.MonkeyPatch):
    hold_target(tx)
    limit = FloodLimits(points_per_minute=10, identical_lines=0)
    monkeypatch.setattr(engagement, "flood_limits", limit)
    alice = make_player(tx)
    tx.now = tx.now.replace(second=0)
    before = points(tx)

    assert [record_engagement(tx, alice, "message", value) for value in (4, 4, 4, 1)] == [4, 4, 2, 0]
    assert points(tx) - before == engagement_reports.breakdown(tx, alice).score == 10
    tx.now += timedelta(minutes=1)
    assert record_engagement(tx, alice, "message", 4) == 4


def test_nothing_is_stored_without_a_limit(tx: Tx):
    handle_message(tx, make_player(tx), "hello")

    assert tx.execute("SELECT FROM player_recent_activity").fetchall() == []


def test_the_limit_is_exact_when_many_lines_come_at_once(database_url: str, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(messages, "flood_limits", FloodLimits(points_per_minute=0, identical_lines=3))
    monkeypatch.setattr(engagement, "flood_limits", FloodLimits(points_per_minute=2, identical_lines=0))
    with closing(connect(database_url)) as conn, transaction(conn) as tx:
        hold_target(tx)
        alice = make_player(tx)

        now = tx.now

    line = partial(attempt, use_case=lambda tx: handle_message(tx, alice, "first!"), now=now)
    with race_of(8, database_url) as race:
        race.run(*[line] * 8)

    with closing(connect(database_url)) as conn, transaction(conn) as tx:
        assert stats_of(tx, alice)["message_received"] == 3
        assert engagement_reports.breakdown(tx, alice).score == 2


# Votes of newcomers


def test_a_vote_counts_some_time_after_the_first_line(tx: Tx, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(ballots, "settings", VotingSettings(timedelta(minutes=30), rollover_cap=None))
    alice = PlayerRef("twitch", "1", "alice")
    with pytest.raises(NotHereYet, match="^Write something in the chat first: your vote counts 30 minutes after that"):
        ballots.cast_ballot(tx, alice, 1)
    handle_message(tx, alice, "hello")
    tx.now += timedelta(minutes=19, seconds=30)

    with pytest.raises(TooNew, match=r"^Your vote counts in 11 minutes, which is 30 minutes after") as refused:
        ballots.cast_ballot(tx, alice, 1)
    assert refused.value.details["seconds"] == 630

    tx.now += timedelta(seconds=630)
    assert not ballots.cast_ballot(tx, alice, 1).already_voted


def test_a_first_line_under_a_clock_that_was_ahead_delays_no_vote(tx: Tx, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(ballots, "settings", VotingSettings(timedelta(minutes=30), rollover_cap=None))
    alice = PlayerRef("twitch", "1", "alice")
    tx.now += timedelta(days=1)
    handle_message(tx, alice, "hello")

    tx.now -= timedelta(days=1)
    assert not ballots.cast_ballot(tx, alice, 1).already_voted
