"""Real connections and commits: several hands on the same two accounts."""

from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from functools import partial

import pytest

from community.economy.service import sell_item
from community.inventory.service import give_item
from community.linking.models import ClaimedByItsOwner, LinkedAccounts, LinkToken, NothingToConfirm
from community.linking.service import (
    claim_link,
    confirm_link,
    confirm_unlink,
    link_status,
    request_unlink,
    start_link,
)
from community.players.models import PlayerRef
from kernel.database import Connection, Tx, connect, transaction
from kernel.errors import DomainError, TryAgain
from tests.support.factories import announced, holdings, make_player, stored, unlock
from tests.support.races import PATIENCE, Race, race_of, wait_for_a_lock

ROUNDS = 12


@pytest.fixture
def race(database_url: str) -> Iterator[Race]:
    with race_of(3, database_url) as race:
        yield race


def claimed(tx: Tx, source: PlayerRef, target: PlayerRef) -> None:
    claim_link(tx, start_link(tx, source).token, target)


def refusals(answers: list[object]) -> list[type[DomainError]]:
    return [type(answer) for answer in answers if isinstance(answer, DomainError)]


def test_two_confirmations_at_once_merge_once(conn: Connection, race: Race):
    for number in range(ROUNDS):
        with transaction(conn) as tx:
            alice = make_player(tx, f"alice{number}", money=5)
            bob = make_player(tx, f"bob{number}", platform="discord", money=7)
            claimed(tx, alice, bob)

        answers = race(partial(confirm_link, source=alice), partial(confirm_link, source=alice))

        assert refusals(answers) == [NothingToConfirm]
        assert [each.platforms for each in answers if isinstance(each, LinkedAccounts)] == [("discord", "twitch")]
        with transaction(conn) as tx:
            assert holdings(tx, bob) == {"money": 12}
            assert len(announced(tx, "user.merged")) == number + 1


def test_of_two_claims_at_once_each_has_a_number(conn: Connection, race: Race):
    for number in range(ROUNDS):  # with other accounts each time: one that always came too late would have to wait
        claire = PlayerRef("youtube", f"c{number}")
        bob = PlayerRef("discord", f"b{number}")
        with transaction(conn) as tx:
            alice = make_player(tx, f"alice{number}")
            token = start_link(tx, alice).token

        answers = race(
            partial(claim_link, written=token, target=bob), partial(claim_link, written=token, target=claire)
        )

        assert refusals(answers) == []
        numbers = [each.claims[0].number for each in answers if isinstance(each, LinkToken)]
        assert sorted(numbers) == [1, 2]


def test_of_two_codes_at_once_one_stays(conn: Connection, race: Race):
    alice = PlayerRef("twitch", "a1")
    for number in range(1, ROUNDS + 1):
        race(*[partial(start_link, source=alice)] * 3)

        with transaction(conn) as tx:
            states = [row["state"] for row in tx.execute("SELECT state FROM link_tokens").fetchall()]
        assert states.count("pending") == 1
        assert len(states) == 3 * number


def test_a_claim_and_a_newer_code_at_once_leave_nothing_half_done(conn: Connection, race: Race):
    bob = PlayerRef("discord", "b1")
    for number in range(ROUNDS):
        with transaction(conn) as tx:
            alice = make_player(tx, f"alice{number}")
            token = start_link(tx, alice).token

        race(partial(claim_link, written=token, target=bob), partial(start_link, source=alice))

        with transaction(conn) as tx:
            status = link_status(tx, alice)
        assert status.token is not None
        assert status.token.token != token
        assert status.token.state == "pending"


def test_confirmations_in_both_directions_make_one_player_of_two(conn: Connection, race: Race):
    for number in range(ROUNDS):
        with transaction(conn) as tx:
            alice = make_player(tx, f"alice{number}", money=5)
            bob = make_player(tx, f"bob{number}", platform="discord", money=7)
            codes = start_link(tx, alice).token, start_link(tx, bob).token
            claim_link(tx, codes[0], bob)
            claim_link(tx, codes[1], alice)

        answers = race(partial(confirm_link, source=alice), partial(confirm_link, source=bob))

        assert [each.platforms for each in answers if isinstance(each, LinkedAccounts)] == [("discord", "twitch")] * 2
        with transaction(conn) as tx:
            assert stored(tx, alice).id == stored(tx, bob).id
            assert holdings(tx, alice) == {"money": 12}
            assert len(announced(tx, "user.merged")) == number + 1


def test_a_circle_of_three_becomes_one_player(conn: Connection, race: Race):
    for number in range(ROUNDS):
        with transaction(conn) as tx:
            alice = make_player(tx, f"alice{number}", money=1)
            bob = make_player(tx, f"bob{number}", platform="discord", money=10)
            claire = make_player(tx, f"claire{number}", platform="youtube", money=100)
            codes = [start_link(tx, each).token for each in (alice, bob, claire)]
            for code, claimer in zip(codes, (bob, claire, alice), strict=True):
                claim_link(tx, code, claimer)

        race(
            partial(confirm_link, source=alice),
            partial(confirm_link, source=bob),
            partial(confirm_link, source=claire),
        )

        with transaction(conn) as tx:
            assert link_status(tx, alice).platforms == ("discord", "twitch", "youtube")
            assert holdings(tx, claire) == {"money": 111}
            assert len(announced(tx, "user.merged")) == 2 * (number + 1)


def test_a_gift_from_the_merged_player_happens_before_or_after(conn: Connection, race: Race):
    for number in range(ROUNDS):
        with transaction(conn) as tx:
            alice = make_player(tx, f"alice{number}", money=5)
            bob = make_player(tx, f"bob{number}", platform="discord", money=7)
            friend = make_player(tx, f"friend{number}", platform="discord")
            claimed(tx, alice, bob)

        _, gift = race(
            partial(confirm_link, source=alice),
            partial(give_item, owner=bob, receiver=friend, item_name="money", wanted=3),
        )

        assert not isinstance(gift, DomainError)
        with transaction(conn) as tx:
            assert holdings(tx, alice) == {"money": 9}
            assert holdings(tx, friend) == {"money": 3}


def test_a_gift_to_the_merged_player_arrives(conn: Connection, race: Race):
    for number in range(ROUNDS):
        with transaction(conn) as tx:
            alice = make_player(tx, f"alice{number}", money=5)
            bob = make_player(tx, f"bob{number}", platform="discord", money=7)
            friend = make_player(tx, f"friend{number}", money=3)
            claimed(tx, alice, bob)

        _, gift = race(
            partial(confirm_link, source=alice),
            partial(give_item, owner=friend, receiver=bob, item_name="money", wanted=3),
        )

        assert not isinstance(gift, DomainError)
        with transaction(conn) as tx:
            assert holdings(tx, alice) == {"money": 15}
            assert holdings(tx, friend) == {}


def test_sales_of_both_players_happen_before_or_after(conn: Connection, race: Race):
    with transaction(conn) as tx:
        unlock(tx, "feature_economy", "job_merchant")
    for number in range(ROUNDS):
        with transaction(conn) as tx:
            alice = make_player(tx, f"alice{number}", items={"item_spade": 1})
            bob = make_player(tx, f"bob{number}", platform="discord", items={"item_spade": 1})
            claimed(tx, alice, bob)

        race(
            partial(confirm_link, source=alice),
            partial(sell_item, seller=alice, item_name="spade", wanted=1),
            partial(sell_item, seller=bob, item_name="spade", wanted=1),
        )

        with transaction(conn) as tx:
            assert holdings(tx, bob) == {"money": 80}


def test_a_merge_and_an_unlink_at_once_cut_off_nobody_else(conn: Connection, race: Race):
    for number in range(ROUNDS):
        with transaction(conn) as tx:
            alice = make_player(tx, f"alice{number}", money=5)
            bob = make_player(tx, f"bob{number}", platform="discord", money=7)
            bobs_second = PlayerRef("twitch", f"bob-twitch{number}")
            claimed(tx, bob, bobs_second)
            confirm_link(tx, bob)
            request_unlink(tx, bob, "twitch")
            claimed(tx, alice, bob)

        race(partial(confirm_link, source=alice), partial(confirm_unlink, caller=bob, platform="twitch"))

        with transaction(conn) as tx:
            assert link_status(tx, alice).platforms == ("discord", "twitch")
            assert link_status(tx, bobs_second).platforms == ()
            assert holdings(tx, bob) == {"money": 12}


def test_strangers_who_speak_while_they_are_linked_are_one_player(conn: Connection, race: Race):
    for number in range(ROUNDS):
        alice = PlayerRef("twitch", f"a{number}", "alice")
        bob = PlayerRef("discord", f"b{number}", "bob")
        with transaction(conn) as tx:
            claimed(tx, alice, bob)

        race(
            partial(confirm_link, source=alice),
            partial(make_player, name="alice", platform_id=alice.platform_id, money=3),
        )

        with transaction(conn) as tx:
            assert link_status(tx, alice).platforms == ("discord", "twitch")
            assert holdings(tx, bob) == {"money": 3}


def test_an_account_never_claims_its_own_code_however_often_it_tries(conn: Connection, race: Race):
    alice = PlayerRef("twitch", "a1")
    with transaction(conn) as tx:
        token = start_link(tx, alice).token

    answers = race(*[partial(claim_link, written=token, target=alice)] * 3)

    assert [type(answer) for answer in answers] == [ClaimedByItsOwner] * 3


def test_who_waited_for_a_merge_tries_again_and_plays_as_the_merged_player(conn: Connection, database_url: str):
    with transaction(conn) as tx:
        unlock(tx, "feature_economy")
        alice = make_player(tx, "alice", money=5)
        bob = make_player(tx, "bob", platform="discord", items={"item_spade": 1})
        claimed(tx, alice, bob)

    def sell(connection: Connection) -> None:
        with transaction(connection) as tx:
            sell_item(tx, bob, "spade", wanted=1)

    with (
        ThreadPoolExecutor(1) as thread,
        closing(connect(database_url)) as sellers,
        closing(connect(database_url)) as watchers,
    ):
        with transaction(conn) as tx:
            confirm_link(tx, alice)
            tx.execute("SELECT").fetchall()  # all is done but the commit
            selling = thread.submit(sell, sellers)
            wait_for_a_lock(watchers)

        assert isinstance(selling.exception(PATIENCE), TryAgain)
        sell(sellers)

    with transaction(conn) as tx:
        assert holdings(tx, alice) == {"money": 45}


def test_a_merge_waits_for_a_sale_and_takes_its_money_along(conn: Connection, database_url: str):
    with transaction(conn) as tx:
        unlock(tx, "feature_economy")
        alice = make_player(tx, "alice", money=5)
        bob = make_player(tx, "bob", platform="discord", items={"item_spade": 1})
        claimed(tx, alice, bob)

    def confirm(connection: Connection) -> object:
        with transaction(connection) as tx:
            return confirm_link(tx, alice)

    with (
        ThreadPoolExecutor(1) as thread,
        closing(connect(database_url)) as mergers,
        closing(connect(database_url)) as watchers,
    ):
        with transaction(conn) as tx:
            sell_item(tx, bob, "spade", wanted=1)
            tx.execute("SELECT").fetchall()  # all is done but the commit
            confirming = thread.submit(confirm, mergers)
            wait_for_a_lock(watchers)

        assert confirming.result(PATIENCE) == LinkedAccounts(("discord", "twitch"), bob)

    with transaction(conn) as tx:
        assert holdings(tx, alice) == {"money": 45}


def test_guesses_at_once_are_counted_one_after_the_other(conn: Connection, database_url: str):
    def guess(number: int) -> str:
        with closing(connect(database_url)) as mine:
            answers: list[str] = []
            for _ in range(4):
                try:
                    with transaction(mine) as tx:
                        claim_link(tx, "AAAAAAAAA", PlayerRef("twitch", "guesser"), f"192.0.2.{number % 2}")
                except DomainError as error:
                    answers.append(type(error).__name__)
            return " ".join(answers)

    with ThreadPoolExecutor(5) as environments:
        answers = " ".join(environments.map(guess, range(5))).split()

    assert Counter(answers) == {"UnknownToken": 10, "TooManyGuesses": 10}
