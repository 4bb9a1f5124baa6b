"""Limits belong to people, whichever of their accounts plays."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import partial
from pathlib import Path

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from community.cooldowns import service as cooldowns
from community.cooldowns.models import OnCooldown
from community.inventory.service import give_item
from community.jobs.awards import award_xp
from community.jobs.events import JobLevelUp
from community.jobs.models import Jobs
from community.jobs.rules import DAILY_CAP, DailyCapReached, game_day
from community.linking.models import LinkedTooRecently
from community.linking.registration import register
from community.linking.retention import settle
from community.linking.service import claim_link, confirm_link, confirm_unlink, request_unlink, start_link
from community.messages.models import Line
from community.messages.service import handle_message, handle_messages
from community.players import service as players
from community.players.models import Fact, Player, PlayerRef
from community.privacy.forgetting import confirmation, forget, forget_oneself
from community.search.rules import FREE_SEARCHES
from community.search.service import search_for_treasure
from community.voting.ballot_queries import OWN_WEIGHT
from community.voting.ballots import WeightChange, cast_ballot, set_weights
from community.voting.models import Ballot
from kernel.database import Tx, connect, transaction
from kernel.errors import DomainError
from tests.support.changed_content import Documents, changed_content
from tests.support.factories import announced, hold_target, holdings, stored, unlock, xp
from tests.support.races import PATIENCE, race_of, wait_for_a_lock

TWITCH, DISCORD, YOUTUBE = (PlayerRef(name, f"{name[0]}1", f"on {name}") for name in ("twitch", "discord", "youtube"))
SECOND_ON_TWITCH = PlayerRef("twitch", "t2", "again on twitch")
STRANGER = PlayerRef("discord", "d2", "another person")
ACCOUNTS = (TWITCH, DISCORD, YOUTUBE, SECOND_ON_TWITCH, STRANGER)
JOB = "merchant"


def link(tx: Tx, source: PlayerRef, target: PlayerRef) -> None:
    claim_link(tx, start_link(tx, source).token, target)
    confirm_link(tx, source)


def unlink(tx: Tx, caller: PlayerRef, platform: str) -> None:
    request_unlink(tx, caller, platform)
    confirm_unlink(tx, caller, platform)


def open_game(tx: Tx) -> None:
    hold_target(tx)
    unlock(tx, "feature_search", f"job_{JOB}")


@pytest.fixture
def divided(tx: Tx) -> tuple[PlayerRef, PlayerRef]:
    """Two accounts of one person that are two players again: the second one is to play its first line."""
    open_game(tx)
    first, second = TWITCH, DISCORD
    handle_message(tx, first, "hello")
    link(tx, first, second)
    tx.now += timedelta(days=1)
    return first, second


def test_no_reward_is_paid_again_to_an_account_that_left(tx: Tx, divided: tuple[PlayerRef, PlayerRef]):
    first, second = divided
    money = holdings(tx, first)["money"]
    unlink(tx, first, second.platform)

    handle_message(tx, second, "hello")

    assert holdings(tx, second).get("money", 0) == 0
    link(tx, first, second)
    assert holdings(tx, first)["money"] == money


def test_what_either_earns_afterwards_limits_the_other(tx: Tx, divided: tuple[PlayerRef, PlayerRef]):
    first, second = divided
    unlink(tx, first, second.platform)
    handle_message(tx, second, "hello")

    award_xp(tx, first, JOB, DAILY_CAP, "test")

    with pytest.raises(DailyCapReached):
        award_xp(tx, second, JOB, 1, "test")


def test_a_link_undone_within_a_day_binds_no_one(tx: Tx, divided: tuple[PlayerRef, PlayerRef]):
    """Confirming a wrong code does not limit a player by what the other one does later, nor by that one's siblings."""
    siblings, victim = divided, YOUTUBE
    unlink(tx, siblings[0], siblings[1].platform)
    handle_message(tx, siblings[1], "hello")
    handle_message(tx, victim, "hello")
    award_xp(tx, victim, JOB, 100, "test")
    link(tx, victim, siblings[0])
    unlink(tx, victim, siblings[0].platform)

    for account in siblings:
        search_for_treasure(tx, account) if account is siblings[0] else cast_ballot(tx, account, 1)

    assert not cast_ballot(tx, victim, 1).already_voted
    search_for_treasure(tx, victim)
    with pytest.raises(OnCooldown):
        search_for_treasure(tx, siblings[1])
    assert stored(tx, siblings[0])[Jobs].progress[JOB].daily_xp >= 100


def test_who_is_thrown_out_the_same_day_binds_no_one_by_a_link_in_between(tx: Tx, divided: tuple[PlayerRef, PlayerRef]):
    sibling, newcomer = divided
    victim, own = SECOND_ON_TWITCH, YOUTUBE
    unlink(tx, sibling, newcomer.platform)
    for account in (newcomer, victim):
        handle_message(tx, account, "hello")
    link(tx, victim, newcomer)
    link(tx, own, victim)
    unlink(tx, own, newcomer.platform)
    tx.now += timedelta(days=1)
    settle(tx)

    search_for_treasure(tx, sibling)

    search_for_treasure(tx, victim)


def test_a_link_that_replaced_an_own_account_binds_no_one_either_for_a_day(tx: Tx):
    open_game(tx)
    register(tx, TWITCH, DISCORD)
    cast_ballot(tx, TWITCH, 1)
    link(tx, TWITCH, STRANGER)
    unlink(tx, TWITCH, STRANGER.platform)

    assert not cast_ballot(tx, STRANGER, 1).already_voted


def test_accounts_of_one_person_stay_so_by_way_of_a_third(tx: Tx):
    open_game(tx)
    register(tx, TWITCH, DISCORD)
    link(tx, YOUTUBE, TWITCH)
    unlink(tx, TWITCH, TWITCH.platform)
    unlink(tx, DISCORD, DISCORD.platform)

    search_for_treasure(tx, TWITCH)

    with pytest.raises(OnCooldown):
        search_for_treasure(tx, DISCORD)


def test_an_account_that_is_linked_a_second_time_is_the_same_persons_for_good(tx: Tx):
    """Or helpers could earn a day's experience each, again and again, for one player."""
    open_game(tx)
    for account in (TWITCH, DISCORD):
        handle_message(tx, account, "hello")
    for _ in range(2):
        link(tx, TWITCH, DISCORD)
        unlink(tx, TWITCH, DISCORD.platform)
        handle_message(tx, DISCORD, "hello")

    award_xp(tx, DISCORD, JOB, DAILY_CAP, "test")

    with pytest.raises(DailyCapReached):
        award_xp(tx, TWITCH, JOB, 1, "test")


@pytest.mark.parametrize("plays_again", [True, False])
def test_an_account_that_left_a_player_is_the_same_persons_when_it_joins_whom_they_were_merged_into(
    tx: Tx, plays_again: bool
):
    open_game(tx)
    register(tx, TWITCH, TWITCH)
    link(tx, TWITCH, DISCORD)
    unlink(tx, TWITCH, DISCORD.platform)
    if plays_again:
        handle_message(tx, DISCORD, "hello")
    register(tx, YOUTUBE, YOUTUBE)
    link(tx, YOUTUBE, TWITCH)
    link(tx, YOUTUBE, DISCORD)
    unlink(tx, YOUTUBE, DISCORD.platform)

    search_for_treasure(tx, DISCORD)

    with pytest.raises(OnCooldown):
        search_for_treasure(tx, YOUTUBE)


def test_linking_again_and_again_does_not_add_up(tx: Tx):
    open_game(tx)
    for account in (TWITCH, DISCORD):
        handle_message(tx, account, "hello")
    award_xp(tx, TWITCH, JOB, 30, "test")
    link(tx, TWITCH, DISCORD)
    earned = stored(tx, TWITCH)[Jobs].progress[JOB].daily_xp

    for _ in range(3):
        unlink(tx, TWITCH, DISCORD.platform)
        handle_message(tx, DISCORD, "hello")
        link(tx, TWITCH, DISCORD)

    assert stored(tx, TWITCH)[Jobs].progress[JOB].daily_xp == earned


def test_a_link_that_is_a_day_old_makes_one_person_when_its_player_is_forgotten(
    tx: Tx, divided: tuple[PlayerRef, PlayerRef]
):
    sibling, linked = divided
    unlink(tx, sibling, linked.platform)
    handle_message(tx, linked, "hello")
    link(tx, YOUTUBE, linked)
    tx.now += timedelta(days=1)
    forget(tx, YOUTUBE, confirmation(stored(tx, YOUTUBE).id))

    search_for_treasure(tx, sibling)

    with pytest.raises(OnCooldown):
        search_for_treasure(tx, linked)


def test_whose_an_account_was_is_followed_when_that_person_becomes_another_one(
    tx: Tx, divided: tuple[PlayerRef, PlayerRef]
):
    one, other = divided
    unlink(tx, one, other.platform)
    for account in (other, YOUTUBE, SECOND_ON_TWITCH):
        handle_message(tx, account, "hello")
    link(tx, YOUTUBE, one)
    tx.now += timedelta(hours=23)
    link(tx, SECOND_ON_TWITCH, other)
    tx.now += timedelta(hours=2)
    settle(tx)
    unlink(tx, SECOND_ON_TWITCH, other.platform)

    search_for_treasure(tx, one)

    with pytest.raises(OnCooldown):
        search_for_treasure(tx, other)


def merge_away(tx: Tx, account: PlayerRef) -> None:
    register(tx, STRANGER, STRANGER)
    link(tx, STRANGER, account)


def be_forgotten(tx: Tx, account: PlayerRef) -> None:
    forget(tx, account, confirmation(stored(tx, account).id))


@pytest.mark.parametrize("go", [merge_away, be_forgotten])
@pytest.mark.parametrize("linked", [False, True])
def test_an_account_that_left_is_limited_as_the_persons_last_player_was(
    tx: Tx, go: Callable[[Tx, PlayerRef], None], linked: bool
):
    """Also if that one is the person's by a link whose day is over."""
    open_game(tx)
    register(tx, TWITCH, DISCORD)
    unlink(tx, TWITCH, DISCORD.platform)
    if linked:
        register(tx, YOUTUBE, YOUTUBE)
        link(tx, YOUTUBE, TWITCH)
        tx.now += timedelta(days=1)
    last = YOUTUBE if linked else TWITCH
    award_xp(tx, last, JOB, DAILY_CAP, "test")
    go(tx, last)

    handle_message(tx, DISCORD, "hello")

    with pytest.raises(DailyCapReached):
        award_xp(tx, DISCORD, JOB, 1, "test")


def test_what_both_share_is_counted_once_when_they_become_one_again(tx: Tx, divided: tuple[PlayerRef, PlayerRef]):
    first, second = divided
    unlink(tx, first, second.platform)
    award_xp(tx, first, JOB, 30, "test")
    handle_message(tx, second, "hello")
    earned = stored(tx, second)[Jobs].progress[JOB].daily_xp
    assert earned > 0

    link(tx, first, second)

    assert stored(tx, first)[Jobs].progress[JOB].daily_xp == earned


@pytest.mark.parametrize("comes_back", [TWITCH, DISCORD])
def test_searches_exhaust_a_person_whose_player_was_forgotten(tx: Tx, comes_back: PlayerRef):
    """Both if an account that had left comes back, and if one does that was the player's."""
    open_game(tx)
    for _ in range(FREE_SEARCHES):
        search_for_treasure(tx, TWITCH)
        tx.now += timedelta(hours=1)
    link(tx, TWITCH, DISCORD)
    unlink(tx, TWITCH, DISCORD.platform)
    forget(tx, TWITCH, confirmation(stored(tx, TWITCH).id))

    assert search_for_treasure(tx, comes_back)[0].exhausted


def test_searches_of_both_exhaust_both(tx: Tx, divided: tuple[PlayerRef, PlayerRef]):
    unlink(tx, divided[0], divided[1].platform)
    for number in range(FREE_SEARCHES):
        search_for_treasure(tx, divided[number % 2])
        tx.now += timedelta(hours=1)

    assert search_for_treasure(tx, divided[0])[0].exhausted


def weights_of(tx: Tx, *accounts: PlayerRef) -> list[float | None]:
    """As the next ballot of each would count."""
    fact = Fact("weight", OWN_WEIGHT, (tx.now,))
    return [player and player.facts["weight"] for ref in accounts for player in [players.load(tx, ref, fact)]]


def test_a_lowered_voting_weight_holds_for_both_and_ends_for_both(tx: Tx, divided: tuple[PlayerRef, PlayerRef]):
    first, second = divided
    low = Decimal("0.01")
    set_weights(tx, [WeightChange(first, low)])
    unlink(tx, first, second.platform)
    handle_message(tx, second, "hello")
    assert weights_of(tx, first, second) == [low, low]

    set_weights(tx, [WeightChange(first, Decimal("0.5"))])
    assert weights_of(tx, first, second) == [Decimal("0.5")] * 2
    set_weights(tx, [WeightChange(second, Decimal(1))])
    assert weights_of(tx, first, second) == [None, None]


def test_a_lowered_voting_weight_outlives_being_forgotten(tx: Tx):
    open_game(tx)
    handle_message(tx, TWITCH, "hello")
    set_weights(tx, [WeightChange(TWITCH, Decimal("0.01"), "spam", tx.now + timedelta(days=1))])
    forget(tx, TWITCH, confirmation(stored(tx, TWITCH).id))

    handle_message(tx, TWITCH, "hello again")
    assert weights_of(tx, TWITCH) == [Decimal("0.01")]
    tx.now += timedelta(days=1)
    assert weights_of(tx, TWITCH) == [None]


@pytest.mark.parametrize("raised", [TWITCH, STRANGER])
@pytest.mark.parametrize("raised_first", [True, False])
def test_a_lowered_voting_weight_stays_with_who_becomes_one_with_another(tx: Tx, raised: PlayerRef, raised_first: bool):
    changes = [WeightChange(ref, Decimal(5 if ref == raised else "0.01")) for ref in (TWITCH, STRANGER)]
    for ref in (TWITCH, STRANGER):
        handle_message(tx, ref, "hello")
    for change in sorted(changes, key=lambda change: (change.player == raised) != raised_first):
        set_weights(tx, [change])

    link(tx, TWITCH, STRANGER)

    assert weights_of(tx, TWITCH) == [Decimal("0.01")]


LOW = Decimal("0.01")


def limited(tx: Tx, *, plays: bool) -> PlayerRef:
    """Return an account with a lowered voting weight: a player's, or one that was a player's."""
    open_game(tx)
    handle_message(tx, DISCORD, "hello")
    set_weights(tx, [WeightChange(DISCORD, LOW)])
    if not plays:
        forget(tx, DISCORD, confirmation(stored(tx, DISCORD).id))
    tx.now += timedelta(minutes=1)
    return DISCORD


@pytest.mark.parametrize("plays", [True, False])
@pytest.mark.parametrize("own", [None, Decimal("0.5"), Decimal(5)])
def test_a_lowered_voting_weight_goes_with_the_account_that_brought_it(tx: Tx, plays: bool, own: Decimal | None):
    stranger = limited(tx, plays=plays)
    handle_message(tx, TWITCH, "hello")
    if own:
        set_weights(tx, [WeightChange(TWITCH, own)])
    tx.now += timedelta(minutes=1)
    link(tx, TWITCH, stranger)
    assert weights_of(tx, TWITCH) == [LOW]

    unlink(tx, TWITCH, stranger.platform)
    handle_message(tx, stranger, "hello")

    assert weights_of(tx, TWITCH, stranger) == [own, LOW]


def test_a_lowered_voting_weight_that_came_and_went_is_gone_from_the_persons_other_players(tx: Tx):
    stranger = limited(tx, plays=True)
    register(tx, TWITCH, YOUTUBE)
    unlink(tx, TWITCH, YOUTUBE.platform)
    handle_message(tx, YOUTUBE, "hello")
    link(tx, TWITCH, stranger)
    tx.now += timedelta(minutes=1)
    assert weights_of(tx, YOUTUBE) == [LOW]

    unlink(tx, TWITCH, stranger.platform)

    assert weights_of(tx, TWITCH, YOUTUBE) == [None, None]


def test_a_lowered_voting_weight_stays_where_one_of_the_accounts_that_brought_it_stays(tx: Tx):
    stranger = limited(tx, plays=True)
    register(tx, stranger, YOUTUBE)
    handle_message(tx, TWITCH, "hello")
    link(tx, TWITCH, stranger)

    unlink(tx, TWITCH, stranger.platform)
    assert weights_of(tx, TWITCH) == [LOW]

    unlink(tx, TWITCH, YOUTUBE.platform)
    assert weights_of(tx, TWITCH) == [None]


def lower_it_again(tx: Tx) -> None:
    set_weights(tx, [WeightChange(TWITCH, LOW)])


def link_a_second_time(tx: Tx) -> None:
    unlink(tx, TWITCH, DISCORD.platform)
    link(tx, TWITCH, DISCORD)


def let_the_day_pass(tx: Tx) -> None:
    tx.now += timedelta(days=1)


@pytest.mark.parametrize("bind", [lower_it_again, link_a_second_time, let_the_day_pass])
def test_a_lowered_voting_weight_is_not_shed_by_linking_and_unlinking(tx: Tx, bind: Callable[[Tx], None]):
    stranger = limited(tx, plays=True)
    handle_message(tx, TWITCH, "hello")
    link(tx, TWITCH, stranger)
    tx.now += timedelta(minutes=1)
    bind(tx)

    unlink(tx, TWITCH, stranger.platform)
    handle_message(tx, stranger, "hello")

    assert weights_of(tx, TWITCH, stranger) == [LOW, LOW]


def test_a_lowered_voting_weight_is_not_shed_by_coming_back_with_a_link(tx: Tx):
    returning = limited(tx, plays=False)
    link(tx, returning, TWITCH)
    unlink(tx, returning, TWITCH.platform)

    assert weights_of(tx, returning) == [LOW]


def test_a_lowered_voting_weight_comes_along_with_an_account_that_left_and_has_not_played_since(tx: Tx):
    register(tx, TWITCH, DISCORD)
    unlink(tx, TWITCH, DISCORD.platform)
    set_weights(tx, [WeightChange(TWITCH, LOW)])

    link(tx, YOUTUBE, DISCORD)

    assert weights_of(tx, YOUTUBE) == [LOW]


@pytest.mark.parametrize("plays", [True, False])
def test_a_lowered_voting_weight_is_not_shed_behind_a_lower_one_that_goes_again(tx: Tx, plays: bool):
    stranger = limited(tx, plays=plays)
    handle_message(tx, TWITCH, "hello")
    handle_message(tx, YOUTUBE, "hello")
    set_weights(tx, [WeightChange(YOUTUBE, LOW / 2)])
    link(tx, TWITCH, YOUTUBE)
    tx.now += timedelta(minutes=1)
    link(tx, TWITCH, stranger)
    assert weights_of(tx, TWITCH) == [LOW / 2]

    unlink(tx, TWITCH, YOUTUBE.platform)
    handle_message(tx, YOUTUBE, "hello")

    assert weights_of(tx, TWITCH, YOUTUBE) == [LOW, LOW / 2]


def test_a_lowered_voting_weight_outlasts_a_lower_one_that_came_with_a_link(tx: Tx):
    stranger = limited(tx, plays=True)
    set_weights(tx, [WeightChange(stranger, LOW / 2, "spam", tx.now + timedelta(days=2))])
    handle_message(tx, TWITCH, "hello")
    set_weights(tx, [WeightChange(TWITCH, Decimal("0.5"))])
    link(tx, TWITCH, stranger)
    assert weights_of(tx, TWITCH) == [LOW / 2]

    tx.now += timedelta(days=2)

    assert weights_of(tx, TWITCH) == [LOW]


def test_a_cooldown_holds_for_both_and_ends_for_both(tx: Tx, divided: tuple[PlayerRef, PlayerRef]):
    first, second = divided
    unlink(tx, first, second.platform)
    handle_message(tx, second, "hello")
    search_for_treasure(tx, second)
    with pytest.raises(OnCooldown):
        search_for_treasure(tx, first)

    assert cooldowns.reset(tx, first, "search")[1]

    search_for_treasure(tx, second)


def test_a_person_has_one_vote(tx: Tx, divided: tuple[PlayerRef, PlayerRef]):
    first, second = divided
    cast_ballot(tx, first, 1)
    unlink(tx, first, second.platform)

    assert cast_ballot(tx, second, 2).already_voted


def test_the_account_that_a_merge_replaces_earns_nothing_again(tx: Tx):
    open_game(tx)
    first, second = TWITCH, SECOND_ON_TWITCH
    handle_message(tx, first, "hello")
    handle_message(tx, second, "hello")
    search_for_treasure(tx, second)
    link(tx, first, second)

    handle_message(tx, second, "hello again")

    assert stored(tx, second).id != stored(tx, first).id
    assert holdings(tx, second).get("money", 0) == 0
    with pytest.raises(OnCooldown):
        search_for_treasure(tx, second)


def test_two_players_of_a_person_who_act_at_once_are_limited_once(database_url: str):
    with race_of(2, database_url) as race, closing(connect(database_url)) as connection:
        with transaction(connection) as tx:
            open_game(tx)
            register(tx, TWITCH, DISCORD)
            unlink(tx, TWITCH, DISCORD.platform)
            register(tx, DISCORD, DISCORD)

        said = race(*[partial(handle_message, chatter=each, text="hello") for each in (TWITCH, DISCORD)])
        worked = race(
            *[partial(award_xp, worker=each, job_key=JOB, amount=DAILY_CAP, source="") for each in (TWITCH, DISCORD)]
        )
        voted = race(*[partial(cast_ballot, voter=each, number=1) for each in (TWITCH, DISCORD)])
        searched = race(*[partial(search_for_treasure, seeker=each) for each in (TWITCH, DISCORD)])

        with transaction(connection) as tx:
            paid = Counter(each["achievement_key"] for each in announced(tx, "achievement.unlocked"))
        assert not [answer for answer in said if isinstance(answer, DomainError)]
        assert paid["first_words"] == 1
        assert [type(answer) for answer in worked].count(DailyCapReached) == 1
        assert sorted(answer.already_voted for answer in voted if isinstance(answer, Ballot)) == [False, True]
        assert [type(answer) for answer in searched].count(OnCooldown) == 1


def test_lines_of_one_persons_players_in_a_batch_are_limited_once(tx: Tx):
    open_game(tx)
    register(tx, DISCORD, DISCORD)
    accounts = [PlayerRef("twitch", f"t{number}", f"number {number}") for number in range(3)]
    for account in accounts:  # each replaces the one before, which leaves
        link(tx, DISCORD, account)
        tx.now += timedelta(days=1)
    lines = [Line(account, f"{account.username} says {number}") for number in range(2) for account in accounts]

    heard = handle_messages(tx, "twitch", lines)

    authors = [author.links["twitch"].platform_id for author, _ in heard]
    assert authors == [line.chatter.platform_id for line in lines]
    assert len({author.id for author, _ in heard}) == 3
    paid = [each["achievement_key"] for each in announced(tx, "achievement.unlocked")]
    assert paid.count("first_words") == 1


def test_players_of_one_person_who_are_saved_together_are_limited_once(tx: Tx, divided: tuple[PlayerRef, PlayerRef]):
    first, second = divided
    unlink(tx, first, second.platform)
    register(tx, second, second)

    saved = players.save(
        tx,
        *(
            player.record(JobLevelUp(user_id=player.id, job_key=JOB, old_level=4, new_level=5, source="test"))
            for player in players.load_all(tx, divided)
            if player
        ),
    )

    assert {player.id for player in saved} == {stored(tx, each).id for each in divided}
    paid = [each["achievement_key"] for each in announced(tx, "achievement.unlocked")]
    assert paid.count("journeyman") == 1


def test_a_forgotten_account_that_comes_back_by_linking_another_one_keeps_its_limits(tx: Tx):
    open_game(tx)
    handle_message(tx, TWITCH, "hello")
    award_xp(tx, TWITCH, JOB, DAILY_CAP, "test")
    forget(tx, TWITCH, confirmation(stored(tx, TWITCH).id))
    register(tx, STRANGER, STRANGER)
    award_xp(tx, STRANGER, JOB, 1, "test")

    link(tx, TWITCH, STRANGER)

    handle_message(tx, TWITCH, "hello")
    assert holdings(tx, TWITCH).get("money", 0) == 0
    with pytest.raises(DailyCapReached):
        award_xp(tx, TWITCH, JOB, 1, "test")


@pytest.mark.parametrize(
    ("event", "come_back"),
    [
        ("user.registered", lambda tx: register(tx, TWITCH, TWITCH)),
        ("user.registered", lambda tx: register(tx, TWITCH, SECOND_ON_TWITCH)),
        ("user.registered", lambda tx: handle_message(tx, TWITCH, "hello")),
        ("user.registered", lambda tx: link(tx, TWITCH, DISCORD)),
        ("user.linked", lambda tx: link(tx, DISCORD, TWITCH)),
    ],
)
def test_coming_back_is_not_rewarded_again(tx: Tx, tmp_path: Path, event: str, come_back: Callable[[Tx], object]):
    def count_event(content: Documents) -> None:
        content["achievements.json"]["achievements"] = [
            {"key": "welcome", "name": "Welcome", "description": "Be here.", "event": event, "reward": {"money": 10}}
        ]

    with changed_content(tmp_path / "configs", count_event):
        register(tx, TWITCH, TWITCH)
        link(tx, TWITCH, YOUTUBE)
        forget(tx, TWITCH, confirmation(stored(tx, TWITCH).id))
        register(tx, DISCORD, DISCORD)
        paid = len(announced(tx, "achievement.unlocked"))

        come_back(tx)

        assert len(announced(tx, "achievement.unlocked")) == paid


def part(tx: Tx) -> None:
    """Leave two accounts of one person: Twitch's with the player, Discord's yet to play again."""
    open_game(tx)
    register(tx, TWITCH, DISCORD)
    unlink(tx, TWITCH, DISCORD.platform)


def search_and_be_forgotten(tx: Tx, account: PlayerRef) -> None:
    search_for_treasure(tx, account)
    forget(tx, account, confirmation(stored(tx, account).id))


@pytest.mark.parametrize("work", [search_for_treasure, search_and_be_forgotten])
def test_an_account_that_starts_a_player_while_its_earlier_one_is_busy_is_limited_too(
    database_url: str, work: Callable[[Tx, PlayerRef], object]
):
    with (
        race_of(1, database_url) as race,
        closing(connect(database_url)) as connection,
        closing(connect(database_url)) as watcher,
        ThreadPoolExecutor(1) as pool,
    ):
        with transaction(connection) as tx:
            part(tx)
        with transaction(connection) as tx:
            work(tx, TWITCH)
            tx.execute("SELECT").fetchall()  # all of it is sent, and nothing committed
            starting = pool.submit(race, partial(handle_message, chatter=DISCORD, text="hello"))
            wait_for_a_lock(watcher)
        starting.result(PATIENCE)

        with transaction(connection) as tx, pytest.raises(OnCooldown):
            search_for_treasure(tx, DISCORD)


def test_an_account_linked_today_cannot_have_an_older_one_forgotten(tx: Tx):
    register(tx, TWITCH, TWITCH)
    link(tx, TWITCH, DISCORD)
    code = confirmation(stored(tx, TWITCH).id)

    with pytest.raises(LinkedTooRecently):
        forget_oneself(tx, DISCORD, code)

    tx.now += timedelta(days=1)
    forget_oneself(tx, DISCORD, code)


@dataclass
class Person:
    """What the model knows of a person.

    Attributes:
        paid: keys of achievements.
        earned: {game day: experience}.
        searches_again: the end of the latest cooldown.
    """

    paid: set[str] = field(default_factory=set[str])
    earned: dict[object, int] = field(default_factory=dict[object, int])
    searches_again: datetime = datetime(2000, 1, 1, tzinfo=UTC)

    def absorb(self, other: Person) -> None:
        """Be limited as the other is, too: by the stricter of two limits."""
        self.paid |= other.paid
        self.earned |= {day: max(xp, self.earned.get(day, 0)) for day, xp in other.earned.items()}
        self.searches_again = max(self.searches_again, other.searches_again)


class Evening(RuleBasedStateMachine):
    """People link and unlink their accounts in any order, and play in between.

    For a day, an account that a code has brought is on probation: if it leaves, it is whose it was before, and takes
    a copy of what limits the player along, which counts when it plays again.
    """

    def __init__(self, tx: Tx) -> None:
        super().__init__()
        self.tx = tx
        self.tx.execute("SAVEPOINT evening")
        self.began = tx.now
        open_game(tx)
        self.people = {account: Person() for account in ACCOUNTS}
        self.on_probation: dict[PlayerRef, Person] = {}
        self.taken_along: dict[PlayerRef, Person] = {}
        self.log_starts = len(announced(tx, "achievement.unlocked"))
        self.lost = 0
        self.lowered: set[PlayerRef] = set()

    def teardown(self) -> None:
        self.tx.execute("ROLLBACK TO SAVEPOINT evening")
        self.tx.now = self.began

    def player(self, account: PlayerRef) -> Player | None:
        return players.peek(self.tx, account)[0]

    def accounts_of(self, account: PlayerRef) -> set[PlayerRef]:
        """The account and those that its player has besides."""
        player = self.player(account)
        links = player.links if player else {}
        return {account} | {
            each for each in ACCOUNTS if each.platform in links and links[each.platform].platform_id == each.platform_id
        }

    def departed_from(self, account: PlayerRef) -> set[PlayerRef]:
        """The accounts that have left the account's player at some time: a second link binds them at once."""
        player = self.player(account)
        rows = self.tx.execute("SELECT * FROM departed_accounts WHERE user_id = %s", (player and player.id,)).fetchall()
        left = {(row["platform"], row["platform_user_id"]) for row in rows}
        return {each for each in ACCOUNTS if (each.platform, each.platform_id) in left}

    @contextmanager
    def attempt(self) -> Iterator[None]:
        """Take an action back that is refused."""
        self.tx.execute("SAVEPOINT action")
        try:
            yield
        except DomainError:
            self.tx.execute("ROLLBACK TO SAVEPOINT action")

    @contextmanager
    def playing(self, account: PlayerRef) -> Iterator[Person]:
        """Let a player do something, and check that no reward is paid again, and no more experience than the cap."""
        person, day = self.people[account], game_day(self.tx.now)
        limits = Person()
        limits.absorb(person)
        limits.absorb(self.taken_along.get(account, person))
        seen = len(announced(self.tx, "achievement.unlocked"))
        before = xp(self.tx, account, JOB) if self.player(account) else 0
        with self.attempt():
            yield limits
        rewards = [each["achievement_key"] for each in announced(self.tx, "achievement.unlocked")[seen:]]
        assert limits.paid.isdisjoint(rewards)
        limits.paid.update(rewards)
        earned = (xp(self.tx, account, JOB) if self.player(account) else 0) - before
        assert earned <= max(0, DAILY_CAP - limits.earned.get(day, 0))
        limits.earned[day] = limits.earned.get(day, 0) + earned
        if self.player(account):
            person.absorb(limits)
            self.taken_along.pop(account, None)

    def become_one(self, one: Person, other: Person) -> None:
        """Two people are one from now on, under the stricter of two limits."""
        if one is not other:
            one.absorb(other)
            for known in (self.people, self.on_probation):
                known |= {account: one for account, person in known.items() if person is other}

    def leave(self, account: PlayerRef) -> None:
        """An account leaves its player."""
        before = self.on_probation.pop(account, None)
        if before:
            self.taken_along[account] = Person()
            self.taken_along[account].absorb(self.people[account])
            self.people[account] = before

    @rule(account=st.sampled_from(ACCOUNTS))
    def write(self, account: PlayerRef) -> None:
        with self.playing(account):
            handle_message(self.tx, account, "hello")

    @rule(account=st.sampled_from(ACCOUNTS), amount=st.sampled_from([30, 100, DAILY_CAP]))
    def work(self, account: PlayerRef, amount: int) -> None:
        with self.playing(account):
            award_xp(self.tx, account, JOB, amount, "test")

    @rule(account=st.sampled_from(ACCOUNTS))
    def search(self, account: PlayerRef) -> None:
        with self.playing(account) as limits:
            search_for_treasure(self.tx, account)
            assert self.tx.now >= limits.searches_again
            limits.searches_again = self.tx.now + timedelta(minutes=5)

    @rule(account=st.sampled_from(ACCOUNTS))
    def vote(self, account: PlayerRef) -> None:
        person = self.people[account]
        voters = [
            player.id for each in ACCOUNTS if self.people[each] is person and (player := self.player(each)) is not None
        ]
        row = self.tx.execute("SELECT count(*) AS ballots FROM ballots WHERE user_id = ANY (%s)", (voters,)).fetchone()
        with self.playing(account):
            assert row is not None
            assert cast_ballot(self.tx, account, 1).already_voted == (row["ballots"] > 0)

    @rule(account=st.sampled_from(ACCOUNTS))
    def lower_weight(self, account: PlayerRef) -> None:
        if self.player(account):
            self.tx.now += timedelta(seconds=1)
            set_weights(self.tx, [WeightChange(account, LOW)])
            self.tx.now += timedelta(seconds=1)
            self.lowered |= self.accounts_of(account)

    @rule(giver=st.sampled_from(ACCOUNTS), receiver=st.sampled_from(ACCOUNTS))
    def give(self, giver: PlayerRef, receiver: PlayerRef) -> None:
        with self.playing(giver):
            give_item(self.tx, giver, receiver, "money", 5)

    @rule(source=st.sampled_from(ACCOUNTS), claimer=st.sampled_from(ACCOUNTS))
    def link(self, source: PlayerRef, claimer: PlayerRef) -> None:
        own, theirs, returning = self.accounts_of(source), self.accounts_of(claimer), self.departed_from(source)
        self.tx.now += timedelta(seconds=1)  # no two links are of the same moment, which tells apart what they brought
        with self.attempt():
            link(self.tx, source, claimer)
            if claimer in own:
                return
            person, before = self.people[source], self.people[claimer]
            person.absorb(self.taken_along.pop(source, person))
            person.absorb(before)
            person.absorb(self.taken_along.pop(claimer, before))
            for account in theirs:
                self.people[account] = person
                self.on_probation[account] = self.on_probation.get(account, before)
            for account in theirs & returning:
                self.become_one(person, self.on_probation[account])
            for account in (own | theirs) - self.accounts_of(source):
                self.leave(account)

    @rule(caller=st.sampled_from(ACCOUNTS), platform=st.sampled_from(["twitch", "discord", "youtube"]))
    def unlink(self, caller: PlayerRef, platform: str) -> None:
        accounts = self.accounts_of(caller)
        with self.attempt():
            unlink(self.tx, caller, platform)
            for account in accounts - {caller}:
                if account.platform == platform:
                    self.leave(account)
            if caller.platform == platform:
                self.leave(caller)

    @rule(known=st.sampled_from(ACCOUNTS), new=st.sampled_from(ACCOUNTS))
    def register(self, known: PlayerRef, new: PlayerRef) -> None:
        accounts = self.accounts_of(known)
        with self.attempt():
            register(self.tx, known, new)
            if new in accounts:
                return
            person, before = self.people[known], self.people[new]
            for account in (known, new):
                person.absorb(self.taken_along.pop(account, person))
            if known in self.on_probation:
                person.absorb(before)
                self.people[new], self.on_probation[new] = person, before
            else:
                self.become_one(person, before)
            for account in accounts - self.accounts_of(new):
                self.leave(account)

    @rule(account=st.sampled_from(ACCOUNTS))
    def forget(self, account: PlayerRef) -> None:
        player = self.player(account)
        if player:
            self.lost += holdings(self.tx, account).get("money", 0)
            accounts = self.accounts_of(account)
            forget(self.tx, account, confirmation(player.id))
            for each in accounts:
                self.leave(each)

    @rule(minutes=st.sampled_from([1, 10, 24 * 60]))
    def wait(self, minutes: int) -> None:
        self.tx.now += timedelta(minutes=minutes)
        if minutes == 24 * 60:
            settle(self.tx)
            while self.on_probation:
                account, before = self.on_probation.popitem()
                self.become_one(self.people[account], before)

    @invariant()
    def no_lowered_weight_is_shed(self) -> None:
        playing = [account for account in self.lowered if self.player(account)]
        assert weights_of(self.tx, *playing) == [LOW] * len(playing)

    @invariant()
    def nothing_is_minted(self) -> None:
        paid = announced(self.tx, "achievement.unlocked")[self.log_starts :]
        owners = {player.id: account for account in ACCOUNTS if (player := self.player(account))}
        held = sum(holdings(self.tx, account).get("money", 0) for account in owners.values())
        assert held + self.lost == sum(each["reward"]["money"] for each in paid)


@pytest.mark.hypothesis
def test_limits_hold_however_accounts_come_together_and_part(tx: Tx):
    run_state_machine_as_test(partial(Evening, tx), settings=settings(stateful_step_count=30))  # type: ignore[arg-type]
